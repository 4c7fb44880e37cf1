import type { Failure } from "../domain/failure.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import type { Principal, Standing } from "../domain/plan.ts";
import { overLimit } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";
import type { DialectName } from "../domain/session-spec.ts";
import type { EndReason, SessionStatus } from "../domain/session-state.ts";
import { isTerminal } from "../domain/session-state.ts";
import type { SessionView } from "../domain/session-view.ts";
import { monthOf } from "./month.ts";

/** What the index keeps of a session that asks to be admitted. */
export interface Admission {
  readonly id: SessionId;
  readonly dialect: DialectName;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  readonly proxyType: string | null;
  readonly proxyCountry: string | null;
  readonly headless: boolean;
  readonly recording: boolean;
}

/** A status that a session's Durable Object reports. Its `revision` grows with every report. */
export interface StatusReport {
  readonly id: SessionId;
  readonly status: SessionStatus;
  readonly revision: number;
}

/** The end of a session, as its slot and its usage see it. */
export interface SessionEnd {
  readonly id: SessionId;
  readonly status: "destroyed" | "failed";
  readonly endReason: EndReason;
  readonly endedAt: number;
  /** How long the session had a browser. */
  readonly browserMs: number;
  /** Takes the session off the quota: it never had a browser. */
  readonly refund: boolean;
  readonly finalView: SessionView | null;
}

/** The writing half of the session index: admission, status and end. */
export interface SessionSlots {
  /** Quota and concurrency in one statement: of parallel calls exactly as many pass as there is room for. */
  admit(principal: Principal, admission: Admission): Promise<Result<null, Failure>>;
  /** `month` is `YYYY-MM`. */
  standing(accountId: AccountId, month: string): Promise<Standing>;
  /** Ignores a report that a newer one has overtaken, and terminal statuses: those are ends. */
  recordStatus(report: StatusReport): Promise<void>;
  /**
   * Frees the slot and adds the usage, once however often it is called; answers whether this call did it.
   * A later call can still supply the final view that the first one lacked.
   */
  recordEnd(end: SessionEnd): Promise<boolean>;
}

/** ?13 is the hard quota or NULL, ?14 the concurrency limit. */
const ADMIT = `
  INSERT INTO sessions (id, account_id, api_key_id, dialect, status, revision, created_at, expires_at, month,
                        refunded, tags, proxy_type, proxy_country, headless, recording)
  SELECT ?1, ?2, ?3, ?4, 'launching', 0, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, ?12
  WHERE (?13 IS NULL
         OR COALESCE((SELECT sessions FROM usage_months WHERE account_id = ?2 AND month = ?7), 0) < ?13)
    AND (SELECT COUNT(*) FROM sessions WHERE account_id = ?2 AND ended_at IS NULL) < ?14
  RETURNING id`;

/** Same transaction as ADMIT. The id is fresh, so its row exists only if ADMIT has just inserted it. */
const COUNT_ADMISSION = `
  INSERT INTO usage_months (account_id, month, sessions)
  SELECT account_id, month, 1 FROM sessions WHERE id = ?1
  ON CONFLICT (account_id, month) DO UPDATE SET sessions = sessions + 1`;

const STANDING = `
  SELECT COALESCE((SELECT sessions FROM usage_months WHERE account_id = ?1 AND month = ?2), 0) AS usedThisMonth,
         (SELECT COUNT(*) FROM sessions WHERE account_id = ?1 AND ended_at IS NULL) AS active`;

const RECORD_STATUS = `
  UPDATE sessions SET status = ?2, revision = ?3 WHERE id = ?1 AND revision < ?3 AND ended_at IS NULL`;

/** Runs before END in the same transaction, while the row still tells whether it has ended. */
const COUNT_END = `
  UPDATE usage_months SET sessions = MAX(sessions - ?2, 0), browser_ms = browser_ms + ?3
  WHERE (account_id, month) = (SELECT account_id, month FROM sessions WHERE id = ?1 AND ended_at IS NULL)`;

const END = `
  UPDATE sessions SET status = ?2, end_reason = ?3, ended_at = ?4, refunded = ?5
  WHERE id = ?1 AND ended_at IS NULL
  RETURNING id`;

const KEEP_FINAL_VIEW = `UPDATE sessions SET final_view = ?2 WHERE id = ?1 AND final_view IS NULL`;

function bindAdmission(database: D1Database, principal: Principal, admission: Admission): D1PreparedStatement {
  const { plan } = principal;
  return database
    .prepare(ADMIT)
    .bind(
      admission.id,
      principal.accountId,
      principal.apiKeyId,
      admission.dialect,
      admission.createdAt,
      admission.expiresAt,
      monthOf(admission.createdAt),
      JSON.stringify(admission.tags),
      admission.proxyType,
      admission.proxyCountry,
      Number(admission.headless),
      Number(admission.recording),
      plan.overageMicros === null ? plan.monthlySessions : null,
      plan.concurrentSessions,
    );
}

export function createSessionSlots({ database }: { readonly database: D1Database }): SessionSlots {
  const readStanding = (accountId: AccountId, month: string) => database.prepare(STANDING).bind(accountId, month);
  return {
    async admit(principal, admission) {
      const [admitted, , standings] = await database.batch([
        bindAdmission(database, principal, admission),
        database.prepare(COUNT_ADMISSION).bind(admission.id),
        readStanding(principal.accountId, monthOf(admission.createdAt)),
      ]);
      if (admitted?.results.length === 1) return succeed(null);
      // STANDING answers one row with these two columns.
      const standing = standings?.results[0] as Standing | undefined;
      const failure = standing && overLimit(principal, standing);
      if (failure === undefined) throw new Error(`Session ${admission.id} was refused within its limits`);
      return fail(failure);
    },
    async standing(accountId, month) {
      const standing = await readStanding(accountId, month).first<Standing>();
      return standing ?? { usedThisMonth: 0, active: 0 };
    },
    async recordStatus({ id, status, revision }) {
      if (isTerminal(status)) return;
      await database.prepare(RECORD_STATUS).bind(id, status, revision).run();
    },
    async recordEnd({ id, status, endReason, endedAt, browserMs, refund, finalView }) {
      const refunded = Number(refund);
      const statements = [
        database.prepare(COUNT_END).bind(id, refunded, Math.max(0, Math.round(browserMs))),
        database.prepare(END).bind(id, status, endReason, endedAt, refunded),
      ];
      if (finalView !== null) statements.push(database.prepare(KEEP_FINAL_VIEW).bind(id, JSON.stringify(finalView)));
      const [, ended] = await database.batch(statements);
      return ended?.results.length === 1;
    },
  };
}
