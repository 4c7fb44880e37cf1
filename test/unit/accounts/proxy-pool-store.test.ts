import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import type { NewPool } from "../../../src/accounts/proxy-pool-store.ts";
import { createProxyPoolStore } from "../../../src/accounts/proxy-pool-store.ts";
import { UnreadableCredentials } from "../../../src/accounts/sealed-credentials.ts";
import { cryptoIds, FakeClock, NOON } from "./tenant.ts";

const SECRET = "a-secret-of-at-least-thirty-two-characters";
const PASSWORD = "hunter2-hunter2";

const storeWith = (secret = SECRET) =>
  createProxyPoolStore({ database: env.DB, clock: new FakeClock(NOON), ids: cryptoIds, secret });
const store = storeWith();

const aPool = (changes: Partial<NewPool> = {}): NewPool => ({
  name: "homes",
  type: "residential",
  protocol: "http",
  host: "gate.example",
  port: 7000,
  username: "acme[-session-{session}]",
  password: PASSWORD,
  countries: ["DE"],
  hasRegions: false,
  hasCities: false,
  microsPerGb: 4_000_000,
  enabled: true,
  ...changes,
});

const rowOf = (id: string) => env.DB.prepare("SELECT * FROM proxy_pools WHERE id = ?1").bind(id).first();

describe("a proxy pool", () => {
  it("is kept without its credentials in the clear, and found with them", async ({ expect }) => {
    const created = await store.create(aPool());
    expect(created.id).toMatch(/^pool_[a-z2-7]{16}$/);
    const row = await rowOf(created.id);
    const stored = JSON.stringify(row) + atob(String(row?.["sealed"]));
    expect(stored).not.toContain(PASSWORD);
    expect(stored).not.toContain("acme");
    const found = await store.find(created.id);
    expect(found).toEqual(created);
    const clear = await storeWith().unseal(created);
    expect(clear).toEqual({ ...aPool(), id: created.id, createdAt: Date.parse(NOON), sticky: true });
  });

  it("is encrypted anew each time", async ({ expect }) => {
    const [left, right] = [await store.create(aPool()), await store.create(aPool())];
    expect(left.sealed?.slice(0, 16)).not.toBe(right.sealed?.slice(0, 16));
  });

  it("cannot be read under another secret", async ({ expect }) => {
    const created = await store.create(aPool());
    await expect(storeWith(`${SECRET}!`).unseal(created)).rejects.toThrow(UnreadableCredentials);
    await expect(storeWith(`${SECRET}!`).unseal(created)).rejects.toThrow(created.id);
  });

  it("cannot be given the credentials of another, nor broken ones", async ({ expect }) => {
    const [left, right] = [await store.create(aPool()), await store.create(aPool())];
    await expect(store.unseal({ ...left, sealed: right.sealed })).rejects.toThrow(UnreadableCredentials);
    await expect(store.unseal({ ...left, sealed: "?" })).rejects.toThrow(UnreadableCredentials);
    await expect(store.unseal({ ...left, sealed: "" })).rejects.toThrow(UnreadableCredentials);
  });

  it("without credentials can be read under any secret", async ({ expect }) => {
    const created = await store.create(aPool({ username: "", password: "" }));
    expect(created).toMatchObject({ sealed: null, sticky: false });
    expect(await storeWith("another").unseal(created)).toMatchObject({ username: "", password: "" });
  });

  it("is changed in part, and removed", async ({ expect }) => {
    const { id, sealed } = await store.create(aPool());
    expect(await store.update(id, { enabled: false, countries: null })).toMatchObject({
      enabled: false,
      countries: null,
      name: "homes",
      sealed,
    });
    const credentials = { username: "other", password: "p" };
    const changed = await store.update(id, { credentials });
    expect(changed).toMatchObject({ sticky: false, enabled: false });
    expect(changed && (await store.unseal(changed))).toMatchObject(credentials);
    expect(await store.update(id, {})).toEqual(changed);
    expect([await store.remove(id), await store.remove(id)]).toEqual([true, false]);
    expect(await store.find(id)).toBeUndefined();
    expect(await store.update(id, { enabled: true })).toBeUndefined();
  });

  it("is listed with those of its type, enabled or not", async ({ expect }) => {
    const gov = await store.create(aPool({ type: "gov", enabled: false }));
    const isp = await store.create(aPool({ type: "isp" }));
    const idsOf = (pools: readonly { readonly id: string }[]) => pools.map(({ id }) => id);
    expect(idsOf(await store.list())).toEqual(expect.arrayContaining([gov.id, isp.id]));
    expect(idsOf(await store.forType("gov"))).toContain(gov.id);
    expect(idsOf(await store.forType("gov"))).not.toContain(isp.id);
  });
});
