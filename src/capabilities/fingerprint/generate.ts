import type { Fingerprint, HostBrowser } from "../../domain/fingerprint.ts";
import type { FingerprintSpec } from "../../domain/session-spec.ts";
import { succeed, type Result } from "../../domain/result.ts";
import type { Failure } from "../../domain/failure.ts";
export function generateFingerprint({
  host,
  spec,
  exit,
}: {
  host: HostBrowser;
  spec: "auto" | FingerprintSpec;
  seed: number;
  exit?: { timezone?: string; locale?: string };
}): Result<Fingerprint, Failure> {
  const s = spec === "auto" ? {} : spec;
  const fix = (b: { brand: string; version: string }) => ({
    ...b,
    brand: b.brand === "HeadlessChrome" ? "Google Chrome" : b.brand,
  });
  return succeed({
    platform: (s.platform ?? host.platform) as "Linux x86_64",
    userAgent: s.userAgent ?? host.userAgent.replace("Headless", ""),
    metadata: {
      brands: host.brands.map(fix),
      fullVersionList: host.fullVersionList.map(fix),
      platform: host.uaPlatform,
      platformVersion: host.platformVersion,
      architecture: host.architecture,
      bitness: host.bitness,
      model: "",
      mobile: false,
      wow64: false,
      formFactors: ["Desktop"],
    },
    locale: s.locale ?? exit?.locale ?? host.locale,
    languages: [],
    acceptLanguage: (s.locale ?? host.locale) + "," + (s.locale ?? host.locale).split("-")[0],
    timezone: s.timezone ?? exit?.timezone ?? host.timezone,
    screen: { width: 1920, height: 1080, availWidth: 1920, availHeight: 1040, devicePixelRatio: 1 },
    viewport: s.viewport ?? { width: 1600, height: 850 },
    hardwareConcurrency: 8,
    contradictions: [],
  });
}
