import type { FeatureName } from "./domain/session-spec.ts";

/** What holds for a whole browser is not one session's to switch where others use it too. */
const OF_THE_BROWSER: readonly FeatureName[] = [
  "adblock",
  "popupBlocker",
  "fullscreen",
  "disableWebSecurity",
  "crossOriginSupport",
  "pdfDownload",
];

const OF_THE_SESSION: readonly FeatureName[] = [
  "stealth",
  "fingerprint",
  "viewport",
  "proxy",
  "profile",
  "har",
  "screenshots",
  "video",
  "liveView",
  "p2pDownload",
  "headful",
  "popupsAsTabs",
  "noDialogs",
  "secrets",
  "extensions",
];

export interface Deployment {
  readonly sharesBrowser: boolean;
  /** The operator has named a service for it. */
  readonly solvesCaptchas: boolean;
}

/** Optional features that this version has. A session that asks for another one is refused by its name. */
export const featuresWith = ({ sharesBrowser, solvesCaptchas }: Deployment): ReadonlySet<FeatureName> =>
  new Set([
    ...OF_THE_SESSION,
    ...(sharesBrowser ? [] : OF_THE_BROWSER),
    ...(solvesCaptchas ? (["captchaSolver"] as const) : []),
  ]);
