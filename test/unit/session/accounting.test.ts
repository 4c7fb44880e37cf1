import { describe, expect, it } from "vitest";
import { EngineError } from "../../../src/engines/engine.ts";
import { createLogger } from "../../../src/observability/logger.ts";
import { reapSessions } from "../../../src/service/reaper.ts";
import { type IndexedSession, withIndexedSession } from "../../support/worker/indexed-session.ts";

const MINUTE = 60_000;
const D1_AWAY = new Error("D1_ERROR: Network connection lost.");
const NOTHING = { sessions: 0, browserMs: 0, active: 0 };
const ONE_MINUTE = { sessions: 1, browserMs: MINUTE, active: 0 };

/** The cron's look at this session alone, whatever else the index holds. */
const reap = ({ index, clock, command, controller }: IndexedSession) =>
  reapSessions({
    index: {
      recordEnd: index.recordEnd,
      unendedOlderThan: async (...asked) =>
        (await index.unendedOlderThan(...asked)).filter(({ id }) => id === command.id),
    },
    sessionObject: () => controller,
    clock,
    logger: createLogger({ sink: () => undefined }),
  });

const rowOf = async ({ index, command: { accountId, id } }: IndexedSession) =>
  (await index.find(accountId, id))?.summary;

describe("what a session costs its account", () => {
  it("is nothing when the engine refuses with 429 until the launch limit", () =>
    withIndexedSession(async (session) => {
      const { controller, engine, clock, command, counted, endReports, storage } = session;
      engine.beforeLaunch = () => {
        clock.advance(9_000);
        return Promise.reject(new EngineError("the engine answered 429", { retryAfterMs: 1 }));
      };
      expect(await counted()).toEqual({ sessions: 1, browserMs: 0, active: 1 });
      expect(await controller.create(command)).toMatchObject({
        failure: { kind: "launchFailed", reason: "the engine answered 429", retryAfterMs: 1 },
      });
      expect(engine.launches).toBe(4);
      expect(await counted()).toEqual(NOTHING);
      expect(endReports()).toBe(1);
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("is counted once, however often the index fails before it takes the end", () =>
    withIndexedSession(async (session) => {
      const { controller, clock, command, counted, endReports, onEnd, storage } = session;
      await controller.create(command);
      clock.advance(MINUTE);
      let failures = 0;
      onEnd(async (record) => {
        failures += 1;
        // The last failure loses the answer only: the end is in the index, and comes again.
        if (failures === 4) await record();
        if (failures <= 4) throw D1_AWAY;
        return record();
      });
      await controller.end("requested");
      for (let tries = 0; tries < 6; tries++) {
        clock.advance(15_000);
        await controller.onAlarm();
      }
      expect(endReports()).toBe(5);
      expect(await counted()).toEqual(ONE_MINUTE);
      expect(await rowOf(session)).toMatchObject({ status: "destroyed", endReason: "requested" });
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("is counted by the object alone while it still tries, with its own reason and time", () =>
    withIndexedSession(async (session) => {
      const { controller, clock, command, counted, onEnd } = session;
      await controller.create(command);
      clock.advance(MINUTE);
      onEnd(() => Promise.reject(D1_AWAY));
      await controller.end("requested");
      clock.advance(14_999);
      expect(await reap(session)).toEqual([]);
      expect(await counted()).toMatchObject({ active: 1 });
      onEnd((record) => record());
      clock.advance(1);
      expect(await reap(session)).toEqual([]);
      expect(await counted()).toEqual(ONE_MINUTE);
      expect(await rowOf(session)).toMatchObject({ endReason: "requested" });
    }));

  it("ends with its deadline although the alarm was lost", () =>
    withIndexedSession(
      async (session) => {
        const { controller, clock, command, counted, storage } = session;
        await controller.create(command);
        await storage.deleteAlarm();
        clock.advance(2 * MINUTE);
        await reap(session);
        expect(await counted()).toEqual({ sessions: 1, browserMs: 2 * MINUTE, active: 0 });
        expect(await rowOf(session)).toMatchObject({ status: "destroyed", endReason: "expired" });
      },
      { lifetimeMs: MINUTE },
    ));

  it("ends when its object was deleted, with the time until that was found", () =>
    withIndexedSession(async (session) => {
      const { controller, clock, command, counted, storage, settled, reincarnate } = session;
      await controller.create(command);
      await settled();
      await storage.deleteAlarm();
      await storage.deleteAll();
      clock.advance(3 * MINUTE);
      const gone = { ...session, controller: reincarnate() };
      expect(await reap(gone)).toEqual([{ id: command.id, reason: "engine_closed" }]);
      expect(await reap(gone)).toEqual([]);
      expect(await counted()).toEqual({ sessions: 1, browserMs: 3 * MINUTE, active: 0 });
    }));

  it("is nothing when the object was never reached", () =>
    withIndexedSession(async (session) => {
      session.clock.advance(MINUTE + 1);
      expect(await reap(session)).toEqual([{ id: session.command.id, reason: "launch_failed" }]);
      expect(await session.counted()).toEqual(NOTHING);
    }));

  it("is nothing when its object finds at its first report that it was given up: it ends by itself", () =>
    withIndexedSession(async (session) => {
      const { controller, command, counted, engine, index, clock, settled, storage } = session;
      const givenUp = { status: "failed", endReason: "launch_failed", browserMs: 0, refund: true } as const;
      const { id } = command;
      await index.recordEnd({
        id,
        ...givenUp,
        proxyBytes: 0,
        proxyCostMicros: 0,
        browserId: null,
        finalView: null,
        endedAt: clock.now(),
      });
      await controller.create(command);
      clock.advance(MINUTE);
      await settled();
      expect(engine.closed).toEqual(["browser-1"]);
      expect(await counted()).toEqual(NOTHING);
      expect(await rowOf(session)).toMatchObject({ status: "failed", endReason: "launch_failed" });
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("is one end when the object and the cron both find it at once", () =>
    withIndexedSession(async (session) => {
      const { controller, clock, command, counted } = session;
      await controller.create(command);
      clock.advance(MINUTE);
      const common = { id: command.id, browserId: null, finalView: null, endedAt: clock.now(), refund: false } as const;
      const used = { browserMs: MINUTE, proxyBytes: 0, proxyCostMicros: 0 };
      await Promise.all([
        controller.end("requested"),
        session.index.recordEnd({ ...common, status: "failed", endReason: "engine_closed", ...used }),
        controller.end("expired"),
        session.index.recordEnd({ ...common, status: "failed", endReason: "engine_closed", ...used }),
      ]);
      expect(await counted()).toEqual(ONE_MINUTE);
    }));
});

describe("the index's knowledge of a browser", () => {
  it("comes with the launch, and stays after the end", () =>
    withIndexedSession(async ({ controller, command, index, settled }) => {
      // Every test's engine names its browsers alike.
      const owner = async () =>
        (await index.browserOwners(["browser-1"])).find(({ sessionId }) => sessionId === command.id);
      expect(await owner()).toBeUndefined();
      await controller.create(command);
      await settled();
      expect(await owner()).toMatchObject({ endedAt: null });
      await controller.end("requested");
      expect(await owner()).toMatchObject({ endReason: "requested" });
    }));
});
