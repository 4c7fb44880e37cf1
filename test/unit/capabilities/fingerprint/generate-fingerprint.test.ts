import * as fc from "fast-check";
import { describe, it } from "vitest";
import {
  type FingerprintRequest,
  generateFingerprint,
} from "../../../../src/capabilities/fingerprint/generate-fingerprint.ts";
import { DESKTOP_PLATFORMS, type Fingerprint } from "../../../../src/domain/fingerprint.ts";
import type { FingerprintSpec } from "../../../../src/domain/session-spec.ts";
import { inconsistencies } from "./consistency.ts";
import { HOSTS, LINUX_HOST, MAC_HOST } from "./hosts.ts";

const CASES = 1000;

function generated(request: Partial<FingerprintRequest>): Fingerprint {
  const result = generateFingerprint({ host: LINUX_HOST, spec: "auto", seed: "seed", ...request });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

const custom = (spec: FingerprintSpec): Fingerprint => generated({ spec });
const userAgent = (part: string, version: string, rest = ""): string =>
  `Mozilla/5.0 (${part}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36${rest}`;
const WINDOWS = "Windows NT 10.0; Win64; x64";
const seeds = Array.from({ length: CASES }, (_, index) => `session-${index}`);

describe("an automatic fingerprint", () => {
  it.for(HOSTS)("agrees with itself and with its host on $platform", (host, { expect }) => {
    for (const seed of seeds) {
      const shown = generated({ host, seed });
      expect(inconsistencies(shown), JSON.stringify(shown)).toEqual([]);
      expect(shown).toMatchObject({ platform: host.platform, locale: "en-US", timezone: "UTC", contradictions: [] });
      expect(shown.metadata).toMatchObject({
        platformVersion: host.platformVersion,
        architecture: host.architecture,
        bitness: host.bitness,
      });
    }
  });

  it("is Google Chrome of the host's build", ({ expect }) => {
    const { userAgent: shown, metadata } = generated({});
    expect(shown).toBe(userAgent("X11; Linux x86_64", "156.0.0.0"));
    expect(metadata.fullVersionList).toEqual([
      { brand: "Not:A-Brand", version: "8.0.0.0" },
      { brand: "Chromium", version: "156.0.8078.79" },
      { brand: "Google Chrome", version: "156.0.8078.79" },
    ]);
  });

  it("is the same for the same seed, and that of an empty request", ({ expect }) => {
    expect(generated({ seed: "a" })).toEqual(generated({ seed: "a" }));
    expect(generated({ seed: "a", spec: {} })).toEqual(generated({ seed: "a" }));
  });

  it("differs between seeds", ({ expect }) => {
    const shown = new Set(seeds.map((seed) => JSON.stringify(generated({ seed }))));
    expect(shown.size).toBeGreaterThan(50);
  });

  it("lives where its traffic leaves, unless the caller says otherwise", ({ expect }) => {
    const exit = { locale: "de-DE", timezone: "Europe/Berlin" };
    expect(generated({ exit })).toMatchObject({
      locale: "de-DE",
      languages: ["de-DE", "de"],
      acceptLanguage: "de-DE,de",
      timezone: "Europe/Berlin",
    });
    const spec = { locale: "fr-CH", timezone: "Europe/Zurich" };
    expect(generated({ exit, spec })).toMatchObject(spec);
  });
});

describe("a fingerprint that was asked for", () => {
  it.for(DESKTOP_PLATFORMS)("agrees with itself on %s", (platform, { expect }) => {
    for (const seed of seeds) {
      const shown = generated({ seed, spec: { platform } });
      expect(inconsistencies(shown), JSON.stringify(shown)).toEqual([]);
      expect(shown.platform).toBe(platform);
    }
  });

  it("agrees with itself whatever is asked for", ({ expect }) => {
    const spec = fc.record(
      {
        platform: fc.constantFrom(...DESKTOP_PLATFORMS),
        locale: fc.constantFrom("de", "de-DE", "zh-Hant-TW", "pt-BR", "es-419"),
        timezone: fc.constantFrom("Asia/Tokyo", "America/Chicago", "Asia/Calcutta"),
        viewport: fc.record({ width: fc.integer({ min: 1, max: 7680 }), height: fc.integer({ min: 1, max: 7680 }) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(spec, fc.string(), fc.constantFrom(...HOSTS), (asked, seed, host) => {
        const shown = generated({ host, spec: asked, seed });
        // A tall viewport makes a tall screen; everything else holds for it as well.
        expect(inconsistencies(shown)).toEqual([]);
        expect(shown).toMatchObject(asked);
      }),
      { numRuns: 500 },
    );
  });

  it("takes the platform from the user agent, and the user agent from the platform", ({ expect }) => {
    const windows = userAgent(WINDOWS, "156.0.0.0");
    expect(custom({ userAgent: windows })).toMatchObject({ platform: "Win32", metadata: { platform: "Windows" } });
    expect(custom({ platform: "Win32" }).userAgent).toBe(windows);
  });

  it("leaves other draws as they are when one property is asked for", ({ expect }) => {
    const {
      locale: _,
      languages: __,
      acceptLanguage: ___,
      contradictions: ____,
      ...rest
    } = custom({ locale: "de-DE" });
    expect(generated({})).toMatchObject(rest);
  });

  it.for([
    [{ width: 1366, height: 600 }, 1366],
    [{ width: 3841, height: 2160 }, 5120],
    [{ width: 7680, height: 4233 }, 7680],
  ] as const)("has a screen with room for a viewport of %j", ([viewport, atLeast], { expect }) => {
    const { screen, contradictions } = custom({ viewport });
    expect(screen.availWidth).toBeGreaterThanOrEqual(atLeast);
    expect(screen.availHeight).toBeGreaterThanOrEqual(viewport.height + 85);
    expect(contradictions).toEqual([]);
  });

  it("says so when no desktop has such a screen", ({ expect }) => {
    expect(custom({ viewport: { width: 1280, height: 7680 } })).toMatchObject({
      viewport: { width: 1280, height: 7680 },
      contradictions: ["the viewport is larger than the screens of desktops"],
    });
  });
});

describe("contradictions", () => {
  const ofLinux = [
    "navigator.platform in workers is Linux x86_64",
    "fonts are those of Linux",
    "the WebGL renderer is the host's",
    "canvas and audio output are the host's",
    "features bound to the operating system are those of Linux",
  ];
  const of156 = ["features of pages are those of Chrome 156", "TLS and HTTP/2 are those of Chrome 156"];

  it.for<readonly [FingerprintSpec, readonly string[]]>([
    [{ platform: "Linux x86_64" }, []],
    [{ platform: "Win32" }, ofLinux],
    [{ platform: "MacIntel" }, ofLinux],
    [{ userAgent: userAgent("X11; Linux x86_64", "156.0.0.0") }, []],
    [{ userAgent: userAgent("X11; Linux x86_64", "147.0.0.0") }, of156],
    [{ userAgent: userAgent(WINDOWS, "147.0.0.0") }, [...ofLinux, ...of156]],
    [
      { userAgent: userAgent("X11; Linux x86_64", "101.0.0.0") },
      [...of156, "the full version is not one of Chrome 101"],
    ],
    [
      { userAgent: userAgent("X11; Linux x86_64", "147.0.7727.56") },
      [...of156, "the user agent is not in Chrome's reduced form"],
    ],
    [{ locale: "de-DE" }, ["texts of the browser's own are in the language of en-US"]],
    [{ locale: "en-GB" }, []],
    [{ timezone: "Europe/Berlin" }, ["document.lastModified is in UTC"]],
  ])("of %j are listed", ([spec, expected], { expect }) => {
    expect(custom(spec).contradictions).toEqual(expected);
  });

  it("name the host's system", ({ expect }) => {
    expect(generated({ host: MAC_HOST, spec: { platform: "Win32" } }).contradictions).toContain(
      "fonts are those of macOS",
    );
  });

  it("name the processor that workers show on a host of another kind", ({ expect }) => {
    const host = { ...LINUX_HOST, platform: "Linux aarch64" };
    expect(generated({ host })).toMatchObject({
      platform: "Linux x86_64",
      contradictions: ["navigator.platform in workers is Linux aarch64"],
    });
  });
});

describe("an older Chrome", () => {
  it("has the client hints of its own version", ({ expect }) => {
    const shown = custom({ userAgent: userAgent(WINDOWS, "147.0.0.0") });
    expect(inconsistencies(shown)).toEqual([]);
    expect(shown.metadata.brands).toEqual([
      { brand: "Google Chrome", version: "147" },
      { brand: "Not.A/Brand", version: "8" },
      { brand: "Chromium", version: "147" },
    ]);
    expect(shown.metadata.fullVersionList[0]?.version).toMatch(/^147\.0\.7727\.\d+$/);
  });

  it("has the full version that its user agent names", ({ expect }) => {
    const { metadata } = custom({ userAgent: userAgent(WINDOWS, "147.0.7727.56") });
    expect(metadata.fullVersionList[0]).toEqual({ brand: "Google Chrome", version: "147.0.7727.56" });
  });
});

describe("a refused fingerprint", () => {
  const NOT_CHROME = "must be that of Chrome on Windows, macOS or Linux: sessions are Chrome on a desktop";
  const NEWER = "must not claim a newer Chrome than the browser's 156";

  it.for<readonly [FingerprintSpec, string]>([
    [{ userAgent: userAgent(WINDOWS, "157.0.0.0") }, NEWER],
    [{ userAgent: userAgent(WINDOWS, "9999.0.0.0") }, NEWER],
    [{ userAgent: userAgent(WINDOWS, "147.0.0.0", " Edg/147.0.0.0") }, NOT_CHROME],
    [
      { platform: "MacIntel", userAgent: userAgent(WINDOWS, "156.0.0.0") },
      "is of Windows and contradicts fingerprint.platform, MacIntel",
    ],
  ])("%j names the user agent", ([spec, predicate], { expect }) => {
    const field = "fingerprint.userAgent";
    expect(generateFingerprint({ host: LINUX_HOST, spec, seed: "seed" })).toEqual({
      ok: false,
      failure: { kind: "invalidRequest", field, message: `${field} ${predicate}` },
    });
  });
});
