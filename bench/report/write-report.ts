import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/local/paths.ts";
import type { Bound } from "../bounds.ts";
import type { BundleFacts } from "../measures/bundle.ts";
import { METRICS, type Metric } from "../metrics.ts";
import type { Recorder } from "../recorder.ts";
import type { Spread } from "../stats.ts";
import { TARGET_NAMES } from "../targets/target.ts";
import type { Conditions } from "./conditions.ts";
import { toMarkdown } from "./markdown.ts";

/** Everything that a run found out. */
export interface Findings {
  readonly recorder: Recorder;
  readonly bounds: readonly Bound[];
  readonly bundle: BundleFacts | undefined;
  readonly conditions: Conditions;
}

/** One metric of all targets. */
export interface Row extends Metric {
  readonly values: Readonly<Record<string, Spread>>;
  readonly pipeToChromium: Spread | undefined;
  readonly berthToChromium: Spread | undefined;
  readonly berthToPipe: Spread | undefined;
}

/** Writes docs/benchmarks.md and docs/benchmarks.json, and answers the Markdown. */
export function writeReport(findings: Findings): string {
  const { bounds, bundle, conditions } = findings;
  const rows = METRICS.map((metric) => toRow(metric, findings.recorder)).filter(isMeasured);
  const markdown = toMarkdown({ rows, bounds, conditions });
  const docs = join(root, "docs");
  mkdirSync(docs, { recursive: true });
  writeFileSync(join(docs, "benchmarks.md"), markdown);
  writeFileSync(
    join(docs, "benchmarks.json"),
    `${JSON.stringify({ conditions, bounds, bundle, metrics: rows }, rounded, 2)}\n`,
  );
  return markdown;
}

const isMeasured = ({ values }: Row): boolean => Object.keys(values).length > 0;

function toRow(metric: Metric, recorder: Recorder): Row {
  const values = TARGET_NAMES.flatMap((target) => {
    const spread = recorder.spread(metric.id, target);
    return spread ? [[target, spread] as const] : [];
  });
  return {
    ...metric,
    values: Object.fromEntries(values),
    pipeToChromium: recorder.paired(metric.id, { of: "pipe", to: "chromium" }),
    berthToChromium: recorder.paired(metric.id, { of: "berth", to: "chromium" }),
    berthToPipe: recorder.paired(metric.id, { of: "berth", to: "pipe" }),
  };
}

/** Four digits say all that such measurements can. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
