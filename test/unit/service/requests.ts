import type { FeatureName, RequestedSession, SessionSpec } from "../../../src/domain/session-spec.ts";
import { FEATURES } from "../../../src/domain/session-spec.ts";

export const EVERY_FEATURE: ReadonlySet<FeatureName> = new Set(FEATURES);

/** Nothing that needs a feature, whatever the deployment has. */
export const PLAIN_SPEC: SessionSpec = {
  dialect: "meshbrow",
  lifetimeMs: 1_800_000,
  idleMs: 300_000,
  initialUrl: null,
  proxy: null,
  stealth: "none",
  console: "quiet",
  fingerprint: "auto",
  profile: null,
  recording: { har: false, screenshots: false, video: false },
  liveViewReadOnly: false,
  adblock: false,
  popupBlocker: false,
  captchaSolver: false,
  headless: true,
  viewport: null,
  fullscreen: false,
  p2pDownload: false,
  extensions: [],
  disableWebSecurity: false,
  crossOriginSupport: false,
  popupsAsTabs: false,
  noDialogs: false,
  pdfDownload: false,
  integrations: [],
  tags: [],
};

/** Everything that either dialect switches on by default. */
export const DEFAULTS_SPEC: SessionSpec = {
  ...PLAIN_SPEC,
  stealth: "max",
  recording: { har: true, screenshots: true, video: true },
  adblock: true,
  popupBlocker: true,
  headless: false,
  viewport: { width: 1440, height: 900 },
};

/** What a dialect's parser would answer. */
export function aRequest(spec: Partial<SessionSpec> = {}, asked: RequestedSession["asked"] = []): RequestedSession {
  return { spec: { ...PLAIN_SPEC, ...spec }, asked, lifetimeField: "timeout" };
}
