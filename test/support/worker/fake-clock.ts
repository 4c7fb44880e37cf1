import type { Clock } from "../../../src/domain/clock.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number;

  /** @param now epoch milliseconds; alarms in the past fire at once, so tests start in the far future. */
  constructor(now = Date.UTC(2100, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
