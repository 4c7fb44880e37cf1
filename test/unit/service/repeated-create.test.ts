import type { CreateCall } from "../../../src/service/session-service.ts";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import type { Failure } from "../../../src/domain/failure.ts";
import type { Result } from "../../../src/domain/result.ts";
import type { OwnedSession } from "../../../src/session/session-object.ts";
import { createTenant } from "../accounts/tenant.ts";
import type { ServiceOptions } from "./fake-sessions.ts";
import { createServiceSetup } from "./fake-sessions.ts";
import { aRequest } from "./requests.ts";

const HOUR = 60 * 60_000;
const ORIGIN = "https://berth.invalid";
const KEY = { origin: ORIGIN, idempotencyKey: "order 4711" };
const UNDECIDED = { ok: false, failure: { kind: "unavailable", retryAfterMs: 2000 } };

async function arrange(options: ServiceOptions = {}) {
  const setup = await createServiceSetup(options);
  const create = (spec: Parameters<typeof aRequest>[0] = {}, call: CreateCall = KEY) =>
    setup.service.create(setup.principal, aRequest(spec), call);
  return { ...setup, create };
}

function idOf(outcome: Result<OwnedSession, Failure>): string {
  if (!outcome.ok) throw new Error(outcome.failure.kind);
  return outcome.value.view.id;
}

describe("a create that comes again with its key", () => {
  it("is answered with the session of the first one, as it is now", async ({ expect }) => {
    const { create, service, principal, sessions, standing } = await arrange();
    const id = idOf(await create());
    await service.setTags(principal, id, ["later"]);
    const again = await create();
    expect(idOf(again)).toBe(id);
    expect(again).toMatchObject({ value: { connectToken: "ct_connect", view: { status: "ready" } } });
    expect(sessions.created).toHaveLength(1);
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("launches one browser however many come at once, and all get it", async ({ expect }) => {
    const { create, sessions, standing } = await arrange({ limits: { concurrentSessions: 1 } });
    const { promise, resolve } = Promise.withResolvers<void>();
    sessions.launched = promise;
    const creating = Array.from({ length: 8 }, () => create());
    await expect.poll(() => sessions.joined.length).toBe(7);
    resolve();
    const ids = (await Promise.all(creating)).map(idOf);
    expect(new Set(ids).size).toBe(1);
    expect(sessions.created).toHaveLength(1);
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("finds the final view of a session that has ended", async ({ expect }) => {
    const { create, service, principal, sessions } = await arrange();
    const id = idOf(await create());
    await service.end(principal, id);
    expect(await create()).toMatchObject({
      ok: true,
      value: { connectToken: null, liveViewToken: null, view: { id, status: "destroyed", endReason: "requested" } },
    });
    expect(sessions.created).toHaveLength(1);
  });

  it("finds the final view of a session that ends between the index and the object", async ({ expect }) => {
    const { create, sessions, service, principal } = await arrange({
      wrapIndex: (index) => ({
        ...index,
        // What a slow reader sees: the session before its end.
        admitOnce: async (...asking) => {
          const outcome = await index.admitOnce(...asking);
          if (!outcome.ok || outcome.value.kind === "admitted") return outcome;
          const { claimed } = outcome.value;
          return { ok: true, value: { kind: "claimed", claimed: { ...claimed, ended: false, finalView: null } } };
        },
      }),
    });
    const id = idOf(await create());
    await service.end(principal, id);
    expect(await create()).toMatchObject({ ok: true, value: { view: { id, status: "destroyed" } } });
    expect(sessions.joined).toEqual([id]);
  });

  it("answers what is known of a session that was lost without a word", async ({ expect }) => {
    const { create, index, clock } = await arrange();
    const id = idOf(await create()) as Parameters<typeof index.find>[1];
    const lost = { status: "failed", endReason: "engine_closed", endedAt: clock.now(), finalView: null } as const;
    await index.recordEnd({
      id,
      ...lost,
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: false,
    });
    const view = { id, status: "failed", endReason: "engine_closed" };
    expect(await create()).toMatchObject({ ok: true, value: { view } });
  });

  it("is told to come back while the object does not answer, and takes nothing", async ({ expect }) => {
    const { create, sessions, standing, logger } = await arrange();
    await create();
    sessions.joinError = new Error("Durable Object is overloaded");
    expect(await create()).toMatchObject(UNDECIDED);
    expect(logger.events).toContain("session.create_not_joined");
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("is told to come back while the session is on its way to its object", async ({ expect }) => {
    const { create, sessions, index } = await arrange();
    const id = idOf(await create()) as Parameters<typeof index.find>[1];
    sessions.forget(id);
    expect(await create()).toMatchObject(UNDECIDED);
  });

  it("is answered although it would be refused by now", async ({ expect }) => {
    const { principal, service, create } = await arrange();
    const id = idOf(await create({ lifetimeMs: HOUR }));
    const shorter = { ...principal, plan: { ...principal.plan, maxLifetimeMs: HOUR / 2 } };
    expect(idOf(await service.create(shorter, aRequest({ lifetimeMs: HOUR }), KEY))).toBe(id);
    expect(
      await service.create(shorter, aRequest({ lifetimeMs: HOUR }), { origin: ORIGIN, idempotencyKey: "new" }),
    ).toMatchObject({
      failure: { kind: "invalidRequest", field: "timeout" },
    });
  });
});

describe("a key", () => {
  const reused = { kind: "invalidRequest", field: "Idempotency-Key" };

  it("is refused for another request, in the other dialect too", async ({ expect }) => {
    const { create, sessions } = await arrange();
    await create({ tags: ["a"] });
    const message = "Idempotency-Key was used for another request";
    expect(await create({ tags: ["b"] })).toEqual({ ok: false, failure: { ...reused, message } });
    expect(await create({ tags: ["a"], dialect: "anchor" })).toMatchObject({ failure: reused });
    expect(sessions.created).toHaveLength(1);
  });

  it("sees through the order of a request's fields", async ({ expect }) => {
    const { principal, service } = await arrange();
    const proxy = { type: "residential", country: "US", region: null, city: null, sticky: false } as const;
    const allowed = { ...principal, plan: { ...principal.plan, proxyTypes: ["residential"] } };
    const first = await service.create(allowed, aRequest({ proxy }), KEY);
    const { type, ...rest } = proxy;
    expect(idOf(await service.create(allowed, aRequest({ proxy: { ...rest, type } }), KEY))).toBe(idOf(first));
  });

  it("belongs to one account", async ({ expect }) => {
    const { create, service } = await arrange();
    const { principal: stranger } = await createTenant({ concurrentSessions: 5 });
    const id = idOf(await create());
    expect(idOf(await service.create(stranger, aRequest(), KEY))).not.toBe(id);
  });

  it("makes no difference to requests without one", async ({ expect }) => {
    const { create, sessions } = await arrange();
    const ids = [await create(), await create({}, { origin: ORIGIN }), await create({}, { origin: ORIGIN })].map(idOf);
    expect(new Set(ids).size).toBe(3);
    expect(sessions.created).toHaveLength(3);
  });

  it("is not used up by a refusal", async ({ expect }) => {
    const { create, service, principal } = await arrange({ limits: { concurrentSessions: 1 } });
    const blocking = idOf(await create({}, { origin: ORIGIN }));
    expect(await create()).toMatchObject({ failure: { kind: "concurrencyLimitReached" } });
    await service.end(principal, blocking);
    expect(await create({ tags: ["changed"] })).toMatchObject({ ok: true });
  });

  it("is not used up by a launch that fails, nor by one whose answer is lost", async ({ expect }) => {
    const { create, sessions, settle } = await arrange();
    sessions.launchFailure = { kind: "launchFailed", reason: "none left", retryAfterMs: 1 };
    expect(await create()).toMatchObject({ failure: { kind: "launchFailed" } });
    sessions.launchFailure = undefined;
    sessions.createError = new Error("Durable Object reset");
    expect(await create()).toMatchObject({ failure: { kind: "launchFailed" } });
    await settle();
    sessions.createError = undefined;
    const id = idOf(await create());
    expect(idOf(await create())).toBe(id);
    expect(sessions.created).toHaveLength(3);
  });

  it("is not used up by an admission whose answer is lost", async ({ expect }) => {
    let lose = true;
    const { create, settle, standing } = await arrange({
      wrapIndex: (index) => ({
        ...index,
        admitOnce: async (...asking) => {
          const outcome = await index.admitOnce(...asking);
          if (lose) throw new Error("D1_ERROR: Network connection lost.");
          return outcome;
        },
      }),
    });
    await expect(create()).rejects.toThrow("D1_ERROR");
    await settle();
    lose = false;
    expect(await create()).toMatchObject({ ok: true, value: { view: { status: "ready" } } });
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("stands for its session for a day", async ({ expect }) => {
    const { create, clock } = await arrange();
    const id = idOf(await create());
    clock.advance(24 * HOUR - 1);
    expect(idOf(await create())).toBe(id);
    clock.advance(1);
    expect(idOf(await create())).not.toBe(id);
  });

  it("leaves neither itself nor the request in the database", async ({ expect }) => {
    const { create, principal } = await arrange();
    await create({ tags: ["secret-tag"] });
    const { results } = await env.DB.prepare("SELECT * FROM idempotency_keys WHERE account_id = ?1")
      .bind(principal.accountId)
      .all();
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results)).not.toMatch(/4711|secret-tag/);
  });
});
