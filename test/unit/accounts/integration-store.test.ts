import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createIntegrationStore } from "../../../src/accounts/integration-store.ts";
import { UnreadableCredentials } from "../../../src/accounts/sealed-credentials.ts";
import { createSecretUseStore } from "../../../src/accounts/secret-use-store.ts";
import { createTenant, cryptoIds, FakeClock, NOON } from "./tenant.ts";

const TOKEN = "a-token-of-the-connect-server";
const CONNECT = { kind: "connect", host: "https://connect.test", token: TOKEN } as const;

const storeWith = (secret = "a-secret-of-at-least-thirty-two-characters") =>
  createIntegrationStore({ database: env.DB, clock: new FakeClock(NOON), ids: cryptoIds, secret });
const store = storeWith();
const AT = Date.parse(NOON);
const anIntegration = { name: "team", type: "1PASSWORD", credentials: CONNECT } as const;

describe("an integration", () => {
  it("is kept without what it takes in the clear, and found with it", async ({ expect }) => {
    const { accountId } = (await createTenant()).principal;
    const created = await store.create(accountId, anIntegration);
    const row = await env.DB.prepare("SELECT * FROM integrations WHERE id = ?1").bind(created.id).first();
    expect(JSON.stringify(row) + atob(String(row?.["sealed"]))).not.toContain(TOKEN);
    expect(JSON.stringify(await store.list(accountId))).not.toContain("sealed");
    expect(await store.credentials(accountId, created.id)).toEqual(CONNECT);
    await expect(
      storeWith("another-secret-of-thirty-two-characters!").credentials(accountId, created.id),
    ).rejects.toThrow(UnreadableCredentials);
  });

  it("is its account's alone", async ({ expect }) => {
    const [{ principal: owner }, { principal: stranger }] = [await createTenant(), await createTenant()];
    const { id } = await store.create(owner.accountId, anIntegration);
    expect(await store.find(stranger.accountId, id)).toBeUndefined();
    expect(await store.credentials(stranger.accountId, id)).toBeUndefined();
    expect(await store.remove(stranger.accountId, id)).toBe(false);
    expect([...(await store.existing(stranger.accountId, [id]))]).toEqual([]);
    expect([...(await store.existing(owner.accountId, [id, crypto.randomUUID()]))]).toEqual([id]);
    expect(await store.remove(owner.accountId, id)).toBe(true);
    expect(await store.credentials(owner.accountId, id)).toBeUndefined();
  });
});

describe("the audit list", () => {
  it("has the newest use first, corrected where it came to something else, for its account alone", async ({
    expect,
  }) => {
    const [{ principal: owner }, { principal: stranger }] = [await createTenant(), await createTenant()];
    const uses = createSecretUseStore({ database: env.DB, ids: cryptoIds });
    const integrationId = crypto.randomUUID();
    const use = { sessionId: "s", integrationId, reference: "op://v/i/f", host: "x.test", outcome: "filled" } as const;
    await uses.add(owner.accountId, { ...use, at: AT });
    const line = await uses.add(owner.accountId, { ...use, at: AT + 1 });
    await uses.correct(line, "not_editable");
    const listed = await uses.ofIntegration(owner.accountId, integrationId, 10);
    expect(listed).toEqual([
      { ...use, outcome: "not_editable", at: AT + 1 },
      { ...use, at: AT },
    ]);
    expect(await uses.ofIntegration(stranger.accountId, integrationId, 10)).toEqual([]);
  });
});
