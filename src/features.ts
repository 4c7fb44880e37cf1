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
];

/** Optional features that this version has. A session that asks for another one is refused by its name. */
export const featuresWith = ({ sharesBrowser }: { readonly sharesBrowser: boolean }): ReadonlySet<FeatureName> =>
  new Set(sharesBrowser ? OF_THE_SESSION : [...OF_THE_SESSION, ...OF_THE_BROWSER]);
