import { type Fingerprint, type HostBrowser, OPERATING_SYSTEM } from "../../domain/fingerprint.ts";
import { chromeUserAgent } from "../../domain/user-agent.ts";
import type { Claim } from "./claim.ts";
import { baseLanguage } from "./languages.ts";

type Shown = Omit<Fingerprint, "contradictions">;

/** What to compare: the claim, what is shown for it, and on which browser. */
export interface Comparison {
  readonly host: HostBrowser;
  readonly claim: Claim;
  readonly shown: Shown;
  /** Whether the viewport fits on a screen of a desktop. */
  readonly fits: boolean;
}

/**
 * What pages can still find out about the browser behind a fingerprint, in stable sentences. Overrides reach neither
 * the system's fonts and drivers nor the engine's own age.
 */
export function contradictionsOf({ host, claim, shown, fits }: Comparison): readonly string[] {
  return [
    ...systemContradictions(host, claim),
    ...versionContradictions(claim),
    ...userAgentContradictions(claim, shown),
    ...(baseLanguage(shown.locale) === baseLanguage(host.locale)
      ? []
      : [`texts of the browser's own are in the language of ${host.locale}`]),
    ...(shown.timezone === host.timezone ? [] : [`document.lastModified is in ${host.timezone}`]),
    ...(fits ? [] : ["the viewport is larger than the screens of desktops"]),
  ];
}

function systemContradictions(host: HostBrowser, { platform, hostPlatform }: Claim): readonly string[] {
  const workers = host.platform === platform ? [] : [`navigator.platform in workers is ${host.platform}`];
  if (platform === hostPlatform) return workers;
  const system = OPERATING_SYSTEM[hostPlatform];
  return [
    ...workers,
    `fonts are those of ${system}`,
    "the WebGL renderer is the host's",
    "canvas and audio output are the host's",
    `features bound to the operating system are those of ${system}`,
  ];
}

function versionContradictions({ major, hostMajor, isKnownBuild }: Claim): readonly string[] {
  if (major === hostMajor) return [];
  return [
    `features of pages are those of Chrome ${hostMajor}`,
    `TLS and HTTP/2 are those of Chrome ${hostMajor}`,
    ...(isKnownBuild ? [] : [`the full version is not one of Chrome ${major}`]),
  ];
}

function userAgentContradictions({ platform, major }: Claim, { userAgent }: Shown): readonly string[] {
  return userAgent === chromeUserAgent(platform, major) ? [] : ["the user agent is not in Chrome's reduced form"];
}
