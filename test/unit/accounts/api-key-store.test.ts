import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createAccountStore } from "../../../src/accounts/account-store.ts";
import type { ApiKeyStore } from "../../../src/accounts/api-key-store.ts";
import { createApiKeyStore } from "../../../src/accounts/api-key-store.ts";
import { createPlanStore } from "../../../src/accounts/plan-store.ts";
import { createTenant, cryptoIds, FakeClock, NOON } from "./tenant.ts";

const MINUTE_MS = 60_000;

interface CountedStore {
  readonly store: ApiKeyStore;
  readonly clock: FakeClock;
  /** Statements prepared so far. */
  readonly queries: () => number;
}

function createCountedStore(): CountedStore {
  let queries = 0;
  const clock = new FakeClock(NOON);
  const database = new Proxy(env.DB, {
    get(target, property) {
      if (property === "prepare") {
        return (sql: string) => {
          queries += 1;
          return target.prepare(sql);
        };
      }
      return Reflect.get(target, property);
    },
  });
  return { store: createApiKeyStore({ database, clock, ids: cryptoIds }), clock, queries: () => queries };
}

describe("an API key", () => {
  it("authenticates its account with the account's plan, in one query", async ({ expect }) => {
    const { key, principal } = await createTenant();
    const { store, queries } = createCountedStore();
    expect(await store.authenticate(key.key)).toEqual({ ...principal, lastUsedAt: null });
    expect(queries()).toBe(1);
  });

  it("is stored as a hash only, and shown by its first characters", async ({ expect }) => {
    const { key } = await createTenant();
    const row = await env.DB.prepare("SELECT * FROM api_keys WHERE id = ?1").bind(key.id).first();
    expect(key.key).toMatch(/^mb_live_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(row)).not.toContain(key.key);
    expect(key.prefix).toBe(key.key.slice(0, 14));
    expect(row?.["key_hash"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is unknown when another has been issued", async ({ expect }) => {
    await createTenant();
    const { store } = createCountedStore();
    expect(await store.authenticate(`mb_live_${"A".repeat(43)}`)).toBeUndefined();
  });

  it("stops authenticating at once when it is revoked, and only that key", async ({ expect }) => {
    const { key, principal } = await createTenant();
    const { store } = createCountedStore();
    const second = await store.create(principal.accountId, "second key");
    await store.revoke(key.id);
    expect(await store.authenticate(key.key)).toBeUndefined();
    expect((await store.authenticate(second.key))?.apiKeyName).toBe("second key");
  });

  it("keeps the time of its first revocation", async ({ expect }) => {
    const { key } = await createTenant();
    const { store, clock } = createCountedStore();
    const first = await store.revoke(key.id);
    clock.advance(MINUTE_MS);
    expect(await store.revoke(key.id)).toEqual(first);
    expect(first?.revokedAt).toBe(Date.parse(NOON));
    expect(await store.revoke("key_aaaaaaaaaaaaaaaa")).toBeUndefined();
  });

  for (const malformed of [
    "",
    "mb_live_",
    `mb_live_${"A".repeat(42)}`,
    `mb_live_${"A".repeat(44)}`,
    `mb_test_${"A".repeat(43)}`,
    `mb_live_${"A".repeat(42)}!`,
    `mb_live_${"A".repeat(43)}\n`,
  ]) {
    it(`costs no query when it cannot be one: ${JSON.stringify(malformed)}`, async ({ expect }) => {
      const { store, queries } = createCountedStore();
      expect(await store.authenticate(malformed)).toBeUndefined();
      expect(queries()).toBe(0);
    });
  }

  it("has its use noted once a minute", async ({ expect }) => {
    const { key } = await createTenant();
    const { store, clock, queries } = createCountedStore();
    const touch = async (): Promise<number | null | undefined> => {
      const principal = await store.authenticate(key.key);
      if (principal) await store.touch(principal);
      return (await store.authenticate(key.key))?.lastUsedAt;
    };
    expect(await touch()).toBe(Date.parse(NOON));
    expect(queries()).toBe(3);
    clock.advance(MINUTE_MS - 1);
    expect(await touch()).toBe(Date.parse(NOON));
    expect(queries()).toBe(5);
    clock.advance(1);
    expect(await touch()).toBe(Date.parse(NOON) + MINUTE_MS);
  });

  it("is listed with its account's others, without hash or key", async ({ expect }) => {
    const { key, principal } = await createTenant();
    await createTenant();
    const { store, clock } = createCountedStore();
    clock.advance(1);
    const second = await store.create(principal.accountId, "second key");
    const { key: _first, ...firstShown } = key;
    const { key: _second, ...secondShown } = second;
    expect(await store.list(principal.accountId)).toEqual([firstShown, secondShown]);
  });
});

describe("a plan change", () => {
  it("holds from the next authentication on", async ({ expect }) => {
    const { key, principal } = await createTenant();
    const { store, clock } = createCountedStore();
    const accounts = createAccountStore({ database: env.DB, clock, ids: cryptoIds });
    await accounts.update(principal.accountId, { plan: "scale" });
    expect((await store.authenticate(key.key))?.plan).toMatchObject({ name: "scale", concurrentSessions: 50 });
  });

  it("holds when the plan itself is edited", async ({ expect }) => {
    const { key, principal } = await createTenant({ concurrentSessions: 1 });
    const { store } = createCountedStore();
    await createPlanStore({ database: env.DB }).save({ ...principal.plan, concurrentSessions: 7, maxLifetimeMs: 5 });
    expect((await store.authenticate(key.key))?.plan).toMatchObject({ concurrentSessions: 7, maxLifetimeMs: 5 });
  });
});
