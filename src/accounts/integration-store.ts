import { and, asc, eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Integration, IntegrationCredentials } from "../domain/secrets.ts";
import { createCredentialSeal } from "./sealed-credentials.ts";
import { integrations } from "./tables.ts";

/** The `integrations` table. */
export interface IntegrationStore {
  create(accountId: AccountId, integration: NewIntegration): Promise<Integration>;
  /** The oldest first. */
  list(accountId: AccountId): Promise<readonly Integration[]>;
  find(accountId: AccountId, id: string): Promise<Integration | undefined>;
  /** Those of the ids that the account has. */
  existing(accountId: AccountId, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether there was one. */
  remove(accountId: AccountId, id: string): Promise<boolean>;
  /**
   * What the store takes, in the clear: not to be kept longer than it is needed.
   *
   * @throws {UnreadableCredentials} when it was stored under another secret.
   */
  credentials(accountId: AccountId, id: string): Promise<IntegrationCredentials | undefined>;
}

export interface NewIntegration {
  readonly name: string;
  readonly type: Integration["type"];
  readonly credentials: IntegrationCredentials;
}

export interface IntegrationStoreDeps {
  readonly database: D1Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The Worker's BERTH_SECRET. */
  readonly secret: string;
}

const { id, name, type, kind, createdAt } = integrations;
const shown = { id, name, type, kind, createdAt };

export function createIntegrationStore({ database, clock, ids, secret }: IntegrationStoreDeps): IntegrationStore {
  const db = drizzle(database);
  const seal = createCredentialSeal<IntegrationCredentials>({ secret, ids, of: "integration" });
  const one = (accountId: AccountId, id: string) => and(eq(integrations.accountId, accountId), eq(integrations.id, id));
  return {
    async create(accountId, { name, type, credentials }) {
      const integration = { id: ids.uuid(), name, type, kind: credentials.kind, createdAt: clock.now() };
      const sealed = await seal.seal(integration.id, credentials);
      await db.insert(integrations).values({ ...integration, accountId, sealed });
      return integration;
    },
    list: (accountId) =>
      db
        .select(shown)
        .from(integrations)
        .where(eq(integrations.accountId, accountId))
        .orderBy(asc(integrations.createdAt), asc(integrations.id)),
    find: async (accountId, id) => (await db.select(shown).from(integrations).where(one(accountId, id)).limit(1))[0],
    async existing(accountId, wanted) {
      const theirs = and(eq(integrations.accountId, accountId), inArray(integrations.id, [...wanted]));
      const found = await db.select({ id: integrations.id }).from(integrations).where(theirs);
      return new Set(found.map((each) => each.id));
    },
    async remove(accountId, id) {
      const removed = await db.delete(integrations).where(one(accountId, id)).returning({ id: integrations.id });
      return removed.length > 0;
    },
    async credentials(accountId, id) {
      const found = await db.select({ sealed: integrations.sealed }).from(integrations).where(one(accountId, id)).get();
      return found && seal.unseal(id, found.sealed);
    },
  };
}
