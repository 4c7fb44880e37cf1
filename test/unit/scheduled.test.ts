import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import worker from "../../src/index.ts";
import { createTenant } from "./accounts/tenant.ts";

/** A tenant whose counter of this month says 9 although there is no session. */
async function wrongCounter() {
  const { principal } = await createTenant({});
  const { month } = (await env.DB.prepare("SELECT strftime('%Y-%m', 'now') AS month").first<{ month: string }>()) ?? {};
  await env.DB.prepare("INSERT INTO usage_months (account_id, month, sessions) VALUES (?1, ?2, 9)")
    .bind(principal.accountId, month)
    .run();
  return async () =>
    env.DB.prepare("SELECT sessions FROM usage_months WHERE account_id = ?1")
      .bind(principal.accountId)
      .first<number>("sessions");
}

const runAt = (time: string) =>
  worker.scheduled(createScheduledController({ scheduledTime: new Date(time), cron: "* * * * *" }), env);

describe("the cron", () => {
  it("adds the month up on the hour only", async ({ expect }) => {
    const counter = await wrongCounter();
    await runAt("2026-11-20T12:59:00.000Z");
    expect(await counter()).toBe(9);
    await runAt("2026-11-20T13:00:00.000Z");
    expect(await counter()).toBe(0);
  });

  it("deletes keys that are older than a day, every minute", async ({ expect }) => {
    const { principal } = await createTenant({});
    const insert = (key: string, age: string) =>
      env.DB.prepare("INSERT INTO idempotency_keys VALUES (?1, ?2, 'ses_x', ?2, (unixepoch('now', ?3)) * 1000)")
        .bind(principal.accountId, key.repeat(64), age)
        .run();
    await insert("a", "-25 hours");
    await insert("b", "-23 hours");
    await runAt("2026-11-20T12:59:00.000Z");
    const { results } = await env.DB.prepare("SELECT key_hash FROM idempotency_keys").all();
    expect(results).toEqual([{ key_hash: "b".repeat(64) }]);
  });
});
