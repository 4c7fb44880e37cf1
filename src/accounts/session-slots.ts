import type { SessionId } from "../domain/ids.ts";
import type { EndReason, SessionStatus } from "../domain/session-state.ts";
import { isTerminal } from "../domain/session-state.ts";
import type { SessionView } from "../domain/session-view.ts";

/** A status that a session's Durable Object reports. Its `revision` grows with every report. */
export interface StatusReport {
  readonly id: SessionId;
  readonly status: SessionStatus;
  readonly revision: number;
  /** The engine's name for the browser, once there is one. */
  readonly browserId: string | null;
}

/** The end of a session, as its slot and its usage see it. */
export interface SessionEnd {
  readonly id: SessionId;
  readonly status: "destroyed" | "failed";
  readonly endReason: EndReason;
  readonly endedAt: number;
  /** How long the session had a browser. */
  readonly browserMs: number;
  /** What went through the operator's proxies, both ways. */
  readonly proxyBytes: number;
  /** What that cost, in millionths of a US dollar. */
  readonly proxyCostMicros: number;
  /** `null` also when it is not known: what the row says already stands. */
  readonly browserId: string | null;
  /** Takes the session off the quota: it never had a browser. Its proxy's bytes count all the same. */
  readonly refund: boolean;
  readonly finalView: SessionView | null;
}

/** What a session reports to the index: its status and its end. */
export interface SessionSlots {
  /**
   * Ignores a status that a newer one has overtaken, and terminal ones: those are ends. A browser's id is kept in
   * any case, because whoever looks for browsers that nobody ended finds them by it. Answers whether the index says
   * that the session has ended: then the one who reports should not be running it.
   */
  recordStatus(report: StatusReport): Promise<boolean>;
  /**
   * Frees the slot and adds the usage, once however often it is called; answers whether this call did it.
   * A later call can still supply the final view that the first one lacked.
   */
  recordEnd(end: SessionEnd): Promise<boolean>;
}

const RECORD_STATUS = `
  UPDATE sessions SET
    status = CASE WHEN revision < ?3 AND ended_at IS NULL THEN ?2 ELSE status END,
    revision = CASE WHEN ended_at IS NULL THEN MAX(revision, ?3) ELSE revision END,
    browser_id = COALESCE(browser_id, ?4)
  WHERE id = ?1 AND ((revision < ?3 AND ended_at IS NULL) OR (browser_id IS NULL AND ?4 IS NOT NULL))`;

const HAS_ENDED = `SELECT 1 FROM sessions WHERE id = ?1 AND ended_at IS NOT NULL`;

/** Runs before END in the same transaction, while the row still tells whether it has ended. */
const COUNT_END = `
  UPDATE usage_months SET sessions = MAX(sessions - ?2, 0), browser_ms = browser_ms + ?3,
                          proxy_bytes = proxy_bytes + ?4, proxy_cost_micros = proxy_cost_micros + ?5
  WHERE (account_id, month) = (SELECT account_id, month FROM sessions WHERE id = ?1 AND ended_at IS NULL)`;

const END = `
  UPDATE sessions SET status = ?2, end_reason = ?3, ended_at = ?4, refunded = ?5, browser_ms = ?6,
                      browser_id = COALESCE(browser_id, ?7), proxy_bytes = ?8, proxy_cost_micros = ?9
  WHERE id = ?1 AND ended_at IS NULL
  RETURNING id`;

const KEEP_FINAL_VIEW = `
  UPDATE sessions SET final_view = ?2, admitted_view = NULL WHERE id = ?1 AND final_view IS NULL`;

/** Counters hold whole numbers and never run backwards. */
const toCount = (amount: number): number => Math.max(0, Math.round(amount));

export function createSessionSlots({ database }: { readonly database: D1Database }): SessionSlots {
  return {
    async recordStatus({ id, status, revision, browserId }) {
      if (isTerminal(status)) return false;
      const [, ended] = await database.batch([
        database.prepare(RECORD_STATUS).bind(id, status, revision, browserId),
        database.prepare(HAS_ENDED).bind(id),
      ]);
      return ended?.results.length === 1;
    },
    async recordEnd({ id, status, endReason, endedAt, browserId, refund, finalView, ...used }) {
      const refunded = Number(refund);
      const [browserMs, bytes, micros] = [used.browserMs, used.proxyBytes, used.proxyCostMicros].map(toCount);
      const statements = [
        database.prepare(COUNT_END).bind(id, refunded, browserMs, bytes, micros),
        database.prepare(END).bind(id, status, endReason, endedAt, refunded, browserMs, browserId, bytes, micros),
      ];
      if (finalView !== null) statements.push(database.prepare(KEEP_FINAL_VIEW).bind(id, JSON.stringify(finalView)));
      const [, ended] = await database.batch(statements);
      return ended?.results.length === 1;
    },
  };
}
