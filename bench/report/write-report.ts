import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/local/paths.ts";
import type { Bound } from "../bounds.ts";
import type { BundleFacts } from "../measures/bundle.ts";
import type { CycleSeries } from "../measures/cycles.ts";
import { METRICS, type Metric } from "../metrics.ts";
import type { Recorder } from "../recorder.ts";
import type { SoakReport } from "../soak/report.ts";
import { TARGET_NAMES } from "../targets/target.ts";
import type { Conditions } from "./conditions.ts";
import { toMarkdown } from "./markdown.ts";
import { mergeReports, readPublished, type Row } from "./published.ts";
import { soakSection, withSoakSection } from "./soak-section.ts";

/** Everything that a run found out. */
export interface Findings {
  readonly recorder: Recorder;
  readonly bounds: readonly Bound[];
  readonly bundle: BundleFacts | undefined;
  readonly cycles: readonly CycleSeries[];
  readonly conditions: Conditions;
}

/** Writes docs/benchmarks.md and docs/benchmarks.json, and answers the Markdown. */
export function writeReport({ recorder, ...findings }: Findings): string {
  const docs = join(root, "docs");
  const file = join(docs, "benchmarks.json");
  const measured = { ...findings, metrics: METRICS.map((metric) => toRow(metric, recorder)).filter(isMeasured) };
  const published = findings.conditions.isPart ? readPublished(file) : undefined;
  const report = published ? mergeReports(measured, published) : measured;
  const { metrics: rows, bounds, conditions } = report;
  const markdown = withSoak(toMarkdown({ rows, bounds, conditions }), join(docs, "soak.json"));
  mkdirSync(docs, { recursive: true });
  writeFileSync(join(docs, "benchmarks.md"), markdown);
  writeFileSync(file, `${JSON.stringify(report, rounded, 2)}\n`);
  return markdown;
}

/** What the latest soak found stays in the report. */
function withSoak(markdown: string, file: string): string {
  if (!existsSync(file)) return markdown;
  return withSoakSection(markdown, soakSection(JSON.parse(readFileSync(file, "utf8")) as SoakReport));
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

/** More than such measurements can say, so that a report made again from these numbers rounds as before. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
