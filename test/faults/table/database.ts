import { expect } from "vitest";
import { faults, first, losesAnswer, rejects } from "../support/faults.ts";
import type { Fault } from "../support/outcome.ts";
import { World } from "../support/world.ts";

const AWAY = "D1_ERROR: injected";

/** D1 does not answer, or its answer is lost. */
export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: "D1 away at admission",
    phase: "launching",
    happen: async () => {
      const world = await World.launching(() => faults.onDatabase("admission", rejects(AWAY)));
      expect((await world.created).status).toBe(503);
      return world;
    },
    outcome: { state: "none", usage: 0 },
  },
  {
    name: "D1's answer to the admission lost",
    phase: "launching",
    happen: async () => {
      const world = await World.launching(() => faults.onDatabase("admission", losesAnswer(AWAY)));
      expect((await world.created).status).toBe(503);
      return world;
    },
    outcome: { state: "failed", reason: "launch_failed", usage: 0 },
  },
  {
    name: "D1 away for status reports",
    phase: "active",
    happen: async () => {
      const world = await World.launching(() => faults.onDatabase("status", rejects(AWAY)));
      expect((await world.created).status).toBe(201);
      return world;
    },
    outcome: { state: "ready", usage: 1 },
  },
  {
    name: "D1 away at the end, three times",
    phase: "ending",
    happen: async () => {
      const world = await World.in("active");
      faults.onDatabase("end", first(3, rejects(AWAY)));
      expect((await world.delete()).status).toBe(200);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", close: 4000, usage: 1 },
  },
  {
    name: "D1's answer to the end lost",
    phase: "ending",
    happen: async () => {
      const world = await World.in("ready");
      faults.onDatabase("end", first(1, losesAnswer(AWAY)));
      expect((await world.delete()).status).toBe(200);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "launch fails while D1 is away",
    phase: "launching",
    happen: async () => {
      const world = await World.launching(() => {
        faults.onBinding("launch", rejects("network connection lost"));
        faults.onDatabase("end", first(2, rejects(AWAY)));
      });
      expect((await world.created).status).toBe(503);
      return world;
    },
    outcome: { state: "failed", reason: "launch_failed", usage: 0 },
  },
];
