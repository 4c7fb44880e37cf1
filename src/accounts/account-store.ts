import { asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { AccountId } from "../domain/ids.ts";
import { newAccountId } from "../domain/ids.ts";
import type { PlanName } from "../domain/plan.ts";
import { accounts } from "./tables.ts";

/** A tenant. */
export interface Account {
  readonly id: AccountId;
  readonly name: string;
  readonly plan: PlanName;
  readonly createdAt: number;
}

/** What of an account can change; what is absent stays. */
export interface AccountChange {
  readonly name?: string | undefined;
  readonly plan?: PlanName | undefined;
}

/** The `accounts` table. Plans named here must exist: the table refers to them. */
export interface AccountStore {
  create(account: { readonly name: string; readonly plan: PlanName }): Promise<Account>;
  /** Oldest first. */
  list(): Promise<readonly Account[]>;
  find(id: string): Promise<Account | undefined>;
  /** The account after the change; `undefined` when there is none with this id. */
  update(id: string, change: AccountChange): Promise<Account | undefined>;
}

export interface AccountStoreDeps {
  readonly database: D1Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export function createAccountStore({ database, clock, ids }: AccountStoreDeps): AccountStore {
  const db = drizzle(database);
  const find = (id: string): Promise<Account | undefined> =>
    db
      .select()
      .from(accounts)
      .where(eq(accounts.id, id as AccountId))
      .get();
  return {
    async create({ name, plan }) {
      const account: Account = { id: newAccountId(ids), name, plan, createdAt: clock.now() };
      await db.insert(accounts).values(account);
      return account;
    },
    list: () => db.select().from(accounts).orderBy(asc(accounts.createdAt), asc(accounts.id)),
    find,
    async update(id, change) {
      // An UPDATE that sets nothing is a syntax error.
      if (change.name === undefined && change.plan === undefined) return find(id);
      const updated = await db
        .update(accounts)
        .set(change)
        .where(eq(accounts.id, id as AccountId))
        .returning();
      return updated[0];
    },
  };
}
