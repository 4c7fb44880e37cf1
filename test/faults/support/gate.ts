import { expect } from "vitest";
import type { Interference } from "./faults.ts";

const LOOK_MS = 5;

/**
 * Holds a call on its way until the test lets it go. Both sides look at flags: a promise that one object resolves
 * for another would go on in the first one's context, and end with it.
 */
export class Gate {
  #reached = false;
  #open = false;

  /** @param when whether the call waits before it is made, or after it was made and before it is answered. */
  hold<T>(when: "before" | "after"): Interference<T> {
    return async (forward) => {
      const done = when === "after" ? { value: await forward() } : undefined;
      this.#reached = true;
      while (!this.#open) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      return done ? done.value : forward();
    };
  }

  async reached(): Promise<void> {
    await expect.poll(() => this.#reached, { interval: LOOK_MS }).toBe(true);
  }

  open(): void {
    this.#open = true;
  }
}
