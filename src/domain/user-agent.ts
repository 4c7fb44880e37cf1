import type { DesktopPlatform } from "./fingerprint.ts";

/** What the user agent of Chrome on a desktop says. */
export interface ChromeUserAgent {
  readonly platform: DesktopPlatform;
  readonly major: number;
  /** As written: `156.0.0.0` in the reduced form that Chrome itself sends. */
  readonly version: string;
}

const DESKTOP_CHROME =
  /^Mozilla\/5\.0 \(([^()]{1,100})\) AppleWebKit\/537\.36 \(KHTML, like Gecko\) Chrome\/([1-9]\d{0,3})((?:\.\d{1,5}){3}) Safari\/537\.36$/;

/** The part in parentheses, fixed by Chrome's user-agent reduction: https://www.chromium.org/updates/ua-reduction/ */
const PLATFORM_PART = {
  Win32: "Windows NT 10.0; Win64; x64",
  MacIntel: "Macintosh; Intel Mac OS X 10_15_7",
  "Linux x86_64": "X11; Linux x86_64",
} as const satisfies Record<DesktopPlatform, string>;

const PLATFORM_OF: readonly (readonly [RegExp, DesktopPlatform])[] = [
  [/^Windows NT \d/, "Win32"],
  [/^Macintosh; Intel Mac OS X \d/, "MacIntel"],
  [/^X11; Linux x86_64$/, "Linux x86_64"],
];

/**
 * Reads a user agent.
 *
 * @returns `undefined` for everything but Chrome on Windows, macOS or Linux: other browsers, browsers that add
 * their name to Chrome's, phones, headless Chrome, and text that is no user agent.
 */
export function parseChromeUserAgent(userAgent: string): ChromeUserAgent | undefined {
  const [, part = "", major = "", rest = ""] = DESKTOP_CHROME.exec(userAgent) ?? [];
  const platform = PLATFORM_OF.find(([pattern]) => pattern.test(part))?.[1];
  return platform === undefined ? undefined : { platform, major: Number(major), version: major + rest };
}

/** The user agent that Chrome of this major sends on this platform, in reduced form. */
export function chromeUserAgent(platform: DesktopPlatform, major: number): string {
  return `Mozilla/5.0 (${PLATFORM_PART[platform]}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
}
