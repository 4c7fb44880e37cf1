import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import { createUsageLedger } from "../../../src/accounts/usage-ledger.ts";
import { anAdmission, createTenant, FakeClock } from "./tenant.ts";

const index = createSessionIndex({ database: env.DB });
const ledger = createUsageLedger({ database: env.DB });
const MONTH = "2026-11";

/** A tenant with three sessions: one running, one ended after a minute, one that failed to launch. */
async function arrange() {
  const clock = new FakeClock("2026-11-20T12:00:00.000Z");
  const { principal } = await createTenant({ concurrentSessions: 9 }, clock);
  const { accountId } = principal;
  const admissions = [anAdmission(clock), anAdmission(clock), anAdmission(clock)] as const;
  for (const admission of admissions) await index.admit(principal, admission);
  const [running, ended, failed] = admissions;
  const common = { endedAt: clock.now() + 60_000, browserId: null, finalView: null };
  const proxied = { proxyBytes: 400, proxyCostMicros: 2 };
  const time = { browserMs: 60_000, ...proxied };
  const requested = { status: "destroyed", endReason: "requested", ...time, refund: false } as const;
  await index.recordEnd({ id: ended.id, ...common, ...requested });
  const launchFailed = { status: "failed", endReason: "launch_failed", browserMs: 0, refund: true } as const;
  await index.recordEnd({ id: failed.id, ...common, ...launchFailed, ...proxied });
  const endRunning = () => index.recordEnd({ id: running.id, ...common, ...requested });
  const disturb = (sessions: number, browserMs: number, month = MONTH) =>
    env.DB.prepare("UPDATE usage_months SET sessions = ?3, browser_ms = ?4 WHERE account_id = ?1 AND month = ?2")
      .bind(accountId, month, sessions, browserMs)
      .run();
  const mine = async (from = MONTH) =>
    (await index.correctUsage(from)).filter((correction) => correction.accountId === accountId);
  const counted = (month = MONTH) => ledger.month(accountId, month);
  return { accountId, clock, ended, endRunning, disturb, mine, counted };
}

/** The bytes of the refunded session are among them. */
const TRUTH = { sessions: 2, browserMs: 60_000, proxyBytes: 800, proxyCostMicros: 4 };

describe("the counters of a month", () => {
  it("agree with its sessions, so that there is nothing to correct", async ({ expect }) => {
    const { mine, counted } = await arrange();
    expect(await mine()).toEqual([]);
    expect(await counted()).toEqual(TRUTH);
  });

  for (const [name, sessions, browserMs] of [
    ["too many sessions", 7, 60_000],
    ["too few sessions", 0, 60_000],
    ["too much time", 2, 1_000_000],
    ["too little time", 2, 0],
  ] as const) {
    it(`are corrected when they count ${name}, once, and told`, async ({ expect }) => {
      const { accountId, disturb, mine, counted } = await arrange();
      await disturb(sessions, browserMs);
      expect(await mine()).toEqual([{ accountId, month: MONTH, from: { ...TRUTH, sessions, browserMs }, to: TRUTH }]);
      expect(await counted()).toEqual(TRUTH);
      expect(await mine()).toEqual([]);
    });
  }

  it("are corrected when they count other bytes of proxies", async ({ expect }) => {
    const { accountId, mine, counted } = await arrange();
    await env.DB.prepare("UPDATE usage_months SET proxy_bytes = 7, proxy_cost_micros = 9 WHERE account_id = ?1")
      .bind(accountId)
      .run();
    expect(await mine()).toMatchObject([{ from: { proxyBytes: 7, proxyCostMicros: 9 }, to: TRUTH }]);
    expect(await counted()).toEqual(TRUTH);
  });

  it("are made when they are missing", async ({ expect }) => {
    const { accountId, mine, counted } = await arrange();
    await env.DB.prepare("DELETE FROM usage_months WHERE account_id = ?1").bind(accountId).run();
    expect(await mine()).toMatchObject([{ from: { sessions: 0, browserMs: 0 }, to: TRUTH }]);
    expect(await counted()).toEqual(TRUTH);
  });

  it("count none in a month without sessions", async ({ expect }) => {
    const { accountId, mine, counted } = await arrange();
    await env.DB.prepare("INSERT INTO usage_months (account_id, month, sessions) VALUES (?1, '2026-12', 3)")
      .bind(accountId)
      .run();
    expect(await mine()).toMatchObject([{ month: "2026-12", from: { sessions: 3 }, to: { sessions: 0 } }]);
    expect(await counted("2026-12")).toMatchObject({ sessions: 0, browserMs: 0 });
  });

  it("are looked at from the first month on, and no earlier", async ({ expect }) => {
    const { disturb, mine, counted } = await arrange();
    await disturb(9, 9);
    expect(await mine("2026-12")).toEqual([]);
    expect(await counted()).toMatchObject({ sessions: 9, browserMs: 9 });
  });

  it("are left alone where an ended session does not know its time", async ({ expect }) => {
    const { ended, disturb, mine, counted } = await arrange();
    await env.DB.prepare("UPDATE sessions SET browser_ms = NULL WHERE id = ?1").bind(ended.id).run();
    await disturb(2, 777);
    expect(await mine()).toEqual([]);
    expect(await counted()).toMatchObject({ sessions: 2, browserMs: 777 });
  });

  it("lose nothing that happens meanwhile", async ({ expect }) => {
    const { disturb, mine, counted, endRunning } = await arrange();
    await disturb(5, 5);
    await Promise.all([mine(), endRunning(), mine(), endRunning(), mine()]);
    expect(await mine()).toEqual([]);
    expect(await counted()).toMatchObject({ sessions: 2, browserMs: 120_000, proxyBytes: 1200 });
  });
});
