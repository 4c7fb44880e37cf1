import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import type { KeyClaim } from "../../../src/accounts/idempotency-keys.ts";
import type { Admission } from "../../../src/accounts/session-admission.ts";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import type { SessionEnd } from "../../../src/accounts/session-slots.ts";
import type { Plan } from "../../../src/domain/plan.ts";
import { FakeClock, NOON, anAdmission, countingDatabase, createTenant } from "./tenant.ts";

const DAY = 24 * 60 * 60_000;
const index = createSessionIndex({ database: env.DB });

const claimOf = (key: string, request = "a"): KeyClaim => ({
  keyHash: key.padEnd(64, "0"),
  requestHash: request.padEnd(64, "0"),
});

async function arrange(limits: Partial<Plan> = { concurrentSessions: 5 }) {
  const clock = new FakeClock(NOON);
  const { principal } = await createTenant(limits, clock);
  const { accountId } = principal;
  /** Asks with a key; answers the session that the key stands for then, and the outcome. */
  const ask = async (claim: KeyClaim) => {
    const admission = anAdmission(clock);
    return { admission, outcome: await index.admitOnce(principal, admission, claim) };
  };
  const fail = ({ id }: Admission, changes: Partial<SessionEnd> = {}) =>
    index.recordEnd({
      id,
      status: "failed",
      endReason: "launch_failed",
      endedAt: clock.now(),
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: true,
      finalView: null,
      ...changes,
    });
  const standing = () => index.standing(accountId, "2026-11");
  return { clock, principal, accountId, ask, fail, standing };
}

async function keptHashes(accountId: string): Promise<readonly unknown[]> {
  const { results } = await env.DB.prepare("SELECT key_hash FROM idempotency_keys WHERE account_id = ?1")
    .bind(accountId)
    .all();
  return results.map(({ key_hash: hash }) => hash);
}

const admitted = { ok: true, value: { kind: "admitted" } };
const claimedBy = ({ id }: Admission) => ({ ok: true, value: { kind: "claimed", claimed: { sessionId: id } } });

describe("an admission with a key", () => {
  it("happens once, and later requests learn of the session", async ({ expect }) => {
    const { ask, standing } = await arrange();
    const first = await ask(claimOf("k"));
    expect(first.outcome).toEqual(admitted);
    const second = await ask(claimOf("k", "b"));
    expect(second.outcome).toEqual({
      ok: true,
      value: {
        kind: "claimed",
        claimed: {
          sessionId: first.admission.id,
          requestHash: claimOf("k").requestHash,
          ended: false,
          finalView: null,
        },
      },
    });
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("happens once of a parallel burst, whatever room there is", async ({ expect }) => {
    const { ask, standing } = await arrange({ concurrentSessions: 1 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(claimOf("burst"))));
    const [winner, ...further] = answers.filter(({ outcome }) => outcome.ok && outcome.value.kind === "admitted");
    expect(further).toEqual([]);
    if (winner === undefined) throw new Error("nobody was admitted");
    for (const answer of answers) {
      if (answer !== winner) expect(answer.outcome).toMatchObject(claimedBy(winner.admission));
    }
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("keeps accounts apart", async ({ expect }) => {
    const one = await arrange();
    const other = await arrange();
    expect((await one.ask(claimOf("same"))).outcome).toEqual(admitted);
    expect((await other.ask(claimOf("same"))).outcome).toEqual(admitted);
  });

  it("does not consume the key when it is refused", async ({ expect }) => {
    const { ask, fail, accountId, clock, standing } = await arrange({ concurrentSessions: 1, monthlySessions: 9 });
    const blocking = await ask(claimOf("other"));
    const refused = { ok: false, failure: { kind: "concurrencyLimitReached", active: 1, limit: 1 } };
    expect((await ask(claimOf("k"))).outcome).toMatchObject(refused);
    expect(await index.findClaim(accountId, claimOf("k").keyHash, clock.now())).toBeUndefined();
    expect(await keptHashes(accountId)).toEqual([claimOf("other").keyHash]);
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
    await fail(blocking.admission, { endReason: "requested", status: "destroyed" });
    expect((await ask(claimOf("k", "another"))).outcome).toEqual(admitted);
  });

  it("gives the key back after a launch that failed, also when that retry is refused", async ({ expect }) => {
    const { ask, fail, principal, clock } = await arrange({ concurrentSessions: 1 });
    const first = await ask(claimOf("k"));
    await fail(first.admission);
    await index.admit(principal, anAdmission(clock));
    expect((await ask(claimOf("k"))).outcome).toMatchObject({ ok: false });
    const [running] = await index.runningIds(principal.accountId);
    if (running === undefined) throw new Error("nothing runs");
    await fail({ ...first.admission, id: running });
    const retry = await ask(claimOf("k", "another"));
    expect(retry.outcome).toEqual(admitted);
    expect((await ask(claimOf("k"))).outcome).toMatchObject(claimedBy(retry.admission));
  });

  it("stands for a session that has ended, with its final view", async ({ expect }) => {
    const { ask, fail } = await arrange();
    const { admission } = await ask(claimOf("k"));
    await fail(admission, { status: "destroyed", endReason: "requested", finalView: { id: admission.id } as never });
    expect((await ask(claimOf("k"))).outcome).toMatchObject({
      value: { kind: "claimed", claimed: { sessionId: admission.id, ended: true, finalView: { id: admission.id } } },
    });
  });

  it("is free again after a day, to the millisecond", async ({ expect }) => {
    const { ask, clock } = await arrange();
    const first = await ask(claimOf("k"));
    clock.advance(DAY - 1);
    expect((await ask(claimOf("k"))).outcome).toMatchObject(claimedBy(first.admission));
    clock.advance(1);
    const second = await ask(claimOf("k"));
    expect(second.outcome).toEqual(admitted);
    expect((await ask(claimOf("k"))).outcome).toMatchObject(claimedBy(second.admission));
  });
});

describe("a key's price", () => {
  it("is no further round trip: one batch, whether it admits, repeats or refuses", async ({ expect }) => {
    const { principal, clock } = await arrange({ concurrentSessions: 1 });
    const { database, batches } = countingDatabase();
    const counted = createSessionIndex({ database });
    expect(await counted.admitOnce(principal, anAdmission(clock), claimOf("k"))).toEqual(admitted);
    expect(batches()).toBe(1);
    expect(await counted.admitOnce(principal, anAdmission(clock), claimOf("k"))).toMatchObject({ ok: true });
    expect(batches()).toBe(2);
    expect(await counted.admitOnce(principal, anAdmission(clock), claimOf("l"))).toMatchObject({ ok: false });
    expect(batches()).toBe(3);
  });
});

describe("old keys", () => {
  it("are deleted, and young ones are not", async ({ expect }) => {
    const { ask, clock, accountId } = await arrange();
    await index.deleteExpiredKeys(clock.now() - DAY);
    await ask(claimOf("old"));
    clock.advance(1);
    await ask(claimOf("young"));
    expect(await index.deleteExpiredKeys(clock.now() - 1 + DAY)).toBeGreaterThan(0);
    expect(await keptHashes(accountId)).toEqual([claimOf("young").keyHash]);
  });
});
