import { isTerminal, type SessionEvent, transition } from "../domain/session-state.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionStatusOptions {
  readonly deps: Pick<SessionDeps, "reports" | "logger">;
  readonly store: SessionStore;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
  /** The index says that the session has ended, which this object has not heard of. */
  readonly onGivenUp: () => Promise<void>;
}

/** Moves a session through its states, and tells the index of each. */
export class SessionStatusWriter {
  readonly #options: SessionStatusOptions;

  constructor(options: SessionStatusOptions) {
    this.#options = options;
  }

  /** Answers `false`, and changes nothing, when the event does not apply: late, twice, or out of place. */
  become(event: SessionEvent, changes: Partial<SessionRecord> = {}): boolean {
    const { store, background } = this.#options;
    const record = store.read();
    const status = record && transition(record.status, event);
    if (!record || !status) return false;
    const updated = store.update({ ...changes, status, revision: record.revision + 1 });
    if (!isTerminal(status)) background(this.#report(updated));
    return true;
  }

  async #report({ id, status, revision, browserId }: SessionRecord): Promise<void> {
    const { deps, onGivenUp } = this.#options;
    const { reports, logger } = deps;
    try {
      const ended = await reports.recordStatus({ id, status, revision, browserId });
      // For instance because the answer to its create was lost. Its slot may be taken already.
      if (ended) await onGivenUp();
    } catch (error) {
      // The index shows an older status until the next change; the Durable Object stays the truth.
      logger.warn("session.report_failed", { sessionId: id, status, error: String(error) });
    }
  }
}
