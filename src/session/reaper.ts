import type { SessionEnd } from "../accounts/session-slots.ts";
import type { Clock } from "../domain/clock.ts";
import type { SessionId } from "../domain/ids.ts";
import type { SessionStatus } from "../domain/session-state.ts";
import type { Logger } from "../observability/logger.ts";

interface Unended {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly status: SessionStatus;
}

export interface ReaperOptions {
  readonly index: {
    /** Sessions that hold a slot and were created before `at`, the oldest first. */
    unendedOlderThan(at: number, limit: number, after?: Unended): Promise<readonly Unended[]>;
    recordEnd(end: SessionEnd): Promise<boolean>;
  };
  readonly sessionObject: (id: SessionId) => { reap(): Promise<boolean> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sessions younger than this may still be on their way from admission to their Durable Object. */
const GRACE_MS = 60_000;
/** Sessions read from the index at a time, and looked at together. */
const BATCH = 100;
const PARALLEL = 10;

/** A session that its Durable Object knows nothing of: it never began to launch, or its state is gone. */
function lostEnd({ id, createdAt, status }: Unended, now: number): SessionEnd {
  const neverLaunched = status === "launching";
  return {
    id,
    status: "failed",
    endReason: neverLaunched ? "launch_failed" : "engine_closed",
    endedAt: now,
    browserMs: neverLaunched ? 0 : now - createdAt,
    refund: neverLaunched,
    finalView: null,
  };
}

/** Ends sessions whose Durable Object or browser is gone, and frees their slots. Answers how many. */
export async function reapSessions({ index, sessionObject, clock, logger }: ReaperOptions): Promise<number> {
  const now = clock.now();
  let reaped = 0;
  const reap = async (row: Unended): Promise<void> => {
    const { id } = row;
    try {
      if (await sessionObject(id).reap()) return;
      // A session that has ended by itself is recorded already; then this changes nothing.
      if (await index.recordEnd(lostEnd(row, now))) reaped += 1;
    } catch (error) {
      logger.warn("reaper.session_failed", { sessionId: id, error });
    }
  };
  let last: Unended | undefined;
  do {
    const rows = await index.unendedOlderThan(now - GRACE_MS, BATCH, last);
    for (let at = 0; at < rows.length; at += PARALLEL) await Promise.all(rows.slice(at, at + PARALLEL).map(reap));
    last = rows.length === BATCH ? rows.at(-1) : undefined;
  } while (last);
  if (reaped > 0) logger.info("reaper.done", { reaped });
  return reaped;
}
