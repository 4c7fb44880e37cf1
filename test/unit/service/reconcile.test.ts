import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import type { SessionIndex } from "../../../src/accounts/session-index.ts";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import { createUsageLedger } from "../../../src/accounts/usage-ledger.ts";
import type { SessionId } from "../../../src/domain/ids.ts";
import { createReconcile, type UsageScope } from "../../../src/service/reconcile.ts";
import type { RunningBrowser } from "../../../src/service/stray-browsers.ts";
import { anAdmission, createTenant, FakeClock, NOON } from "../accounts/tenant.ts";
import { FakeLogger } from "./fake-sessions.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Reconciliation is about everything in the index: a test must not find what another has left there. */
beforeEach(async () => {
  const tables = ["idempotency_keys", "usage_months", "sessions"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

interface Options {
  readonly exclusive?: boolean;
  readonly wrapIndex?: (index: SessionIndex) => Partial<SessionIndex>;
}

/** Reconciliation on the real index, with an engine and objects that the test makes up. */
async function arrange({ exclusive = true, wrapIndex }: Options = {}) {
  const clock = new FakeClock(NOON);
  const real = createSessionIndex({ database: env.DB });
  const { principal } = await createTenant({ concurrentSessions: 50 }, clock);
  const { accountId } = principal;
  const month = "2026-11";
  const running = new Map<string, RunningBrowser>();
  const alive = new Set<SessionId>();
  const told: [SessionId, string][] = [];
  const logger = new FakeLogger();
  const reconcile = createReconcile({
    index: { ...real, ...wrapIndex?.(real) },
    sessionObject: (id) => ({
      reap: async () => alive.has(id),
      end: async (_account, reason) => {
        told.push([id, reason]);
        if (!alive.delete(id)) return { ok: false, failure: { kind: "sessionNotFound", sessionId: id } };
        for (const { browserId } of await real.browserOwners([...running.keys()])) running.delete(browserId);
        return { ok: true, value: {} as never };
      },
    }),
    browsers: { list: async () => [...running.values()], close: async (id) => void running.delete(id) },
    exclusiveBrowsers: exclusive,
    clock,
    logger,
  });
  /** A browser at the engine, with the session that it belongs to unless it is a stranger. */
  const launch = async ({ session = true, connected = false } = {}) => {
    const browserId = crypto.randomUUID();
    running.set(browserId, { browserId, startedAt: clock.now(), connected });
    const admission = anAdmission(clock);
    if (session) {
      await real.admit(principal, admission);
      await real.recordStatus({ id: admission.id, status: "ready", revision: 1, browserId });
      alive.add(admission.id);
    }
    return { browserId, id: admission.id };
  };
  const end = (id: SessionId, browserMs = MINUTE) =>
    real.recordEnd({
      id,
      status: "destroyed",
      endReason: "requested",
      endedAt: clock.now(),
      browserMs,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: false,
      finalView: null,
    });
  const counted = () => createUsageLedger({ database: env.DB }).month(accountId, month);
  const run = (usage: UsageScope = "none") => reconcile({ usage });
  return { clock, real, principal, accountId, month, running, alive, told, logger, launch, end, counted, run };
}

const NOTHING = {
  endedSessions: [],
  closedBrowsers: [],
  unknownBrowsers: 0,
  correctedUsage: [],
  deletedIdempotencyKeys: 0,
  failedSteps: [],
};

describe("reconciling", () => {
  it("finds nothing to do where nothing has drifted, and is quiet about it", async ({ expect }) => {
    const { launch, clock, run, running, logger } = await arrange();
    await launch({ connected: true });
    clock.advance(10 * MINUTE);
    expect(await run("recent")).toEqual(NOTHING);
    expect(running.size).toBe(1);
    expect(logger.events).toEqual([]);
  });

  it("ends a session whose object is gone, and its browser a minute later", async ({ expect }) => {
    const { launch, alive, clock, run, running, real, accountId, logger } = await arrange();
    const { id, browserId } = await launch({ connected: true });
    clock.advance(2 * MINUTE);
    alive.delete(id);
    expect(await run()).toEqual({ ...NOTHING, endedSessions: [{ id, reason: "engine_closed" }] });
    expect(await real.runningIds(accountId)).toEqual([]);
    clock.advance(MINUTE);
    expect(await run()).toEqual(NOTHING);
    expect(running.size).toBe(1);
    clock.advance(1);
    expect(await run()).toEqual({ ...NOTHING, closedBrowsers: [{ browserId, sessionId: id }] });
    expect(running.size).toBe(0);
    expect(await run()).toEqual(NOTHING);
    expect(logger.events).toEqual(["reconcile.repaired", "reconcile.repaired"]);
  });

  it("has an object end that still runs its browser although its row has ended", async ({ expect }) => {
    const { launch, end, clock, run, running, told, counted } = await arrange();
    const { id, browserId } = await launch({ connected: true });
    await end(id);
    clock.advance(MINUTE + 1);
    expect(await run()).toEqual({ ...NOTHING, closedBrowsers: [{ browserId, sessionId: id }] });
    expect(told).toEqual([[id, "requested"]]);
    expect(running.size).toBe(0);
    expect(await counted()).toMatchObject({ sessions: 1, browserMs: MINUTE });
  });

  it("leaves a browser alone that another session has taken over", async ({ expect }) => {
    const { launch, end, clock, run, running, real, principal, alive } = await arrange();
    const { id, browserId } = await launch({ connected: true });
    await end(id);
    const next = anAdmission(clock);
    await real.admit(principal, next);
    await real.recordStatus({ id: next.id, status: "ready", revision: 1, browserId });
    alive.add(next.id);
    clock.advance(5 * MINUTE);
    expect(await run()).toEqual(NOTHING);
    expect(running.size).toBe(1);
  });

  it("goes on when an object or the engine fails at one browser", async ({ expect }) => {
    const { launch, end, clock, run, running, real, logger } = await arrange();
    const first = await launch();
    const second = await launch();
    for (const { id } of [first, second]) await end(id);
    clock.advance(MINUTE + 1);
    const failing = createReconcile({
      index: real,
      sessionObject: (id) => ({
        reap: async () => true,
        end: async () => {
          if (id === first.id) throw new Error("overloaded");
          running.delete(second.browserId);
          return { ok: true, value: {} as never };
        },
      }),
      browsers: { list: async () => [...running.values()], close: async () => undefined },
      exclusiveBrowsers: true,
      clock,
      logger,
    });
    const { closedBrowsers } = await failing({ usage: "none" });
    expect(closedBrowsers).toEqual([{ browserId: second.browserId, sessionId: second.id }]);
    expect(logger.events).toContain("reconcile.browser_not_closed");
    expect((await run()).closedBrowsers).toEqual([{ browserId: first.browserId, sessionId: first.id }]);
  });
});

describe("a browser that no session knows", () => {
  it("is closed once it is 90 s old and nobody is connected, and not before", async ({ expect }) => {
    const { launch, clock, run, running } = await arrange();
    const { browserId } = await launch({ session: false });
    await launch({ session: false, connected: true });
    clock.advance(1.5 * MINUTE);
    expect(await run()).toEqual(NOTHING);
    clock.advance(1);
    expect(await run()).toEqual({ ...NOTHING, closedBrowsers: [{ browserId, sessionId: null }] });
    expect(running.size).toBe(1);
  });

  it("is only counted where the engine may serve others too", async ({ expect }) => {
    const { launch, clock, run, running } = await arrange({ exclusive: false });
    await launch({ session: false });
    clock.advance(2 * MINUTE);
    expect(await run()).toEqual({ ...NOTHING, unknownBrowsers: 1 });
    expect(running.size).toBe(1);
  });

  it("is left alone while it may belong to a session whose browser was never reported", async ({ expect }) => {
    const { launch, clock, run, running, real, principal, alive, end } = await arrange();
    const unreported = anAdmission(clock);
    await real.admit(principal, unreported);
    alive.add(unreported.id);
    clock.advance(1000);
    await launch({ session: false });
    clock.advance(2 * MINUTE);
    expect(await run()).toEqual({ ...NOTHING, unknownBrowsers: 1 });
    await end(unreported.id);
    expect(await run()).toMatchObject({ unknownBrowsers: 0, closedBrowsers: [{ sessionId: null }] });
    expect(running.size).toBe(0);
  });

  it("is closed although younger sessions are still launching", async ({ expect }) => {
    const { launch, clock, run, real, principal, alive } = await arrange();
    await launch({ session: false });
    clock.advance(2 * MINUTE);
    const launching = anAdmission(clock);
    await real.admit(principal, launching);
    alive.add(launching.id);
    expect(await run()).toMatchObject({ closedBrowsers: [{ sessionId: null }] });
  });
});

describe("the counters of usage", () => {
  const disturb = (accountId: string) =>
    env.DB.prepare("UPDATE usage_months SET sessions = 40, browser_ms = 4 WHERE account_id = ?1").bind(accountId).run();

  it("are added up when that is asked for", async ({ expect }) => {
    const { launch, end, run, accountId, month, counted } = await arrange();
    const { id } = await launch();
    await end(id, 1234);
    await disturb(accountId);
    expect(await run("none")).toEqual(NOTHING);
    const truth = { sessions: 1, browserMs: 1234 };
    const noProxy = { proxyBytes: 0, proxyCostMicros: 0 };
    const from = { sessions: 40, browserMs: 4, ...noProxy };
    const correction = { accountId, month, from, to: { ...truth, ...noProxy } };
    expect(await run("recent")).toEqual({ ...NOTHING, correctedUsage: [correction] });
    expect(await counted()).toMatchObject(truth);
  });

  it("are added up for this month and the last, or for every month", async ({ expect }) => {
    const { launch, end, run, accountId, clock } = await arrange();
    const { id } = await launch();
    await end(id);
    await disturb(accountId);
    clock.advance(42 * DAY);
    expect((await run("recent")).correctedUsage).toEqual([]);
    clock.advance(-2 * DAY);
    expect((await run("recent")).correctedUsage).toMatchObject([{ accountId }]);
    await disturb(accountId);
    clock.advance(400 * DAY);
    expect((await run("all")).correctedUsage).toMatchObject([{ accountId }]);
  });
});

describe("a step that fails", () => {
  it("is named, and keeps no other from running", async ({ expect }) => {
    const away = () => Promise.reject(new Error("D1_ERROR: away"));
    const { launch, run, clock, real, principal, logger, running } = await arrange({
      wrapIndex: () => ({ unendedOlderThan: away, correctUsage: away }),
    });
    const claim = { keyHash: "k".repeat(64), requestHash: "r".repeat(64) };
    await real.admitOnce(principal, anAdmission(clock), claim);
    clock.advance(DAY);
    await launch({ session: false });
    running.forEach((browser) => running.set(browser.browserId, { ...browser, startedAt: 0 }));
    expect(await run("recent")).toMatchObject({
      closedBrowsers: [{ sessionId: null }],
      deletedIdempotencyKeys: 1,
      failedSteps: ["sessions", "usage"],
    });
    expect(logger.events.filter((event) => event === "reconcile.step_failed")).toHaveLength(2);
  });
});
