import { asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock, IdSource } from "../domain/clock.ts";
import { newProxyPoolId } from "../domain/ids.ts";
import type { PoolCredentials, PoolDescription, ProxyPool } from "../domain/proxy-pool.ts";
import { isSticky } from "../domain/proxy-pool.ts";
import type { ProxyType } from "../domain/session-spec.ts";
import { createCredentialSeal } from "./sealed-credentials.ts";
import { proxyPools } from "./tables.ts";

/** A pool as it is stored: what its vendor takes is encrypted. */
export interface SealedPool extends PoolDescription {
  /** `null`: the vendor takes none. */
  readonly sealed: string | null;
}

/** A pool to be created. */
export type NewPool = Omit<ProxyPool, "id" | "createdAt" | "sticky">;

/** What is to be different about a pool. Credentials change together. */
export interface PoolChange extends Partial<Omit<PoolDescription, "id" | "createdAt" | "sticky">> {
  readonly credentials?: PoolCredentials;
}

/** The `proxy_pools` table. */
export interface ProxyPoolStore {
  /** Oldest first, disabled ones too. */
  list(): Promise<readonly SealedPool[]>;
  /** The pools of one type, oldest first, disabled ones too. */
  forType(type: ProxyType): Promise<readonly SealedPool[]>;
  find(id: string): Promise<SealedPool | undefined>;
  create(pool: NewPool): Promise<SealedPool>;
  /** The changed pool; `undefined` when there is none with this id. */
  update(id: string, change: PoolChange): Promise<SealedPool | undefined>;
  /** Whether there was one. */
  remove(id: string): Promise<boolean>;
  /**
   * The pool with its credentials in the clear, which must not be kept longer than they are needed.
   *
   * @throws {UnreadableCredentials} when they were stored under another secret.
   */
  unseal(pool: SealedPool): Promise<ProxyPool>;
}

export interface ProxyPoolStoreDeps {
  readonly database: D1Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The Worker's BERTH_SECRET. */
  readonly secret: string;
}

const NO_CREDENTIALS: PoolCredentials = { username: "", password: "" };

/** A pool may come with more than its credentials. */
const picked = ({ username, password }: PoolCredentials): PoolCredentials => ({ username, password });

export function createProxyPoolStore({ database, clock, ids, secret }: ProxyPoolStoreDeps): ProxyPoolStore {
  const db = drizzle(database);
  const seal = createCredentialSeal<PoolCredentials>({ secret, ids, of: "proxy pool" });
  const oldestFirst = [asc(proxyPools.createdAt), asc(proxyPools.id)];

  async function stored(id: string, credentials: PoolCredentials) {
    const isNone = credentials.username === "" && credentials.password === "";
    return { sealed: isNone ? null : await seal.seal(id, picked(credentials)), sticky: isSticky(credentials) };
  }

  const find = (id: string): Promise<SealedPool | undefined> =>
    db.select().from(proxyPools).where(eq(proxyPools.id, id)).get();

  return {
    list: () =>
      db
        .select()
        .from(proxyPools)
        .orderBy(...oldestFirst),
    forType: (type) =>
      db
        .select()
        .from(proxyPools)
        .where(eq(proxyPools.type, type))
        .orderBy(...oldestFirst),
    find,
    async create({ username, password, ...described }) {
      const id = newProxyPoolId(ids);
      const pool = { ...described, id, createdAt: clock.now(), ...(await stored(id, { username, password })) };
      await db.insert(proxyPools).values(pool);
      return pool;
    },
    async update(id, { credentials, ...described }) {
      const change = { ...described, ...(credentials && (await stored(id, credentials))) };
      // An UPDATE that sets nothing is a syntax error.
      if (Object.values(change).every((value) => value === undefined)) return find(id);
      const updated = await db.update(proxyPools).set(change).where(eq(proxyPools.id, id)).returning();
      return updated[0];
    },
    async remove(id) {
      const removed = await db.delete(proxyPools).where(eq(proxyPools.id, id)).returning({ id: proxyPools.id });
      return removed.length > 0;
    },
    async unseal({ sealed, ...pool }) {
      return { ...pool, ...(sealed === null ? NO_CREDENTIALS : await seal.unseal(pool.id, sealed)) };
    },
  };
}
