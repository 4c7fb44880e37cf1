import type { AccountId, SessionId } from "../domain/ids.ts";
import type { SessionView } from "../domain/session-view.ts";
import { LAST_VIEW, toLastView } from "./last-view.ts";

/** How long a key stands for the session that it became. */
export const KEY_LIFETIME_MS = 24 * 60 * 60_000;

/** A request that may come more than once. Neither text is kept, only these. */
export interface KeyClaim {
  /** SHA-256 of the key. */
  readonly keyHash: string;
  /** Equal for the same request with the same key. */
  readonly requestHash: string;
}

/** The session that a key stands for. */
export interface ClaimedSession {
  readonly sessionId: SessionId;
  readonly requestHash: string;
  /** Whether the index says that the session has ended. */
  readonly ended: boolean;
  /** Kept when the session ended. */
  readonly finalView: SessionView | null;
}

/** The `idempotency_keys` table; keys are claimed together with an admission. */
export interface IdempotencyKeys {
  /** `undefined` for a key that stands for nothing (any more). */
  findClaim(accountId: AccountId, keyHash: string, now: number): Promise<ClaimedSession | undefined>;
  /** Answers how many there were. */
  deleteExpiredKeys(now: number): Promise<number>;
}

/**
 * Takes the key unless it stands for a session: one that is not older than a day, and that did not fail to launch.
 * SQLite runs one writer at a time, so of parallel requests the first one has it.
 */
const TAKE = `
  INSERT INTO idempotency_keys (account_id, key_hash, session_id, request_hash, created_at)
  VALUES (?1, ?2, ?3, ?4, ?5)
  ON CONFLICT (account_id, key_hash) DO UPDATE SET
    session_id = excluded.session_id, request_hash = excluded.request_hash, created_at = excluded.created_at
  WHERE idempotency_keys.created_at <= ?5 - ${KEY_LIFETIME_MS}
     OR NOT EXISTS (SELECT 1 FROM sessions
                    WHERE id = idempotency_keys.session_id AND end_reason IS NOT 'launch_failed')`;

/** A refused request does not consume its key. */
const RELEASE = `
  DELETE FROM idempotency_keys
  WHERE account_id = ?1 AND key_hash = ?2 AND session_id = ?3
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = ?3)`;

const READ = `
  SELECT k.session_id AS sessionId, k.request_hash AS requestHash, sessions.ended_at AS endedAt,
         CASE WHEN sessions.ended_at IS NOT NULL THEN ${LAST_VIEW} END AS finalView
  FROM idempotency_keys k JOIN sessions ON sessions.id = k.session_id
  WHERE k.account_id = ?1 AND k.key_hash = ?2 AND k.created_at > ?3 - ${KEY_LIFETIME_MS}
    AND sessions.end_reason IS NOT 'launch_failed'`;

const DELETE_EXPIRED = `DELETE FROM idempotency_keys WHERE created_at <= ?1 - ${KEY_LIFETIME_MS}`;

interface ClaimRow {
  readonly sessionId: SessionId;
  readonly requestHash: string;
  readonly endedAt: number | null;
  readonly finalView: string | null;
}

/** A row that READ has answered. */
export function toClaimedSession(row: unknown): ClaimedSession | undefined {
  if (row === undefined || row === null) return undefined;
  // READ names the columns so.
  const { sessionId, requestHash, endedAt, finalView } = row as ClaimRow;
  return { sessionId, requestHash, ended: endedAt !== null, finalView: toLastView(finalView) };
}

interface Claiming extends KeyClaim {
  readonly accountId: AccountId;
  /** The session that asks to be admitted. */
  readonly id: SessionId;
  readonly createdAt: number;
}

/** The statements of a claim, for the transaction of an admission: `take` before it, the others after it. */
export function claimStatements(database: D1Database, claiming: Claiming) {
  const { accountId, keyHash, requestHash, id, createdAt } = claiming;
  return {
    take: database.prepare(TAKE).bind(accountId, keyHash, id, requestHash, createdAt),
    release: database.prepare(RELEASE).bind(accountId, keyHash, id),
    read: database.prepare(READ).bind(accountId, keyHash, createdAt),
  };
}

export function createIdempotencyKeys({ database }: { readonly database: D1Database }): IdempotencyKeys {
  return {
    async findClaim(accountId, keyHash, now) {
      return toClaimedSession(await database.prepare(READ).bind(accountId, keyHash, now).first());
    },
    async deleteExpiredKeys(now) {
      const { meta } = await database.prepare(DELETE_EXPIRED).bind(now).run();
      return meta.changes;
    },
  };
}
