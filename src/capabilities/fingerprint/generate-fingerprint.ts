import type { Failure } from "../../domain/failure.ts";
import { type ClientHints, type Fingerprint, type HostBrowser, OPERATING_SYSTEM } from "../../domain/fingerprint.ts";
import { type Result, succeed } from "../../domain/result.ts";
import type { FingerprintSpec } from "../../domain/session-spec.ts";
import { chromeBrands, rebrand, withFullVersions } from "./brands.ts";
import { type Claim, claimOf } from "./claim.ts";
import { contradictionsOf } from "./contradictions.ts";
import { coresOf, releasesOf, type SystemRelease } from "./desktops.ts";
import { languagesOf } from "./languages.ts";
import { drawDesktop } from "./screens.ts";
import { drawFor } from "./seeded-draw.ts";

/** What a fingerprint is made from; the same input gives the same fingerprint. */
export interface FingerprintRequest {
  readonly host: HostBrowser;
  /** What is given is shown as it is; the rest is derived to agree. An empty object is the same as `"auto"`. */
  readonly spec: "auto" | FingerprintSpec;
  /** Decides what is drawn. Sessions that shall look alike, such as those of one profile, share a seed. */
  readonly seed: string;
  /** Where the session's traffic leaves; the spec goes first, the host's own values go last. */
  readonly exit?: { readonly locale?: string; readonly timezone?: string };
}

/** Of Apple's own processors none has fewer cores. */
const MIN_ARM_MAC_CORES = 8;

/**
 * Makes the identity that a session shows. `auto` claims only what the host can back: Chrome of the host's version on
 * the host's system, with a screen and a number of cores as people have them.
 *
 * @returns `invalidRequest` for a user agent of another browser or of a newer Chrome, and for one that contradicts
 * the platform. What is possible but can be found out is accepted and listed in `contradictions`.
 */
export function generateFingerprint({ host, spec, seed, exit }: FingerprintRequest): Result<Fingerprint, Failure> {
  const asked = spec === "auto" ? {} : spec;
  const claimed = claimOf(host, asked);
  if (!claimed.ok) return claimed;
  const claim = claimed.value;
  const release = releaseOf(host, claim, seed);
  const { screen, viewport, fits } = drawDesktop(seed, claim.platform, asked.viewport);
  const locale = asked.locale ?? exit?.locale ?? host.locale;
  const languages = languagesOf(locale);
  const shown = {
    platform: claim.platform,
    userAgent: claim.userAgent,
    metadata: clientHints(host, claim, release),
    locale,
    languages,
    acceptLanguage: languages.join(","),
    timezone: asked.timezone ?? exit?.timezone ?? host.timezone,
    screen,
    viewport,
    hardwareConcurrency: coresFor(claim, release, seed),
  };
  return succeed({ ...shown, contradictions: contradictionsOf({ host, claim, shown, fits }) });
}

/** On the host's system its own release, which the system's other traits belong to, where the browser tells it. */
function releaseOf(host: HostBrowser, claim: Claim, seed: string): SystemRelease {
  const { platformVersion, architecture, bitness } = host;
  const own = { platformVersion, architecture, bitness };
  if (claim.platform === claim.hostPlatform && architecture !== "") return own;
  return drawFor(seed, "release", releasesOf(claim.platform)) ?? own;
}

function coresFor({ platform }: Claim, { architecture }: SystemRelease, seed: string): number {
  const minimum = platform === "MacIntel" && architecture === "arm" ? MIN_ARM_MAC_CORES : 0;
  const candidates = coresOf(platform).filter(({ value }) => value >= minimum);
  return drawFor(seed, "cores", candidates) ?? MIN_ARM_MAC_CORES;
}

function clientHints(host: HostBrowser, claim: Claim, release: SystemRelease): ClientHints {
  const brands = claim.major === claim.hostMajor ? rebrand(host.brands, claim.major) : chromeBrands(claim.major);
  return {
    brands,
    fullVersionList: withFullVersions(brands, claim.fullVersion),
    platform: OPERATING_SYSTEM[claim.platform],
    ...release,
    model: "",
    mobile: false,
    wow64: false,
    formFactors: ["Desktop"],
  };
}
