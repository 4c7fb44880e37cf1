import { runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { faults } from "../support/faults.ts";
import type { Fault } from "../support/outcome.ts";
import { runCron, World } from "../support/world.ts";

const HOUR = 3_600_000;

/** Alarms that come late, twice or never, and clocks that jump. */
export const TIME_FAULTS: readonly Fault[] = [
  {
    name: "alarm two hours late",
    phase: "ready",
    happen: async () => {
      const world = await World.in("ready");
      await runInDurableObject(world.object(), (_instance, state) => state.storage.deleteAlarm());
      faults.clockOffsetMs = 2 * HOUR;
      await world.alarm();
      return world;
    },
    outcome: { state: "destroyed", reason: "idle", usage: 1 },
  },
  {
    name: "alarm lost; the cron comes by",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      await runInDurableObject(world.object(), (_instance, state) => state.storage.deleteAlarm());
      faults.clockOffsetMs = 2 * HOUR;
      await runCron();
      return world;
    },
    outcome: { state: "destroyed", reason: "expired", close: 4002, usage: 1 },
  },
  {
    name: "alarm comes three times at once",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      await world.alarm(3);
      return world;
    },
    outcome: { state: "active", close: "stays", usage: 1 },
  },
  {
    name: "alarm comes three times at once at the end of the time",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      faults.clockOffsetMs = 2 * HOUR;
      await world.alarm(3);
      return world;
    },
    outcome: { state: "destroyed", reason: "expired", close: 4002, usage: 1 },
  },
  {
    name: "clock jumps an hour back",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      faults.clockOffsetMs = -HOUR;
      await world.alarm();
      return world;
    },
    outcome: { state: "active", close: "stays", usage: 1 },
  },
  {
    name: "clock jumps past the idle time while a client is connected",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      faults.clockOffsetMs = HOUR / 4;
      await world.alarm();
      return world;
    },
    outcome: { state: "active", close: "stays", usage: 1 },
  },
  {
    name: "clock jumps past the idle time",
    phase: "idle",
    happen: async () => {
      const world = await World.in("idle");
      faults.clockOffsetMs = HOUR / 4;
      await world.alarm();
      return world;
    },
    outcome: { state: "destroyed", reason: "idle", usage: 1 },
  },
  {
    name: "object's storage lost; the cron comes by twice",
    phase: "idle",
    happen: async () => {
      const world = await World.in("idle");
      await runInDurableObject(world.object(), async (_instance, state) => {
        await state.storage.deleteAlarm();
        await state.storage.deleteAll();
        state.abort("its memory goes too");
      }).catch(() => undefined);
      faults.clockOffsetMs = HOUR / 4;
      await runCron();
      expect(await world.slots()).toBe(0);
      // A browser is closed a minute after its session's row has ended: until then its object may be at it.
      await runCron();
      return world;
    },
    outcome: { state: "failed", reason: "engine_closed", usage: 1 },
  },
];
