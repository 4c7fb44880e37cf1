import type { HostBrowser } from "../../../../src/domain/fingerprint.ts";

/** Headless Chromium 156 on Debian, as a page of it reported itself. */
export const LINUX_HOST: HostBrowser = {
  userAgent:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
  headers: {
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
    "sec-ch-ua": '"Not:A-Brand";v="8", "Chromium";v="156"',
    "sec-ch-ua-platform": '"Linux"',
  },
  fullVersion: "156.0.8078.79",
  platform: "Linux x86_64",
  locale: "en-US",
  timezone: "UTC",
  brands: [
    { brand: "Not:A-Brand", version: "8" },
    { brand: "Chromium", version: "156" },
  ],
  fullVersionList: [
    { brand: "Not:A-Brand", version: "8.0.0.0" },
    { brand: "Chromium", version: "156.0.8078.79" },
  ],
  uaPlatform: "Linux",
  platformVersion: "",
  architecture: "x86",
  bitness: "64",
  hardwareConcurrency: 2,
  deviceMemory: 16,
  webdriver: true,
  blocksPopups: false,
};

const onSystem = (parts: Pick<HostBrowser, "platform" | "uaPlatform" | "platformVersion" | "architecture">) => ({
  ...LINUX_HOST,
  ...parts,
});

/** The same build on Windows 11. */
export const WINDOWS_HOST: HostBrowser = onSystem({
  platform: "Win32",
  uaPlatform: "Windows",
  platformVersion: "19.0.0",
  architecture: "x86",
});

/** The same build on a Mac with a processor of Apple's. */
export const MAC_HOST: HostBrowser = onSystem({
  platform: "MacIntel",
  uaPlatform: "macOS",
  platformVersion: "26.4.1",
  architecture: "arm",
});

export const HOSTS: readonly HostBrowser[] = [LINUX_HOST, WINDOWS_HOST, MAC_HOST];
