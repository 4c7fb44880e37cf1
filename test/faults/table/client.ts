import { expect } from "vitest";
import type { Fault } from "../support/outcome.ts";
import { World } from "../support/world.ts";

/** Clients that behave as none should. */
export const CLIENT_FAULTS: readonly Fault[] = [
  {
    name: "client closes while its commands wait",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      for (let n = 0; n < 100; n += 1) void world.client?.call("Browser.getVersion");
      world.client?.close();
      await expect.poll(async () => (await world.show()).status).toBe("idle");
      await world.expectTabsKept();
      return world;
    },
    outcome: { state: "idle", close: 1000, usage: 1 },
  },
  {
    name: "client sends binary",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      world.client?.socket.send(new Uint8Array(8));
      return world;
    },
    outcome: { state: "idle", close: 1003, usage: 1 },
  },
  {
    name: "client closes the browser",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      await world.client?.send("Browser.close");
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", close: 4000, usage: 1 },
  },
  {
    name: "two DELETEs at once",
    phase: "ending",
    happen: async () => {
      const world = await World.in("active");
      const answers = await Promise.all([world.delete(), world.delete()]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", close: 4000, usage: 1 },
  },
];
