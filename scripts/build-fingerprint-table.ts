// Rebuilds src/capabilities/fingerprint/table.json from the devDependency fingerprint-generator:
//   npm run exec -- scripts/build-fingerprint-table.ts
// Its network is a star: every node of ours has the user agent as its only parent. So the user agents of desktop
// Chrome are merged per operating system into one weighted table a column, and nothing of note is lost.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { root } from "./local/paths.ts";

/** Of each column the values that make up this share are kept … */
const KEPT_SHARE = 0.98;
/** … and at most so many. */
const MAX_ENTRIES = 300;
/** Weights are integers that sum up to about this. */
const WEIGHT_TOTAL = 100_000;
const OLDEST_MAJOR = 120;
/** CSS pixels; a smaller screen is a tablet, a virtual machine or a crawler. */
const SMALLEST_SCREEN = { width: 1280, height: 720 };
const MIN_CORES = 4;
const MAX_CORES = 16;

const OPERATING_SYSTEMS = {
  Win32: /^Mozilla\/5\.0 \(Windows NT 10\.0; Win64; x64\)/,
  MacIntel: /^Mozilla\/5\.0 \(Macintosh; Intel Mac OS X 10_15_7\)/,
  "Linux x86_64": /^Mozilla\/5\.0 \(X11; Linux x86_64\)/,
};
const DESKTOP_CHROME = / AppleWebKit\/537\.36 \(KHTML, like Gecko\) Chrome\/(\d+)\.[\d.]+ Safari\/537\.36$/;

type Distribution = Readonly<Record<string, number>>;

interface NetworkNode {
  readonly name: string;
  readonly conditionalProbabilities: Distribution & {
    readonly deeper?: Readonly<Record<string, Distribution>>;
    readonly skip?: Distribution;
  };
}

interface Screen {
  readonly width: number;
  readonly height: number;
  readonly availWidth: number;
  readonly availHeight: number;
  readonly devicePixelRatio: number;
}

interface UserAgentData {
  readonly platformVersion?: string;
  readonly architecture?: string;
  readonly bitness?: string;
  readonly mobile?: boolean;
  readonly uaFullVersion?: string;
  readonly brands?: readonly { readonly brand: string }[];
}

const packageDir = join(root, "node_modules", "fingerprint-generator");
const { version } = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
const nodes: readonly NetworkNode[] = JSON.parse(
  readOnlyEntry(readFileSync(join(packageDir, "data_files/fingerprint-network-definition.zip"))),
).nodes;
const userAgents = distributionOf("userAgent");

const tables = Object.entries(OPERATING_SYSTEMS).map(([platform, pattern]) => [platform, tableOf(pattern)] as const);
writeTable();

function tableOf(pattern: RegExp) {
  return {
    screens: weigh("screen", pattern, screenRow),
    cores: weigh("hardwareConcurrency", pattern, (cores: number) =>
      cores >= MIN_CORES && cores <= MAX_CORES && cores % 2 === 0 ? [cores] : undefined,
    ),
    releases: weigh("userAgentData", pattern, releaseRow),
  };
}

/** Screens of another pixel ratio are left out: the generator shows none, because no cheap override carries one. */
function screenRow({ width, height, availWidth, availHeight, devicePixelRatio }: Screen) {
  // Zoom and scaling leave ratios such as 1.0000000149.
  if (Math.round(devicePixelRatio * 100) !== 100) return undefined;
  if (width < SMALLEST_SCREEN.width || height < SMALLEST_SCREEN.height || height > width) return undefined;
  const row = [width, height, availWidth, availHeight];
  // A work area that is larger than its screen, or less than two thirds of it, is a faked or broken one.
  const isSound =
    availWidth <= width && availHeight <= height && availWidth * 3 > width * 2 && availHeight * 3 > height * 2;
  return isSound && row.every(Number.isInteger) ? row : undefined;
}

function releaseRow({ platformVersion, architecture, bitness, mobile, brands }: UserAgentData) {
  if (mobile === true || bitness !== "64" || (architecture !== "x86" && architecture !== "arm")) return undefined;
  if (brands?.some(({ brand }) => brand === "Google Chrome") !== true || platformVersion === undefined)
    return undefined;
  return /^(\d+\.\d+\.\d+)?$/.test(platformVersion) ? [platformVersion, architecture, bitness] : undefined;
}

/** Rows that `toRow` accepts, heaviest first, each with its weight at the end. */
function weigh(node: string, pattern: RegExp, toRow: (value: never) => unknown[] | undefined) {
  const weights = new Map<string, number>();
  forEachValue(node, pattern, (value, probability) => {
    const row = toRow(value);
    if (row === undefined) return;
    const key = JSON.stringify(row);
    weights.set(key, (weights.get(key) ?? 0) + probability);
  });
  const sorted = [...weights].toSorted(([, a], [, b]) => b - a);
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  const kept: unknown[][] = [];
  let share = 0;
  for (const [key, weight] of sorted) {
    if (share >= KEPT_SHARE || kept.length >= MAX_ENTRIES) break;
    share += weight / total;
    kept.push([...JSON.parse(key), Math.max(1, Math.round((weight / total) * WEIGHT_TOTAL))]);
  }
  return kept;
}

/** The most frequent full version of each major, for sessions that claim an older Chrome. */
function fullVersions(): Record<string, string> {
  const seen = new Map<string, Map<string, number>>();
  forEachValue("userAgentData", /./, ({ uaFullVersion, brands }: UserAgentData, probability) => {
    const major = /^(\d+)\.0\.[1-9]\d*\.\d+$/.exec(uaFullVersion ?? "")?.[1];
    if (uaFullVersion === undefined || major === undefined) return;
    if (brands?.some(({ brand }) => brand === "Google Chrome") !== true) return;
    const counts = seen.get(major) ?? new Map<string, number>();
    seen.set(major, counts.set(uaFullVersion, (counts.get(uaFullVersion) ?? 0) + probability));
  });
  const best = [...seen].map(([major, counts]) => [major, [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? ""]);
  return Object.fromEntries(best);
}

/** Each value of a node under the user agents of a system; what its type is, the reader of the node knows. */
function forEachValue(node: string, pattern: RegExp, visit: (value: never, probability: number) => void): void {
  const { deeper = {}, skip = {} } = nodeOf(node).conditionalProbabilities;
  for (const [userAgent, share] of Object.entries(userAgents)) {
    if (Number(DESKTOP_CHROME.exec(userAgent)?.[1] ?? 0) < OLDEST_MAJOR || !pattern.test(userAgent)) continue;
    for (const [text, probability] of Object.entries(deeper[userAgent] ?? skip)) {
      const json = /^\*STRINGIFIED\*(.*)$/s.exec(text)?.[1];
      if (json !== undefined) visit(JSON.parse(json) as never, share * probability);
    }
  }
}

function distributionOf(name: string): Distribution {
  return nodeOf(name).conditionalProbabilities;
}

function nodeOf(name: string): NetworkNode {
  const node = nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`fingerprint-generator ${version} has no node "${name}"`);
  return node;
}

/** A line a row, so that a rebuild shows what has changed. */
function writeTable(): void {
  const lines = (rows: readonly unknown[]) => rows.map((row) => `      ${JSON.stringify(row)}`).join(",\n");
  const platforms = tables.map(([platform, columns]) => {
    const texts = Object.entries(columns).map(([name, rows]) => `    "${name}": [\n${lines(rows)}\n    ]`);
    return `  "${platform}": {\n${texts.join(",\n")}\n  }`;
  });
  const head = [
    `  "source": "fingerprint-generator ${version}, Apache-2.0, see NOTICE.md"`,
    `  "fullVersions": ${JSON.stringify(fullVersions())}`,
  ];
  const file = join(root, "src/capabilities/fingerprint/table.json");
  writeFileSync(file, `{\n${[...head, ...platforms].join(",\n")}\n}\n`);
  for (const [platform, { screens, cores, releases }] of tables) {
    console.log(`${platform}: ${screens.length} screens, ${cores.length} core counts, ${releases.length} releases`);
  }
}

/** Reads the one file of a zip archive: its central directory knows the size and where the content begins. */
function readOnlyEntry(zip: Buffer): string {
  const end = zip.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  const directory = zip.readUInt32LE(end + 16);
  const size = zip.readUInt32LE(directory + 20);
  const local = zip.readUInt32LE(directory + 42);
  const content = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  return inflateRawSync(zip.subarray(content, content + size)).toString("utf8");
}
