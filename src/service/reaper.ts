import type { SessionEnd } from "../accounts/session-slots.ts";
import type { Clock } from "../domain/clock.ts";
import type { SessionId } from "../domain/ids.ts";
import type { EndReason, SessionStatus } from "../domain/session-state.ts";
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

/** A session whose slot was freed, and why it had to be. */
export interface ReapedSession {
  readonly id: SessionId;
  readonly reason: EndReason;
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
    proxyBytes: 0,
    proxyCostMicros: 0,
    browserId: null,
    refund: neverLaunched,
    finalView: null,
  };
}

/**
 * Ends sessions whose Durable Object or browser is gone, frees their slots and answers which they were. A session
 * that its object can end by itself, an overdue one for instance, is not among them.
 */
export async function reapSessions({
  index,
  sessionObject,
  clock,
  logger,
}: ReaperOptions): Promise<readonly ReapedSession[]> {
  const now = clock.now();
  const reaped: ReapedSession[] = [];
  const reap = async (row: Unended): Promise<void> => {
    const { id } = row;
    try {
      if (await sessionObject(id).reap()) return;
      const end = lostEnd(row, now);
      // A session that has ended by itself is recorded already; then this changes nothing.
      if (await index.recordEnd(end)) reaped.push({ id, reason: end.endReason });
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
  return reaped;
}
