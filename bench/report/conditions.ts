import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import process from "node:process";
import { toolFile } from "../../scripts/local/child-output.ts";
import { CdpClient } from "../cdp-client.ts";
import type { Settings } from "../settings.ts";
import type { Target } from "../targets/target.ts";

const PACKAGES = ["miniflare", "workerd", "wrangler", "ws", "puppeteer-core", "playwright-core"];
const GB = 1e9;

/** What one needs to know to judge the numbers. */
export interface Conditions {
  readonly measuredAt: string;
  readonly mode: Settings["mode"];
  readonly rounds: number;
  readonly groups: readonly string[];
  readonly minutes: number;
  /** Only some groups were asked for. */
  readonly isPart: boolean;
  readonly machine: string;
  /** Load average over 15 minutes at the end, the benchmark's own load included. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Runs with `--only` since then, whose results have replaced some. */
  readonly later?: readonly Pick<Conditions, "measuredAt" | "groups" | "minutes" | "load">[];
}

export async function describeConditions(
  targets: readonly Target[],
  { settings, ms }: { readonly settings: Settings; readonly ms: number },
): Promise<Conditions> {
  const { mode, rounds, groups, isPart } = settings;
  return {
    measuredAt: new Date().toISOString(),
    mode,
    rounds,
    groups: [...groups],
    isPart,
    minutes: Number((ms / 60_000).toFixed(1)),
    machine: describeMachine(),
    load: Number((loadavg()[2] ?? 0).toFixed(1)),
    versions: {
      berth: versionIn("../package.json"),
      Chromium: await browserVersion(targets),
      Node: process.versions.node,
      ...packageVersions(),
    },
  };
}

/** What the numbers are from. */
export function describeMachine(): string {
  const memory = `${Math.round(totalmem() / GB)} GB`;
  return `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, ${memory}, Linux ${release()}`;
}

/** Of the packages that have a part in what is measured. */
export const packageVersions = (): Record<string, string> =>
  Object.fromEntries(PACKAGES.map((name) => [name, versionIn(`${name}/package.json`)]));

async function browserVersion(targets: readonly Target[]): Promise<string> {
  const session = await targets.find(({ name }) => name === "chromium")?.createSession();
  if (!session) return "unknown";
  const client = await CdpClient.open(session.cdpUrl);
  const { result } = await client.send("Browser.getVersion");
  client.close();
  await session.release();
  return String(result?.["product"]);
}

/** From a package's own file in node_modules. */
function versionIn(path: string): string {
  return (JSON.parse(readFileSync(toolFile(path), "utf8")) as { version: string }).version;
}
