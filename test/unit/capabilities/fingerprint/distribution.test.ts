import { describe, it } from "vitest";
import { generateFingerprint } from "../../../../src/capabilities/fingerprint/generate-fingerprint.ts";
import table from "../../../../src/capabilities/fingerprint/table.json";
import type { Fingerprint, HostBrowser } from "../../../../src/domain/fingerprint.ts";
import type { FingerprintSpec } from "../../../../src/domain/session-spec.ts";
import { HOSTS, LINUX_HOST } from "./hosts.ts";

const CASES = 2000;
const MAX_DIFFERENCE = 0.05;

type Row = readonly (string | number)[];
type Shares = ReadonlyMap<string, number>;

const screenKey = ({ screen }: Fingerprint): string =>
  [screen.width, screen.height, screen.availWidth, screen.availHeight].join();
const coresKey = ({ hardwareConcurrency }: Fingerprint): string => String(hardwareConcurrency);

function drawn(keyOf: (shown: Fingerprint) => string, host: HostBrowser, spec: FingerprintSpec = {}): Shares {
  const shares = new Map<string, number>();
  for (let index = 0; index < CASES; index += 1) {
    const result = generateFingerprint({ host, spec, seed: `ses_${index}` });
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    const key = keyOf(result.value);
    shares.set(key, (shares.get(key) ?? 0) + 1 / CASES);
  }
  return shares;
}

/** Shares by value: the weight is the last element of a row. */
function expected(rows: readonly Row[]): Shares {
  const total = rows.reduce((sum, row) => sum + Number(row.at(-1)), 0);
  return new Map(rows.map((row) => [row.slice(0, -1).join(), Number(row.at(-1)) / total]));
}

function largestDifference(a: Shares, b: Shares): number {
  const keys = new Set([...a.keys(), ...b.keys()]);
  return Math.max(...[...keys].map((key) => Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0))));
}

const tableOf = ({ platform }: HostBrowser) => table[platform as keyof typeof table & Fingerprint["platform"]];

describe("what is drawn", () => {
  it.for(HOSTS)("has the screens of the table on $platform", (host, { expect }) => {
    expect(largestDifference(drawn(screenKey, host), expected(tableOf(host).screens))).toBeLessThan(MAX_DIFFERENCE);
  });

  it.for(HOSTS)("has the cores of the table on $platform", (host, { expect }) => {
    const isArmMac = host.platform === "MacIntel";
    const rows = tableOf(host).cores.filter(([cores = 0]) => !isArmMac || cores >= 8);
    expect(largestDifference(drawn(coresKey, host), expected(rows))).toBeLessThan(MAX_DIFFERENCE);
  });

  it("has the releases of the table on another system", ({ expect }) => {
    const key = ({ metadata }: Fingerprint) =>
      [metadata.platformVersion, metadata.architecture, metadata.bitness].join();
    for (const platform of ["Win32", "MacIntel"] as const) {
      const shares = drawn(key, LINUX_HOST, { platform });
      expect(largestDifference(shares, expected(table[platform].releases))).toBeLessThan(MAX_DIFFERENCE);
    }
  });

  it("has the screens of the table that have room for a viewport", ({ expect }) => {
    const viewport = { width: 1900, height: 1000 };
    const rows = table.Win32.screens.filter(
      ([, , availWidth = 0, availHeight = 0]) => availWidth >= 1900 && availHeight >= 1087,
    );
    const shares = drawn(screenKey, LINUX_HOST, { platform: "Win32", viewport });
    expect(largestDifference(shares, expected(rows))).toBeLessThan(MAX_DIFFERENCE);
  });

  it("does not tie cores to screens", ({ expect }) => {
    const both = drawn((shown) => `${screenKey(shown)}/${coresKey(shown)}`, LINUX_HOST);
    const screens = drawn(screenKey, LINUX_HOST);
    const cores = drawn(coresKey, LINUX_HOST);
    const product = [...screens].flatMap(([screen, a]) =>
      [...cores].map(([core, b]) => [`${screen}/${core}`, a * b] as const),
    );
    expect(largestDifference(both, new Map(product))).toBeLessThan(MAX_DIFFERENCE / 2);
  });
});

describe("the table", () => {
  it("takes at most 24 KiB of the Worker", async ({ expect }) => {
    const text = new Blob([JSON.stringify(table)]);
    const compressed = await new Response(text.stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    expect(compressed.byteLength).toBeLessThanOrEqual(24 * 1024);
  });
});
