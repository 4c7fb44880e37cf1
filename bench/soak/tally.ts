import type { Difference } from "./model.ts";

/** How a connection ended. */
export const DROPS = ["dropped", "closed", "reset", "resetWhileAway", "droppedMidStep", "resetMidStep"] as const;
export type Drop = (typeof DROPS)[number];

/** Something that should not have happened. */
export interface SoakFailure extends Difference {
  readonly session: string;
  readonly atSecond: number;
  /** What the session went through right before. */
  readonly after: string;
}

/** What the sessions of a soak went through, all together. */
export class Tally {
  steps = 0;
  tabsChecked = 0;
  readonly drops = new Map<Drop | "unplanned", number>();
  /** Close codes that clients got, by what had happened. */
  readonly closeCodes = new Map<string, number>();
  readonly reconnectMs: number[] = [];
  readonly failures: SoakFailure[] = [];
  readonly #startedAt = performance.now();

  dropped(drop: Drop | "unplanned", code: number): void {
    count(this.drops, drop);
    count(this.closeCodes, `${drop}: ${code}`);
  }

  /** Told at once: a soak is long. */
  failed(failure: Omit<SoakFailure, "atSecond">): void {
    const atSecond = Math.round((performance.now() - this.#startedAt) / 1000);
    this.failures.push({ ...failure, atSecond });
    const { session, after, what, expected, found } = failure;
    console.error(`FAILED at ${atSecond} s, ${session}, after ${after}: ${what}`);
    console.error(`  expected ${expected}\n  found    ${found}`);
  }
}

function count<K>(map: Map<K, number>, key: K): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
