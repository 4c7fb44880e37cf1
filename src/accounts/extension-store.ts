import { and, asc, count, eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Extension } from "../domain/extension.ts";
import type { AccountId } from "../domain/ids.ts";
import { extensions } from "./tables.ts";

/** What a create has to know of an extension that it names. */
export type ExtensionStanding = Pick<Extension, "id" | "name" | "analysis">;

/** The `extensions` table. */
export interface ExtensionStore {
  /** @returns whether there was room: of parallel calls exactly as many pass as there is. */
  add(accountId: AccountId, extension: Extension, limit: number): Promise<boolean>;
  count(accountId: AccountId): Promise<number>;
  /** The oldest first. */
  list(accountId: AccountId): Promise<readonly Extension[]>;
  find(accountId: AccountId, id: string): Promise<Extension | undefined>;
  /** Those of the ids that the account has, in no order. */
  findAll(accountId: AccountId, ids: readonly string[]): Promise<readonly Extension[]>;
  /** The same, without manifests. */
  standings(accountId: AccountId, ids: readonly string[]): Promise<readonly ExtensionStanding[]>;
  /** Whether there was one. */
  remove(accountId: AccountId, id: string): Promise<boolean>;
}

/** Room is asked for by the statement that takes it. */
const ADD = `
  INSERT INTO extensions (id, account_id, name, manifest, analysis, bytes, created_at, updated_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
  WHERE (SELECT COUNT(*) FROM extensions WHERE account_id = ?2) < ?9
  RETURNING id`;

const { id, name, manifest, analysis, bytes, createdAt, updatedAt } = extensions;
const shown = { id, name, manifest, analysis, bytes, createdAt, updatedAt };

export function createExtensionStore({ database }: { readonly database: D1Database }): ExtensionStore {
  const db = drizzle(database);
  const theirs = (accountId: AccountId) => eq(extensions.accountId, accountId);
  const one = (accountId: AccountId, wanted: string) => and(theirs(accountId), eq(id, wanted));
  const among = (accountId: AccountId, wanted: readonly string[]) => and(theirs(accountId), inArray(id, [...wanted]));
  return {
    async add(accountId, extension, limit) {
      const json = [JSON.stringify(extension.manifest), JSON.stringify(extension.analysis)];
      const numbers = [extension.bytes, extension.createdAt, extension.updatedAt];
      const adding = database.prepare(ADD).bind(extension.id, accountId, extension.name, ...json, ...numbers, limit);
      return (await adding.first()) !== null;
    },
    async count(accountId) {
      const counted = await db.select({ n: count() }).from(extensions).where(theirs(accountId)).get();
      return counted?.n ?? 0;
    },
    list: (accountId) => db.select(shown).from(extensions).where(theirs(accountId)).orderBy(asc(createdAt), asc(id)),
    find: (accountId, wanted) => db.select(shown).from(extensions).where(one(accountId, wanted)).get(),
    findAll: (accountId, wanted) => db.select(shown).from(extensions).where(among(accountId, wanted)),
    standings: (accountId, wanted) =>
      db.select({ id, name, analysis }).from(extensions).where(among(accountId, wanted)),
    async remove(accountId, wanted) {
      const removed = await db.delete(extensions).where(one(accountId, wanted)).returning({ id });
      return removed.length > 0;
    },
  };
}
