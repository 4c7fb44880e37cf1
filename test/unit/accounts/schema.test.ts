import { env } from "cloudflare:workers";
import { getTableColumns, getTableName } from "drizzle-orm";
import { describe, it } from "vitest";
import { createPlanStore } from "../../../src/accounts/plan-store.ts";
import {
  accounts,
  apiKeys,
  extensions,
  idempotencyKeys,
  plans,
  proxyPools,
  sessions,
  usageMonths,
} from "../../../src/accounts/tables.ts";

describe("the migrations", () => {
  for (const table of [accounts, apiKeys, extensions, idempotencyKeys, plans, proxyPools, sessions, usageMonths]) {
    it(`make the columns of ${getTableName(table)} that the code expects`, async ({ expect }) => {
      const { results } = await env.DB.prepare("SELECT name, type, [notnull] AS required FROM pragma_table_info(?1)")
        .bind(getTableName(table))
        .all();
      const expected = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        required: Number(column.notNull),
      }));
      expect(results).toEqual(expected);
    });
  }

  it("make every table strict", async ({ expect }) => {
    const { results } = await env.DB.prepare(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name <> 'd1_migrations'",
    ).all();
    expect(results).toEqual([]);
  });

  it("seed the three plans", async ({ expect }) => {
    const seeded = await createPlanStore({ database: env.DB }).list();
    expect(seeded).toEqual([
      {
        name: "free",
        monthlySessions: 100,
        overageMicros: null,
        concurrentSessions: 2,
        requestsPerMinute: 60,
        maxLifetimeMs: null,
        proxyTypes: ["datacenter", "custom"],
      },
      {
        name: "pro",
        monthlySessions: 5000,
        overageMicros: 20_000,
        concurrentSessions: 10,
        requestsPerMinute: 600,
        maxLifetimeMs: null,
        proxyTypes: ["datacenter", "isp", "residential", "custom"],
      },
      {
        name: "scale",
        monthlySessions: 50_000,
        overageMicros: 10_000,
        concurrentSessions: 50,
        requestsPerMinute: 6000,
        maxLifetimeMs: null,
        proxyTypes: ["residential", "datacenter", "isp", "mobile", "gov", "custom"],
      },
    ]);
  });

  it("let the limits be checked without reading ended sessions", async ({ expect }) => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT COUNT(*) FROM sessions WHERE account_id = ?1 AND ended_at IS NULL",
    )
      .bind("acct_x")
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).toContain("INDEX sessions_unended_by_account");
  });

  it("let the months be added up from an index alone", async ({ expect }) => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT SUM(browser_ms), SUM(proxy_bytes), SUM(proxy_cost_micros), SUM(refunded), SUM(ended_at) FROM sessions WHERE month >= ?1 GROUP BY month, account_id",
    )
      .bind("2026-11")
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail)).toEqual([
      "SEARCH sessions USING COVERING INDEX sessions_by_month (month>?)",
    ]);
  });
});
