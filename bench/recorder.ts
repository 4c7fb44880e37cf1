import { METRICS } from "./metrics.ts";
import { type Spread, spreadOf } from "./stats.ts";
import type { TargetName } from "./targets/target.ts";

/** One value of one target. Values of different targets with the same `pair` were measured side by side. */
export interface Sample {
  readonly metric: string;
  readonly target: TargetName;
  readonly pair: string;
  readonly value: number;
}

/** Two targets side by side. */
export interface Comparison {
  readonly of: TargetName;
  readonly to: TargetName;
}

const KNOWN = new Set(METRICS.map(({ id }) => id));

/** Keeps what was measured and answers the questions that a report has. */
export class Recorder {
  readonly #samples: Sample[] = [];

  record(sample: Sample): void {
    if (!KNOWN.has(sample.metric)) throw new Error(`There is no metric "${sample.metric}".`);
    this.#samples.push(sample);
  }

  spread(metric: string, target: TargetName): Spread | undefined {
    return spreadOf([...this.#values(metric, target).values()]);
  }

  /** What `combine` makes of the values of two targets, pair by pair: their ratio, unless told otherwise. */
  paired(metric: string, { of, to }: Comparison, combine = ratio): Spread | undefined {
    const references = this.#values(metric, to);
    const combined = [...this.#values(metric, of)].flatMap(([pair, value]) => {
      const reference = references.get(pair);
      return reference === undefined ? [] : [combine(value, reference)];
    });
    return spreadOf(combined.filter(Number.isFinite));
  }

  sum(metric: string, target: TargetName): number | undefined {
    const values = [...this.#values(metric, target).values()];
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  }

  #values(metric: string, target: TargetName): Map<string, number> {
    const own = this.#samples.filter((sample) => sample.metric === metric && sample.target === target);
    return new Map(own.map(({ pair, value }) => [pair, value]));
  }
}

const ratio = (value: number, reference: number): number => value / reference;
export const difference = (value: number, reference: number): number => value - reference;
