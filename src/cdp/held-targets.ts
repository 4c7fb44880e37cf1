import type { MuxClient } from "./mux-client.ts";
import type { TargetHolders } from "./target-gate.ts";

/** Which targets clients keep standing still. */
export class HeldTargets implements TargetHolders {
  readonly #clients: ReadonlySet<MuxClient>;
  readonly #waiting = new Map<() => void, string>();

  constructor(clients: ReadonlySet<MuxClient>) {
    this.#clients = clients;
  }

  whenFree(targetId: string): Promise<void> {
    if (!this.#isHeld(targetId)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(resolve, targetId));
  }

  /** To be called whenever a client resumed a target, lost it, or left. */
  changed(): void {
    for (const [resolve, targetId] of this.#waiting) {
      if (this.#isHeld(targetId)) continue;
      this.#waiting.delete(resolve);
      resolve();
    }
  }

  /** A client that stands before a tab is about to be given the page inside, and to hold that. */
  #isHeld(targetId: string): boolean {
    for (const { paused, sessions } of this.#clients) {
      for (const sessionId of paused) {
        const target = sessions.get(sessionId)?.target;
        if (target?.id === targetId || target?.type === "tab") return true;
      }
    }
    return false;
  }
}
