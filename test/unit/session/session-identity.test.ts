import { describe, it } from "vitest";
import type { HostBrowser } from "../../../src/domain/fingerprint.ts";
import { drawIdentity, wantsIdentity } from "../../../src/session/session-identity.ts";
import { HOST } from "../../support/worker/fake-engine.ts";
import { PLAIN_SPEC } from "../service/requests.ts";

const draw = (
  spec: Partial<typeof PLAIN_SPEC>,
  options: { sharesBrowser?: boolean; seed?: string; host?: HostBrowser } = {},
) => {
  const { sharesBrowser = false, seed = "ses_a", host = HOST } = options;
  return drawIdentity({ ...PLAIN_SPEC, ...spec }, { host, seed, sharesBrowser });
};

describe("the identity of a session", () => {
  it("is nobody's at none, where nothing was asked for", ({ expect }) => {
    expect(wantsIdentity(PLAIN_SPEC)).toBe(false);
    expect(wantsIdentity({ ...PLAIN_SPEC, stealth: "standard" })).toBe(true);
  });

  it("is the host's Chrome without its being headless, in a zone that people live in", ({ expect }) => {
    const drawn = draw({ stealth: "standard" });
    expect(drawn).toMatchObject({
      ok: true,
      value: {
        fingerprint: {
          platform: "Linux x86_64",
          userAgent: HOST.userAgent.replace("Headless", ""),
          locale: "en-US",
          timezone: "America/New_York",
        },
        overrides: { locale: null, timezone: "America/New_York", hidesWebdriver: false, focus: true },
      },
    });
  });

  it("has the hints that a browser leaves out when it was given a user agent, and no more", ({ expect }) => {
    const userAgent = HOST.userAgent.replace("Headless", "");
    const unsaid = { fullVersionList: [], platformVersion: "", architecture: "", bitness: "" };
    const drawn = draw({ stealth: "standard" }, { host: { ...HOST, userAgent, ...unsaid } });
    expect(drawn).toMatchObject({
      ok: true,
      value: {
        overrides: {
          userAgent: {
            userAgent,
            isHosts: true,
            metadata: {
              fullVersionList: expect.arrayContaining([{ brand: "Google Chrome", version: HOST.fullVersion }]),
              architecture: "x86",
              bitness: "64",
            },
          },
        },
      },
    });
  });

  it("is the same for one session, and another for another", ({ expect }) => {
    const seeds = Array.from({ length: 20 }, (_, index) => `ses_${index}`);
    const all = seeds.map((seed) => JSON.stringify(draw({ stealth: "max" }, { seed })));
    expect(JSON.stringify(draw({ stealth: "max" }, { seed: "ses_0" }))).toBe(all[0]);
    expect(new Set(all).size).toBeGreaterThan(1);
  });

  it("is what was asked for and nothing else at none", ({ expect }) => {
    const drawn = draw({ fingerprint: { timezone: "Asia/Tokyo" } });
    expect(drawn).toMatchObject({
      ok: true,
      value: {
        overrides: {
          timezone: "Asia/Tokyo",
          userAgent: null,
          locale: null,
          hardwareConcurrency: null,
          screen: null,
          window: null,
          viewport: null,
          hidesWebdriver: false,
          focus: false,
        },
        fingerprint: { userAgent: HOST.userAgent, timezone: "Asia/Tokyo" },
      },
    });
  });

  it("names a zone as pages are told it", ({ expect }) => {
    const drawn = draw({ fingerprint: { timezone: "Asia/Kolkata" } });
    expect(drawn).toMatchObject({ ok: true, value: { fingerprint: { timezone: "Asia/Calcutta" } } });
  });

  it("has the inner size that was asked for, on a screen with room for it", ({ expect }) => {
    const drawn = draw({ stealth: "standard", viewport: { width: 1440, height: 900 } });
    if (!drawn.ok) throw new Error("refused");
    const { overrides } = drawn.value;
    expect(overrides).toMatchObject({ viewport: { width: 1440, height: 900 }, window: null });
    expect(overrides?.screen?.width).toBeGreaterThanOrEqual(1440);
    expect(overrides?.screen?.height).toBeGreaterThan(900);
  });

  it("leaves the screen of a browser alone that others use", ({ expect }) => {
    expect(draw({ stealth: "max" }, { sharesBrowser: true })).toMatchObject({
      ok: true,
      value: { overrides: { screen: null } },
    });
  });

  it("says what gives another system's away", ({ expect }) => {
    const drawn = draw({ stealth: "standard", fingerprint: { platform: "Win32" } });
    if (!drawn.ok) throw new Error("refused");
    expect(drawn.value.fingerprint).toMatchObject({ platform: "Win32", userAgent: expect.stringContaining("Windows") });
    expect(drawn.value.contradictions.length).toBeGreaterThan(0);
  });

  it("is refused for a Chrome that the browser is too old for", ({ expect }) => {
    const userAgent = HOST.userAgent.replace(/HeadlessChrome\/156/, "Chrome/157");
    expect(draw({ fingerprint: { userAgent } })).toMatchObject({
      ok: false,
      failure: { kind: "invalidRequest", field: "fingerprint.userAgent" },
    });
  });
});
