import { describe, it } from "vitest";
import { parseCreateSession } from "../../../../src/dialects/meshbrow/parse.ts";
import type { RequestedSession, SessionSpec } from "../../../../src/domain/session-spec.ts";
import documentedRequest from "../golden/meshbrow-create-request.json";

function accepted(body: unknown): RequestedSession {
  const parsed = parseCreateSession(body);
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.failure)}`);
  return parsed.value;
}

function refused(body: unknown) {
  const parsed = parseCreateSession(body);
  if (parsed.ok) throw new Error(`accepted: ${JSON.stringify(parsed.value)}`);
  return parsed.failure;
}

/** Of Chrome on a Mac. */
const USER_AGENT =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";

const DEFAULTS: SessionSpec = {
  dialect: "meshbrow",
  lifetimeMs: 1_800_000,
  idleMs: 300_000,
  initialUrl: null,
  proxy: null,
  stealth: "max",
  fingerprint: "auto",
  console: "quiet",
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

describe("a Meshbrow create request", () => {
  it.for([{}, undefined])("resolves every documented default for %j and asks for nothing", (body, { expect }) => {
    expect(accepted(body)).toEqual({ spec: DEFAULTS, asked: [], lifetimeField: "timeout" });
  });

  it("accepts the documented example and lists what it switches on", ({ expect }) => {
    const { spec, asked } = accepted(documentedRequest);
    expect(spec.proxy).toEqual({ type: "residential", country: "US", region: null, city: null, sticky: false });
    expect(asked).toEqual([
      { feature: "proxy", field: "proxy" },
      { feature: "stealth", field: "stealth" },
      { feature: "fingerprint", field: "fingerprint" },
    ]);
  });

  it("takes every field of the documented request at once", ({ expect }) => {
    const { spec, asked } = accepted({
      proxy: { type: "mobile", country: "gb", region: "eu", city: "London", sticky: true },
      stealth: "standard",
      fingerprint: {
        platform: "MacIntel",
        userAgent: USER_AGENT,
        locale: "de-de",
        timezone: "europe/berlin",
        viewport: { width: 1920, height: 1080 },
      },
      profileId: "prof_1",
      timeout: 123,
      recording: { har: true, screenshots: true, video: true },
    });
    expect(spec).toEqual({
      ...DEFAULTS,
      lifetimeMs: 123_000,
      proxy: { type: "mobile", country: "GB", region: "eu", city: "London", sticky: true },
      stealth: "standard",
      fingerprint: {
        platform: "MacIntel",
        userAgent: USER_AGENT,
        locale: "de-DE",
        timezone: "Europe/Berlin",
        viewport: { width: 1920, height: 1080 },
      },
      profile: { by: "id", value: "prof_1", persist: false },
      recording: { har: true, screenshots: true, video: true },
      viewport: { width: 1920, height: 1080 },
    });
    expect(asked.map(({ feature, field }) => `${feature}: ${field}`)).toEqual([
      "proxy: proxy",
      "stealth: stealth",
      "fingerprint: fingerprint",
      "viewport: fingerprint.viewport",
      "profile: profileId",
      "har: recording.har",
      "screenshots: recording.screenshots",
      "video: recording.video",
    ]);
  });

  it.for([
    ["none", "none", false],
    ["standard", "standard", true],
    ["basic", "standard", true],
    ["max", "max", true],
    ["full", "max", true],
  ] as const)("reads stealth %s as %s", ([given, level, asks], { expect }) => {
    const { spec, asked } = accepted({ stealth: given });
    expect(spec.stealth).toBe(level);
    expect(asked).toEqual(asks ? [{ feature: "stealth", field: "stealth" }] : []);
  });

  it.for([["residential"], ["datacenter"], ["isp"], ["mobile"]] as const)(
    "accepts the proxy type %s",
    ([type], { expect }) => {
      expect(accepted({ proxy: { type } }).spec.proxy).toMatchObject({ type, country: null });
    },
  );

  it("does not count switching off as asking", ({ expect }) => {
    const body = { stealth: "none", recording: { har: false, screenshots: false, video: false } };
    expect(accepted(body).asked).toEqual([]);
  });

  it.for([1, 1800, 3600])("accepts a timeout of %d seconds", (timeout, { expect }) => {
    expect(accepted({ timeout }).spec.lifetimeMs).toBe(timeout * 1000);
  });

  it("keeps a link name of a time zone as it was given", ({ expect }) => {
    const { fingerprint } = accepted({ fingerprint: { timezone: "Asia/Calcutta" } }).spec;
    expect(fingerprint).toEqual({ timezone: "Asia/Calcutta" });
  });

  it("asks for a fingerprint when an empty object is given", ({ expect }) => {
    const { spec, asked } = accepted({ fingerprint: {} });
    expect(spec.fingerprint).toEqual({});
    expect(asked).toEqual([{ feature: "fingerprint", field: "fingerprint" }]);
  });
});

describe("the client libraries' spelling", () => {
  it("reads profile_id and user_agent, and names them as the caller wrote them", ({ expect }) => {
    const { spec, asked } = accepted({ fingerprint: { user_agent: USER_AGENT }, profile_id: "prof_1" });
    expect(spec.fingerprint).toEqual({ userAgent: USER_AGENT });
    expect(spec.profile?.value).toBe("prof_1");
    expect(asked).toContainEqual({ feature: "profile", field: "profile_id" });
  });

  it("reads a viewport at the top", ({ expect }) => {
    const { spec, asked } = accepted({ viewport: { width: 1280, height: 720 } });
    expect(spec).toMatchObject({ viewport: { width: 1280, height: 720 }, fingerprint: "auto" });
    expect(asked).toEqual([{ feature: "viewport", field: "viewport" }]);
  });

  it.for([
    [{ profileId: "a", profile_id: "b" }, "profile_id"],
    [{ fingerprint: { userAgent: "a", user_agent: "b" } }, "fingerprint.user_agent"],
    [{ viewport: { width: 1, height: 1 }, fingerprint: { viewport: { width: 1, height: 1 } } }, "viewport"],
  ])("refuses both spellings of one field in %j", ([body, field], { expect }) => {
    expect(refused(body)).toMatchObject({ kind: "invalidRequest", field });
  });

  it("names a wrong field in the caller's spelling", ({ expect }) => {
    expect(refused({ profile_id: 5 })).toMatchObject({ field: "profile_id", message: "profile_id must be a string" });
  });
});
