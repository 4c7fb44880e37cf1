import { DESKTOP_PLATFORMS, type DesktopPlatform, OPERATING_SYSTEM } from "./fingerprint.ts";
import type { FingerprintSpec } from "./session-spec.ts";
import { parseChromeUserAgent } from "./user-agent.ts";

/** A wrong field of a fingerprint. */
export interface FingerprintConflict {
  readonly field: "platform" | "userAgent";
  /** Completes the sentence that the field's name begins. */
  readonly predicate: string;
}

/** Whether a text is a `navigator.platform` that sessions can show. */
export function isDesktopPlatform(platform: string): platform is DesktopPlatform {
  return (DESKTOP_PLATFORMS as readonly string[]).includes(platform);
}

/** What no browser of ours could show, whichever it is. What depends on the browser's version is checked later. */
export function fingerprintConflict({ platform, userAgent }: FingerprintSpec): FingerprintConflict | undefined {
  if (platform !== undefined && !isDesktopPlatform(platform)) {
    return { field: "platform", predicate: `must be one of: ${DESKTOP_PLATFORMS.join(", ")}` };
  }
  if (userAgent === undefined) return undefined;
  const claimed = parseChromeUserAgent(userAgent);
  if (claimed === undefined) {
    return {
      field: "userAgent",
      predicate: "must be that of Chrome on Windows, macOS or Linux: sessions are Chrome on a desktop",
    };
  }
  if (platform !== undefined && claimed.platform !== platform) {
    const system = OPERATING_SYSTEM[claimed.platform];
    return { field: "userAgent", predicate: `is of ${system} and contradicts fingerprint.platform, ${platform}` };
  }
  return undefined;
}
