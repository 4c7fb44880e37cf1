import { describe, it } from "vitest";
import { parseCreateSession } from "../../../../src/dialects/anchor/parse.ts";
import type { RequestedSession, SessionSpec } from "../../../../src/domain/session-spec.ts";
import documentedRequest from "../golden/anchor-create-request.json";

function accepted(body: unknown): RequestedSession {
  const parsed = parseCreateSession(body);
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.failure)}`);
  return parsed.value;
}

const DEFAULTS: SessionSpec = {
  dialect: "anchor",
  lifetimeMs: 20 * 60_000,
  idleMs: 5 * 60_000,
  initialUrl: null,
  proxy: null,
  stealth: "standard",
  fingerprint: "auto",
  console: "quiet",
  profile: null,
  recording: { har: false, screenshots: false, video: true },
  liveViewReadOnly: false,
  adblock: true,
  popupBlocker: true,
  captchaSolver: false,
  headless: false,
  viewport: { width: 1440, height: 900 },
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

describe("an Anchor create request", () => {
  it.for([
    undefined,
    {},
    { session: {}, browser: {}, integrations: [] },
    { session: null, browser: null, integrations: null },
    { session: { proxy: null, timeout: null, initial_url: null }, browser: { viewport: {}, profile: {} } },
  ])("resolves every documented default for %j and asks for nothing", (body, { expect }) => {
    expect(accepted(body)).toEqual({ spec: DEFAULTS, asked: [], lifetimeField: "session.timeout.max_duration" });
  });

  it("accepts the documented example and lists what it switches on", ({ expect }) => {
    const { spec, asked } = accepted(documentedRequest);
    expect(spec).toEqual({
      ...DEFAULTS,
      lifetimeMs: 123 * 60_000,
      idleMs: 123 * 60_000,
      initialUrl: "https://example.com/",
      proxy: { type: "datacenter", country: "AF", region: "kbl", city: "Kabul", sticky: true },
      stealth: "max",
      profile: { by: "name", value: "my-profile", persist: true },
      liveViewReadOnly: true,
      captchaSolver: true,
      headless: true,
      viewport: { width: 123, height: 123 },
      fullscreen: true,
      p2pDownload: true,
      extensions: ["3c90c3cc-0d44-4b50-8888-8dd25736052a"],
      disableWebSecurity: true,
      integrations: [{ id: "550e8400-e29b-41d4-a716-446655440000", type: "1PASSWORD", secrets: "all" }],
    });
    expect(asked.map(({ feature, field }) => `${feature}: ${field}`)).toEqual([
      "proxy: session.proxy",
      "video: session.recording.active",
      "liveView: session.live_view.read_only",
      "profile: browser.profile.name",
      "adblock: browser.adblock.active",
      "popupBlocker: browser.popup_blocker.active",
      "captchaSolver: browser.captcha_solver.active",
      "viewport: browser.viewport",
      "fullscreen: browser.fullscreen.active",
      "p2pDownload: browser.p2p_download.active",
      "extensions: browser.extensions",
      "disableWebSecurity: browser.disable_web_security.active",
      "stealth: browser.extra_stealth.active",
      "secrets: integrations",
    ]);
  });

  it("reads the vendor's newer switches, and a screen of any size for fullscreen", ({ expect }) => {
    const on = { active: true };
    const { spec, asked } = accepted({
      browser: {
        fullscreen: on,
        cross_origin_support: on,
        force_popups_as_tabs: on,
        disable_dialogs: on,
        pdf_viewer: { active: false },
      },
    });
    expect(spec).toEqual({
      ...DEFAULTS,
      viewport: null,
      fullscreen: true,
      crossOriginSupport: true,
      popupsAsTabs: true,
      noDialogs: true,
      pdfDownload: true,
    });
    expect(asked.map(({ feature }) => feature)).toEqual([
      "fullscreen",
      "crossOriginSupport",
      "popupsAsTabs",
      "noDialogs",
      "pdfDownload",
    ]);
  });

  it("does not count switching off as asking", ({ expect }) => {
    const off = { active: false };
    const { spec, asked } = accepted({
      session: { recording: off, proxy: off, live_view: { read_only: false } },
      browser: {
        adblock: off,
        captcha_solver: off,
        headless: { active: true },
        fullscreen: off,
        p2p_download: off,
        extensions: [],
        disable_web_security: off,
        extra_stealth: off,
        profile: { persist: false },
      },
    });
    expect(asked).toEqual([]);
    expect(spec).toEqual({
      ...DEFAULTS,
      recording: { har: false, screenshots: false, video: false },
      adblock: false,
      popupBlocker: false,
      headless: true,
    });
  });

  it("asks for a headful browser when headless is switched off outright", ({ expect }) => {
    const { spec, asked } = accepted({ browser: { headless: { active: false } } });
    expect(spec.headless).toBe(false);
    expect(asked).toEqual([{ feature: "headful", field: "browser.headless.active" }]);
  });

  it("fills in the side of a viewport that is not given", ({ expect }) => {
    const { spec, asked } = accepted({ browser: { viewport: { width: 800 } } });
    expect(spec.viewport).toEqual({ width: 800, height: 900 });
    expect(asked).toEqual([{ feature: "viewport", field: "browser.viewport" }]);
  });

  it("reads -1 as no limit", ({ expect }) => {
    const { spec } = accepted({ session: { timeout: { max_duration: -1, idle_timeout: -1 } } });
    expect(spec).toMatchObject({ lifetimeMs: null, idleMs: null });
  });

  it("keeps each tag once", ({ expect }) => {
    expect(accepted({ session: { tags: ["a", "b", "a"] } }).spec.tags).toEqual(["a", "b"]);
  });

  it("ignores fields that it has never heard of, wherever they are", ({ expect }) => {
    const parsed = accepted({ a: 1, session: { b: {}, timeout: { c: [] } }, browser: { d: { active: true } } });
    expect(parsed.spec).toEqual(DEFAULTS);
  });
});

describe("an Anchor proxy", () => {
  const proxyOf = (proxy: object) => accepted({ session: { proxy } }).spec.proxy;

  it.for([
    [{}, "datacenter"],
    [{ type: "anchor_proxy" }, "datacenter"],
    [{ type: "anchor_residential" }, "residential"],
    [{ type: "anchor_mobile" }, "mobile"],
    [{ type: "anchor_gov" }, "gov"],
  ] as const)("%j is of type %s, in the United States by default", ([proxy, type], { expect }) => {
    expect(proxyOf({ active: true, ...proxy })).toEqual({
      type,
      country: "US",
      region: null,
      city: null,
      sticky: true,
    });
  });

  it("takes Great Britain from the types that have it", ({ expect }) => {
    expect(proxyOf({ active: true, type: "anchor_residential", country_code: "gb" })).toMatchObject({ country: "GB" });
    expect(proxyOf({ active: true, type: "anchor_mobile", country_code: "gb" })).toMatchObject({ country: "GB" });
  });

  it.for([
    ["http://proxy.example.com:8080", "http://proxy.example.com:8080"],
    ["HTTPS://Proxy.Example.com:443", "https://proxy.example.com:443"],
    ["socks5://192.0.2.1:1080/", "socks5://192.0.2.1:1080"],
    ["http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128"],
  ] as const)("may be the caller's own at %s", ([server, canonical], { expect }) => {
    const custom = { active: true, type: "custom", server, username: "u", password: "p:@ss/" };
    const { spec, asked } = accepted({ session: { proxy: custom } });
    expect(spec.proxy).toEqual({ type: "custom", server: canonical, username: "u", password: "p:@ss/" });
    expect(asked).toEqual([{ feature: "proxy", field: "session.proxy" }]);
  });

  it("is none when it is not active, whatever else is said", ({ expect }) => {
    const custom = { active: false, type: "custom", server: "http://h:1", username: "", password: "" };
    expect(proxyOf(custom)).toBeNull();
  });
});

describe("newer fields at their defaults", () => {
  it("are ignored", ({ expect }) => {
    const off = { active: false };
    const parsed = accepted({
      session: { live_view: { one_time_url: false }, scoped_access: off },
      browser: {
        pdf_viewer: { active: true },
        force_popups_as_tabs: off,
        web_bot_auth: off,
        disable_dialogs: off,
        cross_origin_support: off,
        sensitive_data_mask: { active: false, custom_selectors: [".x"] },
        tracing: { active: true, snapshots: false, sources: true },
      },
      identities: [],
    });
    expect(parsed).toMatchObject({ spec: DEFAULTS, asked: [] });
  });
});
