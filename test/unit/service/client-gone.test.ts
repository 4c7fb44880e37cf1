import { describe, it } from "vitest";
import type { ServiceOptions } from "./fake-sessions.ts";
import { createServiceSetup } from "./fake-sessions.ts";
import { aRequest } from "./requests.ts";

const NOTHING = { usedThisMonth: 0, active: 0 };

const ORIGIN = "https://berth.invalid";

/** A create whose launch the test holds, by a client that the test makes leave. */
async function arrange(options: ServiceOptions = {}) {
  const setup = await createServiceSetup(options);
  const { sessions, service, principal } = setup;
  const client = new AbortController();
  const { promise, resolve: finishLaunch } = Promise.withResolvers<void>();
  sessions.launched = promise;
  const create = (idempotencyKey?: string) =>
    service.create(principal, aRequest(), {
      origin: ORIGIN,
      gone: client.signal,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  const leave = () => client.abort();
  return { ...setup, create, leave, finishLaunch };
}

describe("a client that leaves before the answer", () => {
  it("leaves no session: it ends while it launches, frees its slot and does not count", async ({ expect }) => {
    const { create, leave, finishLaunch, sessions, standing, settle, service, principal } = await arrange();
    const creating = create();
    await expect.poll(() => sessions.created.length).toBe(1);
    leave();
    await expect.poll(standing).toEqual(NOTHING);
    finishLaunch();
    await creating;
    await settle();
    const id = sessions.created[0]?.id ?? "";
    expect(await service.describe(principal, id)).toMatchObject({
      value: {
        view: { status: "failed", endReason: "launch_failed", endDetail: "the client left before the answer" },
      },
    });
  });

  it("leaves no session when its end comes before the create to the object", async ({ expect }) => {
    const { create, leave, finishLaunch, sessions, standing, settle } = await arrange();
    sessions.overtakes = true;
    const creating = create();
    await expect.poll(() => sessions.created.length).toBe(1);
    leave();
    await expect.poll(() => sessions.missedEnds).toBe(1);
    finishLaunch();
    await creating;
    await settle();
    expect(sessions.isRunning(sessions.created[0]?.id ?? ("" as never))).toBe(false);
    expect(await standing()).toEqual(NOTHING);
  });

  it("launches nothing when it has left by the time of the admission", async ({ expect }) => {
    const { create, leave, finishLaunch, sessions, standing } = await arrange();
    leave();
    finishLaunch();
    expect(await create()).toMatchObject({ ok: false, failure: { kind: "launchFailed" } });
    expect(sessions.created).toEqual([]);
    expect(await standing()).toEqual(NOTHING);
  });

  it("finds its session again when its request had a key", async ({ expect }) => {
    const { create, leave, finishLaunch, sessions, standing, settle, service, principal } = await arrange();
    const creating = create("k");
    await expect.poll(() => sessions.created.length).toBe(1);
    leave();
    finishLaunch();
    await creating;
    await settle();
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
    const retry = await service.create(principal, aRequest(), { origin: ORIGIN, idempotencyKey: "k" });
    expect(retry).toMatchObject({ ok: true, value: { view: { id: sessions.created[0]?.id, status: "ready" } } });
  });

  it("does no harm once it has its answer", async ({ expect }) => {
    const { create, leave, finishLaunch, standing, settle } = await arrange();
    finishLaunch();
    expect(await create()).toMatchObject({ ok: true });
    leave();
    await settle();
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
  });

  it("does not take the work along: it is handed to the platform to be finished", async ({ expect }) => {
    const { create, finishLaunch, sessions, works } = await arrange();
    const creating = create();
    await expect.poll(() => sessions.created.length).toBe(1);
    expect(works).toHaveLength(1);
    let finished = false;
    const handedOver = works[0]?.then(() => {
      finished = true;
    });
    expect(finished).toBe(false);
    finishLaunch();
    await creating;
    await handedOver;
    expect(finished).toBe(true);
  });
});
