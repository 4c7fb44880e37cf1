import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import type { Plan } from "../../../src/domain/plan.ts";
import { FakeClock, NOON, anAdmission, countingDatabase, createTenant } from "./tenant.ts";

const index = createSessionIndex({ database: env.DB });

/** `admit` for a tenant with these limits, and the standing afterwards. */
async function arrange(limits: Partial<Plan>, now = NOON) {
  const clock = new FakeClock(now);
  const { principal } = await createTenant(limits, clock);
  const admit = (plan?: Partial<Plan>) =>
    index.admit({ ...principal, plan: { ...principal.plan, ...plan } }, anAdmission(clock));
  const standing = (month = "2026-11") => index.standing(principal.accountId, month);
  return { clock, principal, admit, standing };
}

describe("admission", () => {
  it("lets exactly the limit through of a parallel burst, and tells the others exact numbers", async ({ expect }) => {
    const { principal, admit, standing } = await arrange({ concurrentSessions: 5 });
    const outcomes = await Promise.all(Array.from({ length: 15 }, () => admit()));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(5);
    const refused = outcomes.filter(({ ok }) => !ok);
    expect(refused).toEqual(
      Array.from({ length: 10 }, () => ({
        ok: false,
        failure: {
          kind: "concurrencyLimitReached",
          plan: principal.plan.name,
          active: 5,
          requested: 1,
          limit: 5,
        },
      })),
    );
    expect(await standing()).toEqual({ usedThisMonth: 5, active: 5 });
  });

  it("lets exactly the monthly quota through of a parallel burst", async ({ expect }) => {
    const { principal, admit, standing } = await arrange({ monthlySessions: 4, concurrentSessions: 50 });
    const outcomes = await Promise.all(Array.from({ length: 14 }, () => admit()));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(4);
    const { accountId, plan } = principal;
    const failure = { kind: "quotaExceeded", accountId, plan: plan.name, used: 4, limit: 4 };
    expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array.from({ length: 10 }, () => ({ ok: false, failure })));
    expect(await standing()).toEqual({ usedThisMonth: 4, active: 4 });
  });

  it("refuses for the quota before it refuses for concurrency", async ({ expect }) => {
    const { admit } = await arrange({ monthlySessions: 1, concurrentSessions: 1 });
    await admit();
    expect(await admit()).toMatchObject({ ok: false, failure: { kind: "quotaExceeded", used: 1, limit: 1 } });
  });

  it("goes on past the quota where the plan has a price for it", async ({ expect }) => {
    const { admit, standing } = await arrange({ monthlySessions: 1, overageMicros: 0, concurrentSessions: 3 });
    await admit();
    expect(await admit()).toMatchObject({ ok: true });
    expect(await standing()).toEqual({ usedThisMonth: 2, active: 2 });
  });

  it("counts quota by the UTC month of the admission, to the millisecond", async ({ expect }) => {
    const { clock, admit, standing } = await arrange(
      { monthlySessions: 1, concurrentSessions: 9 },
      "2026-11-30T23:59:59.999Z",
    );
    expect(await admit()).toMatchObject({ ok: true });
    expect(await admit()).toMatchObject({ ok: false, failure: { kind: "quotaExceeded" } });
    clock.advance(1);
    expect(await admit()).toMatchObject({ ok: true });
    expect(await standing("2026-11")).toEqual({ usedThisMonth: 1, active: 2 });
    expect(await standing("2026-12")).toEqual({ usedThisMonth: 1, active: 2 });
  });

  it("keeps accounts apart", async ({ expect }) => {
    const one = await arrange({ concurrentSessions: 1 });
    const other = await arrange({ concurrentSessions: 1 });
    await one.admit();
    expect(await other.admit()).toMatchObject({ ok: true });
  });

  it("follows a plan that changes in mid-month", async ({ expect }) => {
    const { admit } = await arrange({ concurrentSessions: 1 });
    await admit();
    expect(await admit()).toMatchObject({ ok: false });
    expect(await admit({ concurrentSessions: 2 })).toMatchObject({ ok: true });
    expect(await admit({ concurrentSessions: 1 })).toMatchObject({ failure: { active: 2, limit: 1 } });
  });

  it("leaves nothing of a refused session", async ({ expect }) => {
    const { clock, principal } = await arrange({ concurrentSessions: 0 });
    const admission = anAdmission(clock);
    expect(await index.admit(principal, admission)).toMatchObject({ ok: false });
    expect(await index.find(principal.accountId, admission.id)).toBeUndefined();
  });

  it("counts nothing when an id is taken", async ({ expect }) => {
    const { clock, principal, standing } = await arrange({ concurrentSessions: 5 });
    const admission = anAdmission(clock);
    await index.admit(principal, admission);
    await expect(index.admit(principal, admission)).rejects.toThrow(/UNIQUE/);
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("costs one round trip, whether it admits or refuses", async ({ expect }) => {
    const { clock, principal } = await arrange({ concurrentSessions: 1 });
    const { database, batches } = countingDatabase();
    const counted = createSessionIndex({ database });
    expect(await counted.admit(principal, anAdmission(clock))).toMatchObject({ ok: true });
    expect(batches()).toBe(1);
    expect(await counted.admit(principal, anAdmission(clock))).toMatchObject({ ok: false });
    expect(batches()).toBe(2);
  });
});
