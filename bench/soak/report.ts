import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/local/paths.ts";
import { soakSection, withSoakSection } from "../report/soak-section.ts";
import { quantile } from "../stats.ts";
import type { SoakLeftovers } from "./leftovers.ts";
import type { MemoryFacts } from "./memory.ts";
import type { SoakSettings } from "./settings.ts";
import type { SoakFailure, Tally } from "./tally.ts";

/** Everything that a soak found out: docs/soak.json. */
export interface SoakReport extends SoakSettings {
  readonly measuredAt: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly steps: number;
  readonly reconnects: number;
  /** Times that a session's Durable Object lost its memory. */
  readonly resets: number;
  readonly tabsChecked: number;
  readonly drops: Readonly<Record<string, number>>;
  readonly closeCodes: Readonly<Record<string, number>>;
  /** From the first attempt to connect again to the browser's first answer. */
  readonly reconnectMs: { readonly p50: number; readonly p95: number; readonly most: number };
  readonly memory: MemoryFacts;
  readonly leftovers: SoakLeftovers;
  readonly failures: readonly SoakFailure[];
}

export interface SoakFindings {
  readonly settings: SoakSettings;
  readonly tally: Tally;
  readonly memory: MemoryFacts;
  readonly leftovers: SoakLeftovers;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Writes docs/soak.json and its section in docs/benchmarks.md, and answers the section. */
export function writeSoakReport(findings: SoakFindings): string {
  const report = toReport(findings);
  writeFileSync(join(root, "docs", "soak.json"), `${JSON.stringify(report, rounded, 2)}\n`);
  const section = soakSection(report);
  const file = join(root, "docs", "benchmarks.md");
  if (existsSync(file)) writeFileSync(file, withSoakSection(readFileSync(file, "utf8"), section));
  return section;
}

function toReport({ settings, tally, ...others }: SoakFindings): SoakReport {
  const { steps, tabsChecked, drops, closeCodes, reconnectMs, failures } = tally;
  const resets = [...drops].filter(([drop]) => drop.startsWith("reset")).reduce((sum, [, times]) => sum + times, 0);
  return {
    measuredAt: new Date().toISOString(),
    ...settings,
    ...others,
    steps,
    reconnects: reconnectMs.length,
    resets,
    tabsChecked,
    drops: Object.fromEntries(drops),
    closeCodes: Object.fromEntries(closeCodes),
    reconnectMs: {
      p50: quantile(reconnectMs, 0.5),
      p95: quantile(reconnectMs, 0.95),
      most: quantile(reconnectMs, 1),
    },
    failures,
  };
}

/** More than such measurements can say, so that a report made again from these numbers rounds as before. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
