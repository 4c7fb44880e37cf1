import { describe, it } from "vitest";
import { effectiveSpec, inForce, toPublicSpec, unsupportedFeature } from "../../../src/domain/effective-spec.ts";
import type { FeatureName, SessionSpec } from "../../../src/domain/session-spec.ts";
import { FEATURES } from "../../../src/domain/session-spec.ts";
import { DEFAULTS_SPEC, EVERY_FEATURE, PLAIN_SPEC } from "../service/requests.ts";

const without = (...missing: FeatureName[]) => new Set(FEATURES.filter((feature) => !missing.includes(feature)));

/** Each row: a feature, a spec that switches it on, and what the spec becomes where it is missing. */
const SWITCHED_OFF: readonly (readonly [FeatureName, Partial<SessionSpec>, Partial<SessionSpec>])[] = [
  ["stealth", { stealth: "max" }, { stealth: "none" }],
  ["stealth", { stealth: "standard" }, { stealth: "none" }],
  ["fingerprint", { fingerprint: { locale: "de-DE" } }, { fingerprint: "auto" }],
  ["har", { recording: ALL() }, { recording: { har: false, screenshots: true, video: true } }],
  ["screenshots", { recording: ALL() }, { recording: { har: true, screenshots: false, video: true } }],
  ["video", { recording: ALL() }, { recording: { har: true, screenshots: true, video: false } }],
  ["adblock", { adblock: true }, { adblock: false }],
  ["popupBlocker", { popupBlocker: true }, { popupBlocker: false }],
  ["captchaSolver", { captchaSolver: true }, { captchaSolver: false }],
  ["headful", { headless: false }, { headless: true }],
  ["viewport", { viewport: { width: 1, height: 2 } }, { viewport: null }],
  ["fullscreen", { fullscreen: true }, { fullscreen: false }],
  ["p2pDownload", { p2pDownload: true }, { p2pDownload: false }],
  ["crossOriginSupport", { crossOriginSupport: true }, { crossOriginSupport: false }],
  ["popupsAsTabs", { popupsAsTabs: true }, { popupsAsTabs: false }],
  ["noDialogs", { noDialogs: true }, { noDialogs: false }],
  ["pdfDownload", { pdfDownload: true }, { pdfDownload: false }],
  ["disableWebSecurity", { disableWebSecurity: true }, { disableWebSecurity: false }],
];

function ALL(): SessionSpec["recording"] {
  return { har: true, screenshots: true, video: true };
}

const PROXY = { type: "isp", country: null, region: null, city: null, sticky: false } as const;
const NEVER_DEFAULT: readonly (readonly [FeatureName, Partial<SessionSpec>])[] = [
  ["proxy", { proxy: PROXY }],
  ["profile", { profile: { by: "id", value: "prof_1", persist: false } }],
  ["extensions", { extensions: ["0e2b5f0e-8d5a-4a0e-9b0a-3a4f5c6d7e8f"] }],
  ["secrets", { integrations: [{ id: "int_1", type: "1PASSWORD", secrets: "all" }] }],
];

describe("the spec that a session runs with", () => {
  it("is the requested one where everything is available", ({ expect }) => {
    expect(effectiveSpec(DEFAULTS_SPEC, EVERY_FEATURE)).toEqual(DEFAULTS_SPEC);
  });

  for (const [feature, on, off] of SWITCHED_OFF) {
    it(`has ${feature} off where it is missing: ${JSON.stringify(on)}`, ({ expect }) => {
      const spec = { ...PLAIN_SPEC, ...on };
      expect(effectiveSpec(spec, without(feature))).toEqual({ ...spec, ...off });
      expect(effectiveSpec(spec, EVERY_FEATURE)).toEqual(spec);
    });
  }

  it("has every default off where nothing is available", ({ expect }) => {
    expect(effectiveSpec(DEFAULTS_SPEC, new Set())).toEqual(PLAIN_SPEC);
  });

  for (const [feature, on] of NEVER_DEFAULT) {
    it(`never drops ${feature} in silence`, ({ expect }) => {
      const spec = { ...PLAIN_SPEC, ...on };
      expect(() => effectiveSpec(spec, without(feature))).toThrow(feature);
      expect(effectiveSpec(spec, EVERY_FEATURE)).toEqual(spec);
    });
  }
});

describe("what is in force", () => {
  for (const [feature, on] of [...SWITCHED_OFF, ...NEVER_DEFAULT]) {
    it(`says ${feature} for ${JSON.stringify(on)} where it is available, else not`, ({ expect }) => {
      const spec = { ...PLAIN_SPEC, ...on };
      expect(inForce(spec, EVERY_FEATURE)[feature]).toBe(true);
      expect(inForce(spec, without(feature))[feature]).toBe(false);
    });
  }

  it("answers for every feature, and says nothing of what is not switched on", ({ expect }) => {
    const all = inForce(PLAIN_SPEC, EVERY_FEATURE);
    expect(Object.keys(all)).toEqual([...FEATURES]);
    // The two that have no switch.
    expect(FEATURES.filter((feature) => all[feature])).toEqual(["fingerprint", "liveView"]);
  });
});

describe("an asked-for feature", () => {
  it("is refused by the caller's own field where it is missing", ({ expect }) => {
    const asked = [
      { feature: "har", field: "recording.har" },
      { feature: "video", field: "recording.video" },
      { feature: "stealth", field: "stealth" },
    ] as const;
    expect(unsupportedFeature(asked, without("video", "stealth"))).toEqual({
      kind: "unsupported",
      feature: "video",
      field: "recording.video",
      reason: "video is not available in this deployment",
    });
    expect(unsupportedFeature(asked, EVERY_FEATURE)).toBeUndefined();
    expect(unsupportedFeature([], new Set())).toBeUndefined();
  });
});

describe("the public spec", () => {
  it("holds no credential", ({ expect }) => {
    const proxy = { type: "custom", server: "http://p:1", username: "u", password: "hunter2" } as const;
    const shown = toPublicSpec({ ...DEFAULTS_SPEC, proxy });
    const { proxy: _proxy, integrations: _integrations, ...rest } = DEFAULTS_SPEC;
    expect(shown).toEqual(rest);
  });
});
