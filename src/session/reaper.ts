import type { SessionEnd } from "../accounts/session-slots.ts";
import type { Clock } from "../domain/clock.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Logger } from "../observability/logger.ts";

interface Unended {
  readonly id: SessionId;
  readonly createdAt: number;
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

/** Ends sessions whose Durable Object or browser is gone, and frees their slots. Answers how many. */
export async function reapSessions({ index, sessionObject, clock, logger }: ReaperOptions): Promise<number> {
  const now = clock.now();
  let reaped = 0;
  const reap = async ({ id, createdAt }: Unended): Promise<void> => {
    try {
      if (await sessionObject(id).reap()) return;
      const browserMs = now - createdAt;
      const end = { id, endedAt: now, browserMs, refund: false, finalView: null };
      // A session that has ended by itself is recorded already; then this changes nothing.
      if (await index.recordEnd({ ...end, status: "failed", endReason: "engine_closed" })) reaped += 1;
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
