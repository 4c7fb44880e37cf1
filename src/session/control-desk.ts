import { drivesTab } from "../cdp/drives-tab.ts";
import { CDP_ERROR, type CdpError } from "../cdp/messages.ts";
import type { Clock } from "../domain/clock.ts";
import type { ControlState } from "../domain/live-view.ts";

export interface ControlDeskOptions {
  readonly clock: Clock;
  /** Hears of every change. */
  readonly onChanged: (event: ControlEvent, state: ControlState) => void;
}

export type ControlEvent = "taken" | "returned" | "requested" | "withdrawn";

/** How a client's request for help ended. */
export type RequestOutcome = "returned" | "timedOut";

/** How long a client's input waits for a person, unless that is sooner. */
const WAIT_LIMIT_MS = 10 * 60_000;
/** Besides input: what a person decides who has taken over. */
const DECIDES: ReadonlySet<string> = new Set(["Page.handleJavaScriptDialog", "DOM.setFileInputFiles"]);

const WAITED: CdpError = {
  code: CDP_ERROR.server,
  message: "A person has control of the session (Berth.controlTaken), and has not returned it within 10 minutes",
};

/**
 * Who drives. A person who has taken control has it alone: input that clients send meanwhile waits until it is
 * returned, in its order.
 */
export class ControlDesk {
  readonly #options: ControlDeskOptions;
  #takenAt: number | null = null;
  #request: string | null = null;
  #returned: PromiseWithResolvers<void> | undefined;
  readonly #asking = new Set<PromiseWithResolvers<RequestOutcome>>();

  constructor(options: ControlDeskOptions) {
    this.#options = options;
  }

  get state(): ControlState {
    return { isTaken: this.#takenAt !== null, takenAt: this.#takenAt, request: this.#request };
  }

  /** @returns whether that is news. */
  take(): boolean {
    if (this.#takenAt !== null) return false;
    this.#takenAt = this.#options.clock.now();
    this.#returned = Promise.withResolvers<void>();
    this.#tell("taken");
    return true;
  }

  /** Whatever was asked is taken for done. @returns whether that is news. */
  giveBack(): boolean {
    if (this.#takenAt === null && this.#request === null) return false;
    const wasTaken = this.#takenAt !== null;
    this.#takenAt = null;
    this.#request = null;
    this.#tell(wasTaken ? "returned" : "withdrawn");
    this.#returned?.resolve();
    this.#returned = undefined;
    for (const asked of this.#asking) asked.resolve("returned");
    this.#asking.clear();
    return true;
  }

  /** Asks for a person, and answers when one has returned control, or has not in time. */
  async request(message: string, timeoutMs: number): Promise<RequestOutcome> {
    const asked = Promise.withResolvers<RequestOutcome>();
    this.#asking.add(asked);
    this.#request = message;
    this.#tell("requested");
    const timer = setTimeout(() => asked.resolve("timedOut"), timeoutMs);
    try {
      return await asked.promise;
    } finally {
      clearTimeout(timer);
      this.#withdraw(asked);
    }
  }

  /** Until when a client's command waits; `undefined` when it need not. The error is for one that waited too long. */
  heldUntil(method: string): Promise<CdpError | undefined> | undefined {
    if (this.#returned === undefined || !(drivesTab(method) || DECIDES.has(method))) return undefined;
    const { promise } = this.#returned;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(WAITED), WAIT_LIMIT_MS);
      void promise.then(() => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  }

  #withdraw(asked: PromiseWithResolvers<RequestOutcome>): void {
    if (!this.#asking.delete(asked) || this.#asking.size > 0 || this.#request === null) return;
    this.#request = null;
    this.#tell("withdrawn");
  }

  #tell(event: ControlEvent): void {
    this.#options.onChanged(event, this.state);
  }
}
