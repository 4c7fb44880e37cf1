import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import type { SessionEnd } from "../../../src/accounts/session-slots.ts";
import { createUsageLedger } from "../../../src/accounts/usage-ledger.ts";
import type { SessionView } from "../../../src/domain/session-view.ts";
import { anAdmission, createTenant, FakeClock, NOON } from "./tenant.ts";

const index = createSessionIndex({ database: env.DB });
const ledger = createUsageLedger({ database: env.DB });

/** One admitted session of a new tenant. */
async function arrange(now = NOON) {
  const clock = new FakeClock(now);
  const { principal } = await createTenant({ concurrentSessions: 5, monthlySessions: 5 }, clock);
  const { accountId } = principal;
  const admission = anAdmission(clock);
  const { id } = admission;
  await index.admit(principal, admission);
  const end = (changes: Partial<SessionEnd> = {}) =>
    index.recordEnd({
      id,
      status: "destroyed",
      endReason: "requested",
      endedAt: clock.now(),
      browserMs: 60_000,
      proxyBytes: 1000,
      proxyCostMicros: 8,
      browserId: null,
      refund: false,
      finalView: null,
      ...changes,
    });
  const status = async () => (await index.find(accountId, id))?.summary.status;
  return { clock, principal, accountId, id, end, status };
}

const COUNTED = { sessions: 1, browserMs: 60_000, proxyBytes: 1000, proxyCostMicros: 8 };

/** The index keeps views without looking into them. */
const aView = (text: string) => ({ endDetail: text, spec: { tags: [] } }) as unknown as SessionView;

describe("the end of a session", () => {
  it("frees the slot and adds the usage", async ({ expect }) => {
    const { accountId, id, end, clock } = await arrange();
    clock.advance(90_000);
    expect(await end()).toBe(true);
    expect(await index.standing(accountId, "2026-11")).toEqual({ usedThisMonth: 1, active: 0 });
    expect(await ledger.month(accountId, "2026-11")).toEqual(COUNTED);
    const found = await index.find(accountId, id);
    expect(found?.summary).toMatchObject({ status: "destroyed", endReason: "requested", endedAt: clock.now() });
  });

  it("counts once, however often and however parallel it is recorded", async ({ expect }) => {
    const { accountId, end } = await arrange();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => end()));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await end({ browserMs: 1_000_000, proxyBytes: 5, refund: true })).toBe(false);
    expect(await ledger.month(accountId, "2026-11")).toEqual(COUNTED);
  });

  it("keeps the first reason", async ({ expect }) => {
    const { accountId, id, end } = await arrange();
    await end({ endReason: "expired" });
    await end({ status: "failed", endReason: "crashed" });
    expect((await index.find(accountId, id))?.summary).toMatchObject({ status: "destroyed", endReason: "expired" });
  });

  it("gives the quota back for a failed launch, once", async ({ expect }) => {
    const { accountId, end } = await arrange();
    const failed = { status: "failed", endReason: "launch_failed", browserMs: 0, refund: true } as const;
    await end(failed);
    await end(failed);
    expect(await index.standing(accountId, "2026-11")).toEqual({ usedThisMonth: 0, active: 0 });
    // Its vendor has counted what the launch moved.
    expect(await ledger.month(accountId, "2026-11")).toMatchObject({ proxyBytes: 1000, proxyCostMicros: 8 });
  });

  it("counts in the month of the admission although it comes in the next", async ({ expect }) => {
    const { clock, accountId, end } = await arrange("2026-11-30T23:59:00.000Z");
    clock.set("2026-12-01T00:01:00.000Z");
    await end({ browserMs: 120_000 });
    expect(await ledger.month(accountId, "2026-11")).toEqual({ ...COUNTED, browserMs: 120_000 });
    expect(await ledger.month(accountId, "2026-12")).toMatchObject({ sessions: 0, browserMs: 0, proxyBytes: 0 });
  });

  it("leaves other sessions of the account their slots", async ({ expect }) => {
    const { clock, principal, accountId, end } = await arrange();
    const other = anAdmission(clock);
    await index.admit(principal, other);
    await end();
    expect(await index.runningIds(accountId)).toEqual([other.id]);
  });

  it("keeps the final view", async ({ expect }) => {
    const { accountId, id, end } = await arrange();
    await end({ finalView: aView("first") });
    expect((await index.find(accountId, id))?.view).toEqual({ ...aView("first"), profile: null, extensions: [] });
  });

  it("takes a final view that comes later, and never replaces one", async ({ expect }) => {
    const { accountId, id, end } = await arrange();
    await end();
    await end({ finalView: aView("second") });
    await end({ finalView: aView("third") });
    expect((await index.find(accountId, id))?.view).toEqual({ ...aView("second"), profile: null, extensions: [] });
  });

  it("shows what the admission and the row tell of a session whose object is lost", async ({ expect }) => {
    const { accountId, id, end } = await arrange();
    expect((await index.find(accountId, id))?.view).toMatchObject({ status: "launching", endReason: null });
    await end({ status: "failed", endReason: "engine_closed", finalView: null });
    const { view } = (await index.find(accountId, id)) ?? {};
    expect(view).toMatchObject({ status: "failed", endReason: "engine_closed", spec: { tags: [] } });
    expect(view?.endedAt).toBeGreaterThan(0);
  });

  it("does nothing for a session that is not there", async ({ expect }) => {
    const { clock, accountId, end } = await arrange();
    expect(await end({ id: anAdmission(clock).id })).toBe(false);
    expect(await index.standing(accountId, "2026-11")).toEqual({ usedThisMonth: 1, active: 1 });
  });
});

describe("a status report", () => {
  it("is taken in the order of revisions, not of arrival", async ({ expect }) => {
    const { id, status } = await arrange();
    expect(await status()).toBe("launching");
    await index.recordStatus({ id, status: "active", revision: 2, browserId: null });
    await index.recordStatus({ id, status: "ready", revision: 1, browserId: null });
    expect(await status()).toBe("active");
    await index.recordStatus({ id, status: "idle", revision: 2, browserId: null });
    expect(await status()).toBe("active");
    await index.recordStatus({ id, status: "idle", revision: 3, browserId: null });
    expect(await status()).toBe("idle");
  });

  it("does not bring back an ended session, and says that it has ended", async ({ expect }) => {
    const { id, end, status } = await arrange();
    expect(await index.recordStatus({ id, status: "ready", revision: 1, browserId: null })).toBe(false);
    await end();
    expect(await index.recordStatus({ id, status: "active", revision: 99, browserId: null })).toBe(true);
    expect(await status()).toBe("destroyed");
  });

  it("does not end a session: that is for the end to do, which frees the slot", async ({ expect }) => {
    const { id, status } = await arrange();
    await index.recordStatus({ id, status: "failed", revision: 1, browserId: null });
    expect(await status()).toBe("launching");
  });
});

describe("the browser of a session", () => {
  const ownersOf = async (browserId: string) =>
    (await index.browserOwners([browserId])).map(({ sessionId, endedAt }) => [sessionId, endedAt]);

  it("is found by its id from the report of the launch on", async ({ expect }) => {
    const { id, end, clock } = await arrange();
    const browserId = crypto.randomUUID();
    expect(await ownersOf(browserId)).toEqual([]);
    await index.recordStatus({ id, status: "ready", revision: 1, browserId });
    expect(await ownersOf(browserId)).toEqual([[id, null]]);
    await end();
    expect(await ownersOf(browserId)).toEqual([[id, clock.now()]]);
  });

  it("is known although the report comes after the end, which stays as it is", async ({ expect }) => {
    const { id, end, status, clock } = await arrange();
    const browserId = crypto.randomUUID();
    await end();
    await index.recordStatus({ id, status: "ready", revision: 1, browserId });
    expect(await ownersOf(browserId)).toEqual([[id, clock.now()]]);
    expect(await status()).toBe("destroyed");
  });

  it("is known from the end alone, and never forgotten by one that does not know it", async ({ expect }) => {
    const first = await arrange();
    const second = await arrange();
    const browserIds = [crypto.randomUUID(), crypto.randomUUID()];
    await first.end({ browserId: browserIds[0] ?? "" });
    await index.recordStatus({ id: second.id, status: "ready", revision: 1, browserId: browserIds[1] ?? "" });
    await second.end({ browserId: null });
    const owners = await index.browserOwners(browserIds);
    expect(owners.map(({ sessionId }) => sessionId).toSorted()).toEqual([first.id, second.id].toSorted());
  });

  it("is missing from the index while it is not known", async ({ expect }) => {
    const { id, clock } = await arrange("2001-01-01T00:00:00.000Z");
    expect(await index.oldestWithoutBrowser()).toBe(clock.now());
    await index.recordStatus({ id, status: "ready", revision: 1, browserId: crypto.randomUUID() });
    expect(await index.oldestWithoutBrowser()).not.toBe(clock.now());
  });
});
