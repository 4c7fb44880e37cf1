import type { Failure } from "./failure.ts";
import type { AskedFeature, FeatureName, SessionSpec } from "./session-spec.ts";
import type { PublicSpec } from "./session-view.ts";

/** Features of this deployment. */
export type AvailableFeatures = ReadonlySet<FeatureName>;

/** Which features a spec switches on. `liveView` has no switch: a deployment has it or not. */
const SWITCHED_ON: Readonly<Record<FeatureName, (spec: SessionSpec) => boolean>> = {
  proxy: (spec) => spec.proxy !== null,
  stealth: (spec) => spec.stealth !== "none",
  fingerprint: () => true,
  profile: (spec) => spec.profile !== null,
  har: (spec) => spec.recording.har,
  screenshots: (spec) => spec.recording.screenshots,
  video: (spec) => spec.recording.video,
  adblock: (spec) => spec.adblock,
  popupBlocker: (spec) => spec.popupBlocker,
  captchaSolver: (spec) => spec.captchaSolver,
  headful: (spec) => !spec.headless,
  viewport: (spec) => spec.viewport !== null,
  fullscreen: (spec) => spec.fullscreen,
  p2pDownload: (spec) => spec.p2pDownload,
  extensions: (spec) => spec.extensions.length > 0,
  disableWebSecurity: (spec) => spec.disableWebSecurity,
  crossOriginSupport: (spec) => spec.crossOriginSupport,
  popupsAsTabs: (spec) => spec.popupsAsTabs,
  noDialogs: (spec) => spec.noDialogs,
  pdfDownload: (spec) => spec.pdfDownload,
  secrets: (spec) => spec.integrations.length > 0,
  liveView: () => true,
};

/**
 * Features that no dialect switches on by default: whoever has one in a spec asked for it. Running without
 * one would betray the caller (traffic without the proxy, a login without the profile).
 */
const NEVER_DEFAULT = ["proxy", "profile", "extensions", "secrets"] as const satisfies readonly FeatureName[];

/** Which features are on in a session with this spec. */
export function inForce(spec: SessionSpec, available: AvailableFeatures): Record<FeatureName, boolean> {
  const on = Object.entries(SWITCHED_ON).map(([feature, isOn]) => [
    feature,
    // The record's keys are exactly the features.
    available.has(feature as FeatureName) && isOn(spec),
  ]);
  return Object.fromEntries(on) as Record<FeatureName, boolean>;
}

/** The first feature that was asked for by name and that this deployment does not have. */
export function unsupportedFeature(
  asked: readonly AskedFeature[],
  available: AvailableFeatures,
): Extract<Failure, { kind: "unsupported" }> | undefined {
  const missing = asked.find(({ feature }) => !available.has(feature));
  if (missing === undefined) return undefined;
  const { feature, field } = missing;
  return { kind: "unsupported", feature, field, reason: `${feature} is not available in this deployment` };
}

/**
 * The spec that a session runs with: a feature that is on by default, and that this deployment does not
 * have, is off. Call it for requests that {@link unsupportedFeature} has passed.
 */
export function effectiveSpec(spec: SessionSpec, available: AvailableFeatures): SessionSpec {
  const lost = NEVER_DEFAULT.find((feature) => SWITCHED_ON[feature](spec) && !available.has(feature));
  if (lost !== undefined) throw new Error(`A dialect set ${lost} without listing it as asked for`);
  const has = (feature: FeatureName): boolean => available.has(feature);
  const { har, screenshots, video } = spec.recording;
  return {
    ...spec,
    stealth: has("stealth") ? spec.stealth : "none",
    fingerprint: has("fingerprint") ? spec.fingerprint : "auto",
    recording: {
      har: har && has("har"),
      screenshots: screenshots && has("screenshots"),
      video: video && has("video"),
    },
    adblock: spec.adblock && has("adblock"),
    popupBlocker: spec.popupBlocker && has("popupBlocker"),
    captchaSolver: spec.captchaSolver && has("captchaSolver"),
    headless: spec.headless || !has("headful"),
    viewport: has("viewport") ? spec.viewport : null,
    fullscreen: spec.fullscreen && has("fullscreen"),
    p2pDownload: spec.p2pDownload && has("p2pDownload"),
    disableWebSecurity: spec.disableWebSecurity && has("disableWebSecurity"),
    crossOriginSupport: spec.crossOriginSupport && has("crossOriginSupport"),
    popupsAsTabs: spec.popupsAsTabs && has("popupsAsTabs"),
    noDialogs: spec.noDialogs && has("noDialogs"),
    pdfDownload: spec.pdfDownload && has("pdfDownload"),
  };
}

/** The spec without what may hold a credential. */
export function toPublicSpec(spec: SessionSpec): PublicSpec {
  const { proxy: _proxy, integrations: _integrations, ...shown } = spec;
  return shown;
}
