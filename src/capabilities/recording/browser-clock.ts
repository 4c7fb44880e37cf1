import type { Clock } from "../../domain/clock.ts";

/**
 * The browser's clock as far as it can be known from here: most of what it tells has a time of its own, and what has
 * none is put among it. Its messages take some time to arrive; the fastest of them took next to none.
 */
export class BrowserClock {
  readonly #clock: Clock;
  #offsetMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param at epoch milliseconds of the browser's clock that have just arrived. */
  learn(at: number): void {
    this.#offsetMs = Math.min(this.#offsetMs, this.#clock.now() - at);
  }

  /** Epoch milliseconds. */
  now(): number {
    const offset = Number.isFinite(this.#offsetMs) ? this.#offsetMs : 0;
    return Math.round(this.#clock.now() - offset);
  }
}
