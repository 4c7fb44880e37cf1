import type { SQL } from "drizzle-orm";
import { and, asc, count, desc, eq, getTableColumns, gte, inArray, isNotNull, isNull, lte, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { drizzle } from "drizzle-orm/d1";
import type { Failure } from "../domain/failure.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";
import type { SessionStatus } from "../domain/session-state.ts";
import { isTerminal } from "../domain/session-state.ts";
import type { SessionSummary, SessionView } from "../domain/session-view.ts";
import { LAST_VIEW, toLastView } from "./last-view.ts";
import type { SessionPosition } from "./session-cursor.ts";
import { decodeCursor, encodeCursor } from "./session-cursor.ts";
import { apiKeys, sessions } from "./tables.ts";

/** Which sessions of an account to list. Absent properties do not restrict. */
export interface SessionQuery {
  readonly statuses?: readonly SessionStatus[];
  /** Sessions that carry all of these tags. */
  readonly tags?: readonly string[];
  /** Epoch milliseconds, inclusive. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
  /** Substring of the id or of a tag, in any case. */
  readonly search?: string;
  readonly proxyType?: string;
  /** With any proxy, or with none. */
  readonly hasProxy?: boolean;
  /** With the profile that is called so now. */
  readonly profileName?: string;
}

export interface CursorRequest {
  readonly limit: number;
  readonly cursor?: string;
}

export interface PageRequest {
  /** From 1. */
  readonly page: number;
  readonly limit: number;
  readonly order: "asc" | "desc";
}

export interface SessionPage {
  readonly items: readonly SessionSummary[];
  /** Sessions that match the query, over all pages. */
  readonly total: number;
}

export interface SessionCursorPage extends SessionPage {
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

/** A session as the index knows it. */
export interface IndexedSession {
  readonly summary: SessionSummary;
  /** The final one of a session that ended in order; else as much as its admission and its row tell. */
  readonly view: SessionView | null;
}

/** A session that still holds a slot, for the reaper. */
export interface UnendedSession extends SessionPosition {
  readonly id: SessionId;
  readonly accountId: AccountId;
  readonly status: SessionStatus;
  readonly expiresAt: number | null;
}

/** The reading half of the session index. */
export interface SessionLists {
  find(accountId: AccountId, id: SessionId): Promise<IndexedSession | undefined>;
  /** Newest first. A cursor that this index did not give is `invalidRequest` naming `cursor`. */
  listByCursor(
    accountId: AccountId,
    query: SessionQuery,
    request: CursorRequest,
  ): Promise<Result<SessionCursorPage, Failure>>;
  listByPage(accountId: AccountId, query: SessionQuery, request: PageRequest): Promise<SessionPage>;
  /** Sessions of the account that hold a slot. */
  runningIds(accountId: AccountId): Promise<readonly SessionId[]>;
  /** Sessions counted against the quota since `at`. */
  countSince(accountId: AccountId, at: number): Promise<number>;
  /**
   * Sessions that hold a slot and were created before `at`, oldest first. `after` continues behind the last
   * one of the answer before, so that old sessions cannot hide newer ones.
   */
  unendedOlderThan(at: number, limit: number, after?: SessionPosition): Promise<readonly UnendedSession[]>;
}

// Views are long, and no list shows them.
const { finalView: _finalView, admittedView: _admittedView, ...listed } = getTableColumns(sessions);

interface SessionRow {
  readonly session: Omit<typeof sessions.$inferSelect, "finalView" | "admittedView">;
  readonly apiKeyName: string | null;
}

function toSummary({ session, apiKeyName }: SessionRow): SessionSummary {
  const { id, status, endReason, createdAt, expiresAt, endedAt, tags, proxyType, proxyCountry } = session;
  const { headless, recording } = session;
  const times = { createdAt, expiresAt, endedAt };
  return { id, status, endReason, ...times, tags, proxyType, proxyCountry, headless, recording, apiKeyName };
}

const ofTag = (condition: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM json_each(${sessions.tags}) AS tag WHERE ${condition})`;

/** One parameter however many tags: D1 allows 100 in a statement. */
const carriesAll = (tags: readonly string[]): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(tags)}) AS wanted
                  WHERE NOT ${ofTag(sql`tag.value = wanted.value`)})`;

/** instr() instead of LIKE: nothing in the text is a wildcard. */
const mentions = (text: string): SQL => {
  const wanted = text.toLowerCase();
  return sql`(instr(lower(${sessions.id}), ${wanted}) > 0 OR ${ofTag(sql`instr(lower(tag.value), ${wanted}) > 0`)})`;
};

const hasProfile = (accountId: AccountId, name: string): SQL =>
  sql`${sessions.profileId} = (SELECT id FROM profiles
                               WHERE account_id = ${accountId} AND name = ${name} AND deleted_at IS NULL)`;

function matching(accountId: AccountId, query: SessionQuery): SQL | undefined {
  const { statuses, tags, createdFrom, createdTo, search, proxyType, hasProxy, profileName } = query;
  return and(
    eq(sessions.accountId, accountId),
    statuses && inArray(sessions.status, [...statuses]),
    // Implied by the statuses, and what lets the small index of unended sessions answer.
    statuses && !statuses.some(isTerminal) ? isNull(sessions.endedAt) : undefined,
    createdFrom === undefined ? undefined : gte(sessions.createdAt, createdFrom),
    createdTo === undefined ? undefined : lte(sessions.createdAt, createdTo),
    proxyType === undefined ? undefined : eq(sessions.proxyType, proxyType),
    hasProxy === undefined ? undefined : hasProxy ? isNotNull(sessions.proxyType) : isNull(sessions.proxyType),
    profileName === undefined ? undefined : hasProfile(accountId, profileName),
    tags && tags.length > 0 ? carriesAll(tags) : undefined,
    search ? mentions(search) : undefined,
  );
}

const before = ({ createdAt, id }: SessionPosition): SQL =>
  sql`(${sessions.createdAt}, ${sessions.id}) < (${createdAt}, ${id})`;

const behind = ({ createdAt, id }: SessionPosition): SQL =>
  sql`(${sessions.createdAt}, ${sessions.id}) > (${createdAt}, ${id})`;

const selectRows = (db: DrizzleD1Database, condition: SQL | undefined) =>
  db
    .select({ session: listed, apiKeyName: apiKeys.name })
    .from(sessions)
    .leftJoin(apiKeys, eq(apiKeys.id, sessions.apiKeyId))
    .where(condition)
    .$dynamic();

const selectTotal = (db: DrizzleD1Database, condition: SQL | undefined) =>
  db.select({ total: count() }).from(sessions).where(condition);

async function listByCursor(
  db: DrizzleD1Database,
  condition: SQL | undefined,
  { limit, cursor }: CursorRequest,
): Promise<Result<SessionCursorPage, Failure>> {
  const position = cursor === undefined ? undefined : decodeCursor(cursor);
  if (cursor !== undefined && position === undefined) {
    return fail({ kind: "invalidRequest", field: "cursor", message: "cursor is not one that a list has given" });
  }
  const [rows, totals] = await db.batch([
    // One more than asked for tells whether there is a next page.
    selectRows(db, and(condition, position && before(position)))
      .orderBy(desc(sessions.createdAt), desc(sessions.id))
      .limit(limit + 1),
    selectTotal(db, condition),
  ]);
  const items = rows.slice(0, limit).map(toSummary);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return succeed({ items, total: totals[0]?.total ?? 0, nextCursor: last ? encodeCursor(last) : null });
}

async function listByPage(
  db: DrizzleD1Database,
  condition: SQL | undefined,
  { page, limit, order }: PageRequest,
): Promise<SessionPage> {
  const direction = order === "asc" ? asc : desc;
  const [rows, totals] = await db.batch([
    selectRows(db, condition)
      .orderBy(direction(sessions.createdAt), direction(sessions.id))
      .limit(limit)
      .offset((page - 1) * limit),
    selectTotal(db, condition),
  ]);
  return { items: rows.map(toSummary), total: totals[0]?.total ?? 0 };
}

async function listUnended(
  db: DrizzleD1Database,
  condition: SQL | undefined,
  limit: number,
): Promise<readonly UnendedSession[]> {
  const { id, accountId, status, createdAt, expiresAt } = sessions;
  return db
    .select({ id, accountId, status, createdAt, expiresAt })
    .from(sessions)
    .where(and(isNull(sessions.endedAt), condition))
    .orderBy(asc(createdAt), asc(id))
    .limit(limit);
}

export function createSessionLists({ database }: { readonly database: D1Database }): SessionLists {
  const db = drizzle(database);
  return {
    async find(accountId, id) {
      const row = await db
        .select({ session: listed, apiKeyName: apiKeys.name, view: sql<string | null>`${sql.raw(LAST_VIEW)}` })
        .from(sessions)
        .leftJoin(apiKeys, eq(apiKeys.id, sessions.apiKeyId))
        .where(and(eq(sessions.id, id), eq(sessions.accountId, accountId)))
        .get();
      return row && { summary: toSummary(row), view: toLastView(row.view) };
    },
    listByCursor: (accountId, query, request) => listByCursor(db, matching(accountId, query), request),
    listByPage: (accountId, query, request) => listByPage(db, matching(accountId, query), request),
    async runningIds(accountId) {
      const condition = and(eq(sessions.accountId, accountId), isNull(sessions.endedAt));
      const rows = await db
        .select({ id: sessions.id })
        .from(sessions)
        .where(condition)
        .orderBy(asc(sessions.createdAt));
      return rows.map(({ id }) => id);
    },
    async countSince(accountId, at) {
      const counted = and(eq(sessions.accountId, accountId), gte(sessions.createdAt, at), eq(sessions.refunded, false));
      const [row] = await selectTotal(db, counted);
      return row?.total ?? 0;
    },
    unendedOlderThan: (at, limit, after) =>
      listUnended(db, and(sql`${sessions.createdAt} < ${at}`, after && behind(after)), limit),
  };
}
