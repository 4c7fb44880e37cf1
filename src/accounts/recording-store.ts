import { and, asc, eq, getTableColumns, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock } from "../domain/clock.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import type { RecordingType, StoredRecording } from "../domain/recording.ts";
import { recordings } from "./tables.ts";

/** What a session leaves to be kept. */
export interface SessionRecordings {
  readonly sessionId: SessionId;
  readonly accountId: AccountId;
  readonly recordings: readonly StoredRecording[];
}

export interface OwnedRecordings {
  /** `undefined` when there is no recording. */
  readonly accountId: AccountId | undefined;
  readonly recordings: readonly StoredRecording[];
}

/** What became of a video. */
export interface VideoOutcome {
  readonly status: "ready" | "failed";
  readonly detail: string | null;
  /** Bytes. */
  readonly size: number | null;
}

/** Objects that nobody shall have any more. */
export interface UnneededRecording {
  readonly id: string;
  readonly sessionId: SessionId;
  readonly type: RecordingType;
}

/** The `recordings` table. */
export interface RecordingStore {
  /** May be repeated: what is there stays, so that a video that was made meanwhile is not lost. */
  save(saved: SessionRecordings): Promise<void>;
  /** In the order of their types. */
  list(accountId: AccountId, sessionId: SessionId): Promise<readonly StoredRecording[]>;
  /** For whoever has shown by other means that they may see it. */
  ofSession(sessionId: SessionId): Promise<OwnedRecordings>;
  /** Answers whether the video was still wanted. */
  finishVideo(sessionId: SessionId, outcome: VideoOutcome): Promise<boolean>;
  /** Takes it out of sight; answers whether it was there. */
  hide(accountId: AccountId, sessionId: SessionId, type: RecordingType): Promise<boolean>;
  /** What is hidden, or has had its time. */
  unneeded(limit: number): Promise<readonly UnneededRecording[]>;
  purge(id: string): Promise<void>;
}

const { sessionId: _sessionId, accountId: _accountId, deletedAt: _deletedAt, ...shown } = getTableColumns(recordings);

export function createRecordingStore({ database, clock }: { database: D1Database; clock: Clock }): RecordingStore {
  const db = drizzle(database);
  const isVisible = () => and(isNull(recordings.deletedAt), sql`${recordings.expiresAt} > ${clock.now()}`);

  return {
    async save({ sessionId, accountId, recordings: rows }) {
      const values = rows.map((row) => ({ ...row, sessionId, accountId, deletedAt: null }));
      if (values.length > 0) await db.insert(recordings).values(values).onConflictDoNothing();
    },
    list: (accountId, sessionId) =>
      db
        .select(shown)
        .from(recordings)
        .where(and(eq(recordings.sessionId, sessionId), eq(recordings.accountId, accountId), isVisible()))
        .orderBy(asc(recordings.type)),
    async ofSession(sessionId) {
      const rows = await db
        .select({ ...shown, accountId: recordings.accountId })
        .from(recordings)
        .where(and(eq(recordings.sessionId, sessionId), isVisible()))
        .orderBy(asc(recordings.type));
      return { accountId: rows[0]?.accountId, recordings: rows.map(({ accountId: _owner, ...row }) => row) };
    },
    async finishVideo(sessionId, outcome) {
      const isVideo = and(eq(recordings.sessionId, sessionId), eq(recordings.type, "video"));
      const wanted = and(isVideo, isNull(recordings.deletedAt));
      const changed = await db.update(recordings).set(outcome).where(wanted).returning({ id: recordings.id });
      return changed.length > 0;
    },
    async hide(accountId, sessionId, type) {
      const ofSession = and(eq(recordings.accountId, accountId), eq(recordings.sessionId, sessionId));
      const one = and(ofSession, eq(recordings.type, type), isVisible());
      const hidden = { deletedAt: clock.now() };
      const changed = await db.update(recordings).set(hidden).where(one).returning({ id: recordings.id });
      return changed.length > 0;
    },
    unneeded: (limit) =>
      db
        .select({ id: recordings.id, sessionId: recordings.sessionId, type: recordings.type })
        .from(recordings)
        .where(or(isNotNull(recordings.deletedAt), lt(recordings.expiresAt, clock.now())))
        .limit(limit),
    async purge(id) {
      await db.delete(recordings).where(eq(recordings.id, id));
    },
  };
}
