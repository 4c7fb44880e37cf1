import { asc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { AccountId, ApiKeyId } from "../domain/ids.ts";
import { API_KEY_PREFIX, newApiKey, newApiKeyId } from "../domain/ids.ts";
import type { Principal } from "../domain/plan.ts";
import { hashKey } from "./key-hash.ts";
import { apiKeys } from "./tables.ts";

/** What may be shown of a key. */
export interface ApiKey {
  readonly id: ApiKeyId;
  readonly accountId: AccountId;
  readonly name: string;
  /** The first characters of the key, to recognise it by. */
  readonly prefix: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** A key just made: the only time that the credential exists in the clear. */
export interface NewApiKey extends ApiKey {
  readonly key: string;
}

/** A principal, and when its key was last seen before this request. */
export interface AuthenticatedPrincipal extends Principal {
  readonly lastUsedAt: number | null;
}

/** The `api_keys` table. */
export interface ApiKeyStore {
  /** Who holds this key. One query; none for text that cannot be a key. `undefined` also for a revoked key. */
  authenticate(key: string): Promise<AuthenticatedPrincipal | undefined>;
  /** Notes that the key is in use, to the minute. Belongs off the request's path. */
  touch(principal: AuthenticatedPrincipal): Promise<void>;
  create(accountId: AccountId, name: string): Promise<NewApiKey>;
  /** Oldest first, revoked ones too. */
  list(accountId: AccountId): Promise<readonly ApiKey[]>;
  /** The key as revoked (the first time counts); `undefined` when there is none with this id. */
  revoke(id: string): Promise<ApiKey | undefined>;
}

export interface ApiKeyStoreDeps {
  readonly database: D1Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** `mb_live_` and 32 bytes in base64url. */
const KEY_SHAPE = /^mb_live_[A-Za-z0-9_-]{43}$/;
/** Characters of the random part that the display prefix shows; the rest keeps 220 bits. */
const SHOWN_CHARACTERS = 6;
const TOUCH_INTERVAL_MS = 60_000;

const AUTHENTICATE = `
  SELECT k.id AS apiKeyId, k.name AS apiKeyName, k.account_id AS accountId, k.last_used_at AS lastUsedAt,
         p.name AS planName, p.monthly_sessions AS monthlySessions, p.overage_micros AS overageMicros,
         p.concurrent_sessions AS concurrentSessions, p.requests_per_minute AS requestsPerMinute,
         p.max_lifetime_ms AS maxLifetimeMs, p.proxy_types AS proxyTypes
  FROM api_keys k
  JOIN accounts a ON a.id = k.account_id
  JOIN plans p ON p.name = a.plan
  WHERE k.key_hash = ?1 AND k.revoked_at IS NULL`;

/** Keeps the newest time when touches overtake each other. */
const TOUCH = `UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)`;

interface PrincipalRow {
  readonly apiKeyId: ApiKeyId;
  readonly apiKeyName: string;
  readonly accountId: AccountId;
  readonly lastUsedAt: number | null;
  readonly planName: string;
  readonly monthlySessions: number;
  readonly overageMicros: number | null;
  readonly concurrentSessions: number;
  readonly requestsPerMinute: number;
  readonly maxLifetimeMs: number | null;
  readonly proxyTypes: string;
}

function toPrincipal(row: PrincipalRow): AuthenticatedPrincipal {
  const { apiKeyId, apiKeyName, accountId, lastUsedAt, planName, proxyTypes, ...limits } = row;
  // The column holds a JSON array that only PlanStore writes.
  const plan = { name: planName, ...limits, proxyTypes: JSON.parse(proxyTypes) as readonly string[] };
  return { accountId, apiKeyId, apiKeyName, lastUsedAt, plan };
}

/** Every column but the hash. */
const SHOWN = {
  id: apiKeys.id,
  accountId: apiKeys.accountId,
  name: apiKeys.name,
  prefix: apiKeys.prefix,
  createdAt: apiKeys.createdAt,
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt,
};

export function createApiKeyStore({ database, clock, ids }: ApiKeyStoreDeps): ApiKeyStore {
  const db = drizzle(database);
  return {
    async authenticate(key) {
      if (!KEY_SHAPE.test(key)) return undefined;
      const hash = await hashKey(key);
      const row = await database.prepare(AUTHENTICATE).bind(hash).first<PrincipalRow>();
      return row === null ? undefined : toPrincipal(row);
    },
    async touch({ apiKeyId, lastUsedAt }) {
      const now = clock.now();
      if (lastUsedAt !== null && now - lastUsedAt < TOUCH_INTERVAL_MS) return;
      await database.prepare(TOUCH).bind(apiKeyId, now).run();
    },
    async create(accountId, name) {
      const key = newApiKey(ids);
      const shown: ApiKey = {
        id: newApiKeyId(ids),
        accountId,
        name,
        prefix: key.slice(0, API_KEY_PREFIX.length + SHOWN_CHARACTERS),
        createdAt: clock.now(),
        lastUsedAt: null,
        revokedAt: null,
      };
      await db.insert(apiKeys).values({ ...shown, keyHash: await hashKey(key) });
      return { ...shown, key };
    },
    list: (accountId) =>
      db
        .select(SHOWN)
        .from(apiKeys)
        .where(eq(apiKeys.accountId, accountId))
        .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id)),
    async revoke(id) {
      const revoked = await db
        .update(apiKeys)
        .set({ revokedAt: sql`COALESCE(${apiKeys.revokedAt}, ${clock.now()})` })
        .where(eq(apiKeys.id, id as ApiKeyId))
        .returning(SHOWN);
      return revoked[0];
    },
  };
}
