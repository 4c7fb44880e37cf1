import { type DesktopPlatform, type HostBrowser, OPERATING_SYSTEM } from "../../domain/fingerprint.ts";
import type { Failure } from "../../domain/failure.ts";
import { type FingerprintConflict, fingerprintConflict, isDesktopPlatform } from "../../domain/fingerprint-rules.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import type { FingerprintSpec } from "../../domain/session-spec.ts";
import { chromeUserAgent, parseChromeUserAgent } from "../../domain/user-agent.ts";
import { knownFullVersion } from "./desktops.ts";

/** Which Chrome on which system a fingerprint claims to be, next to the one that it is. */
export interface Claim {
  readonly platform: DesktopPlatform;
  readonly hostPlatform: DesktopPlatform;
  readonly userAgent: string;
  readonly major: number;
  readonly hostMajor: number;
  readonly fullVersion: string;
  /** Whether `fullVersion` is one that was released, as opposed to one that only has the right major. */
  readonly isKnownBuild: boolean;
}

/** Works out the claim; without a user agent it is the host's version on the host's or the asked platform. */
export function claimOf(host: HostBrowser, spec: FingerprintSpec): Result<Claim, Failure> {
  const conflict = fingerprintConflict(spec);
  if (conflict !== undefined) return refuse(conflict);
  const hostMajor = Number.parseInt(host.fullVersion, 10);
  const hostPlatform = hostPlatformOf(host);
  const asked = spec.userAgent === undefined ? undefined : parseChromeUserAgent(spec.userAgent);
  const major = asked?.major ?? hostMajor;
  if (major > hostMajor) {
    return refuse({ field: "userAgent", predicate: `must not claim a newer Chrome than the browser's ${hostMajor}` });
  }
  const platform = asked?.platform ?? askedPlatform(spec) ?? hostPlatform;
  const build = major === hostMajor ? host.fullVersion : olderBuild(major, asked?.version);
  return succeed({
    platform,
    hostPlatform,
    userAgent: spec.userAgent ?? chromeUserAgent(platform, major),
    major,
    hostMajor,
    fullVersion: build ?? `${major}.0.0.0`,
    isKnownBuild: build !== undefined,
  });
}

function askedPlatform({ platform }: FingerprintSpec): DesktopPlatform | undefined {
  return platform !== undefined && isDesktopPlatform(platform) ? platform : undefined;
}

/** A user agent that is not in reduced form names its build itself. */
function olderBuild(major: number, version: string | undefined): string | undefined {
  const isReduced = version === undefined || version === `${major}.0.0.0`;
  return isReduced ? knownFullVersion(major) : version;
}

/** Browsers in the cloud run on Linux where they do not say otherwise. */
function hostPlatformOf({ platform, uaPlatform }: HostBrowser): DesktopPlatform {
  if (isDesktopPlatform(platform)) return platform;
  if (uaPlatform === OPERATING_SYSTEM.Win32) return "Win32";
  return uaPlatform === OPERATING_SYSTEM.MacIntel ? "MacIntel" : "Linux x86_64";
}

function refuse({ field, predicate }: FingerprintConflict): { readonly ok: false; readonly failure: Failure } {
  const path = `fingerprint.${field}`;
  return fail({ kind: "invalidRequest", field: path, message: `${path} ${predicate}` });
}
