import { existsSync, readFileSync } from "node:fs";
import type { Bound } from "../bounds.ts";
import type { BundleFacts } from "../measures/bundle.ts";
import type { CycleSeries } from "../measures/cycles.ts";
import { METRICS, type Metric } from "../metrics.ts";
import type { Spread } from "../stats.ts";
import type { Conditions } from "./conditions.ts";

/** One metric of all targets. */
export interface Row extends Metric {
  readonly values: Readonly<Record<string, Spread>>;
  readonly pipeToChromium?: Spread | undefined;
  readonly berthToChromium?: Spread | undefined;
  readonly berthToPipe?: Spread | undefined;
}

/** docs/benchmarks.json. */
export interface PublishedReport {
  readonly conditions: Conditions;
  readonly bounds: readonly Bound[];
  readonly bundle?: BundleFacts | undefined;
  readonly metrics: readonly Row[];
  readonly cycles?: readonly CycleSeries[];
}

/** What an earlier run left. */
export function readPublished(file: string): PublishedReport | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PublishedReport) : undefined;
}

/** A run with `--only` replaces what it measured, and leaves the rest of the report as it was. */
export function mergeReports(part: PublishedReport, published: PublishedReport): PublishedReport {
  const { measuredAt, groups, minutes, load } = part.conditions;
  const stillShown = (earlier: { readonly groups: readonly string[] }): boolean =>
    earlier.groups.some((group) => !groups.includes(group));
  const rows = new Map([...published.metrics, ...part.metrics].map((row) => [row.id, row]));
  return {
    conditions: {
      ...published.conditions,
      later: [...(published.conditions.later ?? []).filter(stillShown), { measuredAt, groups, minutes, load }],
    },
    bounds: part.bounds.map((bound) =>
      bound.value ? bound : (published.bounds.find(({ what }) => what === bound.what) ?? bound),
    ),
    bundle: part.bundle ?? published.bundle,
    metrics: METRICS.flatMap(({ id }) => rows.get(id) ?? []),
    cycles: part.cycles?.length ? part.cycles : (published.cycles ?? []),
  };
}
