import { describe, it } from "vitest";
import { generateFingerprint } from "../../../../src/capabilities/fingerprint/generate-fingerprint.ts";
import type { Fingerprint } from "../../../../src/domain/fingerprint.ts";
import { inconsistencies } from "./consistency.ts";
import { LINUX_HOST } from "./hosts.ts";

function sound(): Fingerprint {
  const result = generateFingerprint({ host: LINUX_HOST, spec: "auto", seed: "seed" });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

const metadata = (change: Partial<Fingerprint["metadata"]>) => ({ metadata: { ...sound().metadata, ...change } });
const screen = (change: Partial<Fingerprint["screen"]>) => ({ screen: { ...sound().screen, ...change } });
const otherMajor = sound().userAgent.replace("156", "155");
const headless = sound().userAgent.replace("Chrome", "HeadlessChrome");

describe("the checker of fingerprints", () => {
  it.for<readonly [string, Partial<Fingerprint>]>([
    ["another platform", { platform: "Win32" }],
    ["another major in the user agent", { userAgent: otherMajor }],
    ["a headless user agent", { userAgent: headless }],
    ["the platform hint of another system", metadata({ platform: "Windows" })],
    ["a platform version that Linux never has", metadata({ platformVersion: "13" })],
    ["an architecture that the user agent denies", metadata({ architecture: "arm" })],
    ["32 bits", metadata({ bitness: "32" })],
    ["no invented brand", metadata({ brands: sound().metadata.brands.slice(1) })],
    ["brand lists in different orders", metadata({ fullVersionList: sound().metadata.fullVersionList.toReversed() })],
    ["languages of another locale", { languages: ["de-DE", "de"] }],
    ["q values", { acceptLanguage: "en-US,en;q=0.9" }],
    ["a zone that does not exist", { timezone: "Mars/Olympus" }],
    ["a work area larger than the screen", screen({ availWidth: 10_000 })],
    ["a page higher than the work area", { viewport: { width: 1280, height: 10_000 } }],
    ["a small screen", screen({ width: 800, height: 600, availWidth: 800, availHeight: 600 })],
    ["an odd number of cores", { hardwareConcurrency: 7 }],
    ["too many cores", { hardwareConcurrency: 64 }],
  ])("finds %s", ([, change], { expect }) => {
    expect(inconsistencies({ ...sound(), ...change })).not.toEqual([]);
  });
});
