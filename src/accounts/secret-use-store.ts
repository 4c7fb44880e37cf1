import { and, desc, eq, getTableColumns, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { IdSource } from "../domain/clock.ts";
import type { AccountId } from "../domain/ids.ts";
import type { SecretOutcome, SecretUse } from "../domain/secrets.ts";
import { secretUses } from "./tables.ts";

/** The `secret_uses` table: who used which secret where. */
export interface SecretUseStore {
  /** Answers the line's id. */
  add(accountId: AccountId, use: SecretUse): Promise<string>;
  /** It came to something else than was written down before. */
  correct(id: string, outcome: SecretOutcome): Promise<void>;
  /** The newest first. */
  ofIntegration(accountId: AccountId, integrationId: string, limit: number): Promise<readonly SecretUse[]>;
  /** The newest first. */
  ofSession(accountId: AccountId, sessionId: string, limit: number): Promise<readonly SecretUse[]>;
}

const { id: _id, accountId: _accountId, ...shown } = getTableColumns(secretUses);

export function createSecretUseStore({ database, ids }: { database: D1Database; ids: IdSource }): SecretUseStore {
  const db = drizzle(database);
  const newest = (accountId: AccountId, which: SQL, limit: number): Promise<readonly SecretUse[]> =>
    db
      .select(shown)
      .from(secretUses)
      .where(and(eq(secretUses.accountId, accountId), which))
      .orderBy(desc(secretUses.at), desc(secretUses.id))
      .limit(limit);
  return {
    async add(accountId, use) {
      const id = ids.uuid();
      await db.insert(secretUses).values({ ...use, id, accountId });
      return id;
    },
    async correct(id, outcome) {
      await db.update(secretUses).set({ outcome }).where(eq(secretUses.id, id));
    },
    ofIntegration: (accountId, integrationId, limit) =>
      newest(accountId, eq(secretUses.integrationId, integrationId), limit),
    ofSession: (accountId, sessionId, limit) => newest(accountId, eq(secretUses.sessionId, sessionId), limit),
  };
}
