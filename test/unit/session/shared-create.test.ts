import { describe, expect, it } from "vitest";
import type { AccountId } from "../../../src/domain/ids.ts";
import { EngineError } from "../../../src/engines/engine.ts";
import { SharedCreate } from "../../../src/session/shared-create.ts";
import { type IndexedSession, withIndexedSession } from "../../support/worker/indexed-session.ts";

const SHORT = { launchMs: 20, arrivalMs: 20 };

const shared = ({ command: { id }, store, controller }: IndexedSession, waits?: typeof SHORT) =>
  new SharedCreate({ id, store, controller, ...(waits && { waits }) });

/** Makes the engine wait for the test. */
function holdLaunch({ engine }: IndexedSession): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  engine.beforeLaunch = () => promise;
  return resolve;
}

const UNDECIDED = { ok: false, failure: { kind: "unavailable", retryAfterMs: 2000 } };

describe("a repeated create at the session's object", () => {
  it("waits for the launch that runs, and gets the same session", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session);
      const release = holdLaunch(session);
      const first = creating.create(session.command);
      const others = [1, 2, 3].map(() => creating.join(session.command.accountId));
      release();
      const created = await first;
      expect(created).toMatchObject({ ok: true, value: { view: { status: "ready" } } });
      expect(await Promise.all(others)).toEqual([created, created, created]);
      expect(session.engine.launches).toBe(1);
    }));

  it("may come before the first one does", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session);
      const joined = creating.join(session.command.accountId);
      const created = await creating.create(session.command);
      expect(await joined).toEqual(created);
    }));

  it("shows the session as it is later, without a launch of its own", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session);
      await creating.create(session.command);
      await session.controller.clientConnected();
      expect(await creating.join(session.command.accountId)).toMatchObject({ value: { view: { status: "active" } } });
      expect(session.engine.launches).toBe(1);
    }));

  it("shares the failure of the launch", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session);
      session.engine.beforeLaunch = () => Promise.reject(new EngineError("none left", { retryAfterMs: 60_000 }));
      const first = creating.create(session.command);
      const joined = creating.join(session.command.accountId);
      expect(await first).toMatchObject({ failure: { kind: "launchFailed", reason: "none left" } });
      expect(await joined).toEqual(await first);
    }));

  it("does not wait for ever", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session, SHORT);
      const release = holdLaunch(session);
      const first = creating.create(session.command);
      expect(await creating.join(session.command.accountId)).toMatchObject(UNDECIDED);
      release();
      await first;
      expect(await creating.join(session.command.accountId)).toMatchObject({ value: { view: { status: "ready" } } });
    }));

  it("cannot know what became of a launch that another instance began, and gives it up", () =>
    withIndexedSession(async (session) => {
      holdLaunch(session);
      void shared(session).create(session.command);
      await expect.poll(() => session.engine.launches).toBe(1);
      const woken = shared({ ...session, controller: session.reincarnate() });
      expect(await woken.join(session.command.accountId)).toMatchObject(UNDECIDED);
      expect(session.engine.launches).toBe(1);
      expect(await session.counted()).toEqual({ sessions: 0, browserMs: 0, active: 0 });
    }));

  it("comes back later while the index has not heard that the launch failed", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session);
      session.onEnd(() => Promise.reject(new Error("D1_ERROR: away")));
      session.engine.beforeLaunch = () => Promise.reject(new EngineError("none left", { retryAfterMs: 60_000 }));
      await creating.create(session.command);
      expect(await creating.join(session.command.accountId)).toMatchObject(UNDECIDED);
    }));

  it("finds nothing where there is no session, or another account's", () =>
    withIndexedSession(async (session) => {
      const creating = shared(session, SHORT);
      const missing = { ok: false, failure: { kind: "sessionNotFound", sessionId: session.command.id } };
      expect(await creating.join(session.command.accountId)).toEqual(missing);
      await creating.create(session.command);
      expect(await creating.join("acct_stranger" as AccountId)).toEqual(missing);
      await session.controller.end("requested");
      expect(await creating.join(session.command.accountId)).toEqual(missing);
    }));
});
