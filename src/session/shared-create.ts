import type { Failure } from "../domain/failure.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import { fail, type Result } from "../domain/result.ts";
import { isTerminal } from "../domain/session-state.ts";
import type { SessionController } from "./session-controller.ts";
import { CREATE_UNDECIDED, type CreateSession, type OwnedSession } from "./session-object.ts";
import type { SessionStore } from "./session-store.ts";
import { settledWithin } from "../domain/within.ts";

/** Longest wait for a launch that runs: its own limit, and a little for what comes after. */
const LAUNCH_WAIT_MS = 35_000;
/** A repeated request may overtake the first one between the index and here. */
const ARRIVAL_WAIT_MS = 5_000;
export interface SharedCreateOptions {
  readonly id: SessionId;
  readonly store: SessionStore;
  readonly controller: Pick<SessionController, "create" | "owned" | "wake">;
  /** Replaces the longest waits, in milliseconds. */
  readonly waits?: { readonly launchMs: number; readonly arrivalMs: number };
}

/** One create for every request that repeats it: later ones wait for the launch of the first. */
export class SharedCreate {
  readonly #options: SharedCreateOptions;
  readonly #arrival = Promise.withResolvers<void>();
  /** Memory of this instance alone: one that woke up later cannot tell what became of the launch. */
  #running: Promise<Result<OwnedSession, Failure>> | undefined;

  constructor(options: SharedCreateOptions) {
    this.#options = options;
  }

  create(command: CreateSession): Promise<Result<OwnedSession, Failure>> {
    const running = this.#options.controller.create(command);
    this.#running ??= running;
    this.#arrival.resolve();
    return running;
  }

  /**
   * The session as it is once its launch is decided, or the launch's failure. `sessionNotFound` when the session
   * is another account's, or has been handed over to the index.
   */
  async join(accountId: AccountId): Promise<Result<OwnedSession, Failure>> {
    const { id, store, controller, waits } = this.#options;
    if (!store.read()) await settledWithin(waits?.arrivalMs ?? ARRIVAL_WAIT_MS, this.#arrival.promise);
    const record = store.read();
    if (record?.accountId !== accountId) return fail({ kind: "sessionNotFound", sessionId: id });
    if (record.status === "launching") {
      // A launch of an instance before this one is given up, which frees the key for the next try.
      if (!this.#running) await controller.wake();
      const outcome = this.#running && (await settledWithin(waits?.launchMs ?? LAUNCH_WAIT_MS, this.#running));
      if (!outcome) return fail(CREATE_UNDECIDED);
      if (!outcome.ok) return outcome;
    }
    const now = store.read();
    // The index frees the key when it hears of a failed launch; until then nobody may try anew.
    if (now && isTerminal(now.status) && now.endReason === "launch_failed") return fail(CREATE_UNDECIDED);
    return now ? controller.owned() : fail({ kind: "sessionNotFound", sessionId: id });
  }
}
