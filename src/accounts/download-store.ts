import { and, asc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock } from "../domain/clock.ts";
import type { StoredDownload } from "../domain/download.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import { downloads } from "./tables.ts";

export interface DownloadOwner {
  readonly sessionId: SessionId;
  readonly accountId: AccountId;
}

/** The `downloads` table. */
export interface DownloadStore {
  save(owner: DownloadOwner, download: StoredDownload): Promise<void>;
  /** The oldest first. */
  list(owner: DownloadOwner): Promise<readonly StoredDownload[]>;
  /** For whoever has shown by other means that they may have it. */
  find(sessionId: SessionId, id: string): Promise<StoredDownload | undefined>;
  /** What has had its time. */
  expired(limit: number): Promise<readonly { readonly id: string; readonly sessionId: SessionId }[]>;
  purge(id: string): Promise<void>;
}

/** Where the file itself is kept. */
export const downloadKey = (sessionId: SessionId, id: string): string => `downloads/${sessionId}/${id}`;

const { sessionId: _sessionId, accountId: _accountId, ...shown } = getTableColumns(downloads);

export function createDownloadStore({ database, clock }: { database: D1Database; clock: Clock }): DownloadStore {
  const db = drizzle(database);
  const isKept = () => sql`${downloads.expiresAt} > ${clock.now()}`;
  return {
    async save(owner, download) {
      await db
        .insert(downloads)
        .values({ ...download, ...owner })
        .onConflictDoNothing();
    },
    list: ({ sessionId, accountId }) =>
      db
        .select(shown)
        .from(downloads)
        .where(and(eq(downloads.sessionId, sessionId), eq(downloads.accountId, accountId), isKept()))
        .orderBy(asc(downloads.createdAt), asc(downloads.id)),
    async find(sessionId, id) {
      const one = and(eq(downloads.sessionId, sessionId), eq(downloads.id, id), isKept());
      return (await db.select(shown).from(downloads).where(one).limit(1))[0];
    },
    expired: (limit) =>
      db
        .select({ id: downloads.id, sessionId: downloads.sessionId })
        .from(downloads)
        .where(lt(downloads.expiresAt, clock.now()))
        .limit(limit),
    async purge(id) {
      await db.delete(downloads).where(eq(downloads.id, id));
    },
  };
}
