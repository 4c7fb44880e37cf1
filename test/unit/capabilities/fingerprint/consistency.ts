import type { BrandVersion, Fingerprint } from "../../../../src/domain/fingerprint.ts";

// What is known of desktop Chrome, written down without a look at the generator, so that both cannot be wrong in the
// same way. Sources: the user-agent reduction and UA-CH documents of Chromium, and Microsoft's table of
// platformVersion by release of Windows.

type Rule = readonly [claim: string, holds: (fingerprint: Fingerprint) => boolean];

const SYSTEMS = {
  Win32: {
    part: "Windows NT 10.0; Win64; x64",
    name: "Windows",
    version: isWindowsVersion,
    architectures: ["x86", "arm"],
  },
  MacIntel: {
    part: "Macintosh; Intel Mac OS X 10_15_7",
    name: "macOS",
    version: isMacVersion,
    architectures: ["x86", "arm"],
  },
  "Linux x86_64": { part: "X11; Linux x86_64", name: "Linux", version: isLinuxVersion, architectures: ["x86"] },
};

const systemOf = ({ platform }: Fingerprint) => SYSTEMS[platform];
const majorOf = ({ userAgent }: Fingerprint): string => /Chrome\/(\d+)\./.exec(userAgent)?.[1] ?? "none";
const named = (brands: readonly BrandVersion[], name: string) => brands.filter(({ brand }) => brand === name);
const isGrease = ({ brand, version }: BrandVersion): boolean =>
  /^Not[ ():\-./;=?_]A[ ():\-./;=?_]Brand$/.test(brand) && ["8", "24", "99"].includes(version);

const RULES: readonly Rule[] = [
  [
    "the user agent is that of Chrome in reduced form on the platform",
    (shown) =>
      shown.userAgent ===
      `Mozilla/5.0 (${systemOf(shown).part}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${majorOf(shown)}.0.0.0 Safari/537.36`,
  ],
  ["nothing says headless", (shown) => !/headless/i.test(JSON.stringify(shown))],
  ["the platform hint is of the platform", (shown) => shown.metadata.platform === systemOf(shown).name],
  ["the platform version is one of the platform", (shown) => systemOf(shown).version(shown.metadata.platformVersion)],
  [
    "the architecture is one of the platform",
    (shown) => systemOf(shown).architectures.includes(shown.metadata.architecture),
  ],
  ["the system has 64 bits", ({ metadata }) => metadata.bitness === "64" && !metadata.wow64],
  [
    "it is a desktop",
    ({ metadata }) => !metadata.mobile && metadata.model === "" && metadata.formFactors.join() === "Desktop",
  ],
  ["there are three brands", ({ metadata }) => metadata.brands.length === 3],
  ["one brand is invented", ({ metadata }) => metadata.brands.filter(isGrease).length === 1],
  [
    "Chromium and Google Chrome are of the user agent's major",
    (shown) =>
      ["Chromium", "Google Chrome"].every((name) => {
        const [brand, ...others] = named(shown.metadata.brands, name);
        return others.length === 0 && brand?.version === majorOf(shown);
      }),
  ],
  [
    "both brand lists are in the same order",
    ({ metadata }) =>
      metadata.brands.map(({ brand }) => brand).join() === metadata.fullVersionList.map(({ brand }) => brand).join(),
  ],
  [
    "full versions begin with the versions and have four parts",
    ({ metadata }) =>
      metadata.fullVersionList.every(
        ({ version }, index) =>
          version.startsWith(`${metadata.brands[index]?.version}.`) && /^\d+(\.\d+){3}$/.test(version),
      ),
  ],
  [
    "Chromium and Google Chrome have one full version",
    ({ metadata }) =>
      named(metadata.fullVersionList, "Chromium")[0]?.version ===
      named(metadata.fullVersionList, "Google Chrome")[0]?.version,
  ],
  ["the locale is canonical", ({ locale }) => Intl.getCanonicalLocales(locale)[0] === locale],
  [
    "languages are the locale and its base language",
    ({ locale, languages }) => {
      const base = locale.split("-")[0];
      return languages.join() === (base === locale ? locale : `${locale},${base}`);
    },
  ],
  ["the accepted languages are the languages", (shown) => shown.acceptLanguage === shown.languages.join(",")],
  ["the time zone exists", ({ timezone }) => isTimezone(timezone)],
  [
    "sizes are positive integers",
    ({ screen, viewport }) =>
      [screen.width, screen.height, screen.availWidth, screen.availHeight, viewport.width, viewport.height].every(
        (size) => Number.isInteger(size) && size > 0,
      ),
  ],
  [
    "the work area lies on the screen",
    ({ screen }) => screen.availWidth <= screen.width && screen.availHeight <= screen.height,
  ],
  [
    "the page and the browser's bars fit into the work area",
    ({ screen, viewport }) =>
      viewport.width <= screen.availWidth && viewport.height + MIN_BARS_HEIGHT <= screen.availHeight,
  ],
  ["the screen is a desktop's", ({ screen }) => screen.width >= 1280 && screen.height >= 720],
  ["the pixel ratio is one that needs no override", ({ screen }) => screen.devicePixelRatio === 1],
  [
    "cores are an even number from 4 to 16",
    ({ hardwareConcurrency: cores }) => cores % 2 === 0 && cores >= 4 && cores <= 16,
  ],
  [
    "a Mac with an Apple processor has at least 8 cores",
    ({ platform, metadata, hardwareConcurrency }) =>
      platform !== "MacIntel" || metadata.architecture !== "arm" || hardwareConcurrency >= 8,
  ],
];

/** Tab strip and toolbar without a bookmarks bar. */
const MIN_BARS_HEIGHT = 85;

/** The claims that do not hold; empty for a fingerprint that agrees with itself. */
export function inconsistencies(fingerprint: Fingerprint): readonly string[] {
  return RULES.filter(([, holds]) => !holds(fingerprint)).map(([claim]) => claim);
}

/** 1 to 10 are releases of Windows 10, 13 and up those of Windows 11. */
function isWindowsVersion(version: string): boolean {
  const major = Number(/^(\d+)\.0\.0$/.exec(version)?.[1]);
  return (major >= 1 && major <= 10) || (major >= 13 && major <= 30);
}

/** Chrome 120 and later need macOS 10.15; after 15 came 26. */
function isMacVersion(version: string): boolean {
  const [, major, minor] = (/^(\d+)\.(\d+)\.\d+$/.exec(version) ?? []).map(Number);
  if (major === undefined || minor === undefined) return false;
  return major === 10 ? minor === 15 : (major >= 11 && major <= 15) || (major >= 26 && major <= 28);
}

/** Empty, or that of the kernel in older releases. */
function isLinuxVersion(version: string): boolean {
  return /^(\d+\.\d+\.\d+)?$/.test(version);
}

function isTimezone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
