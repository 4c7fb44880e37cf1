import { expect } from "vitest";
import { answers, faults, first, hangs, losesAnswer, rejects } from "../support/faults.ts";
import { Gate } from "../support/gate.ts";
import type { Fault, Outcome } from "../support/outcome.ts";
import { World } from "../support/world.ts";

const NOT_LAUNCHED: Outcome = { state: "failed", reason: "launch_failed", usage: 0 };

/** A create that is refused because there is no browser: the caller is told, with a time to try again. */
async function refused(bend: () => void): Promise<World> {
  const world = await World.launching(bend);
  const response = await world.created;
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  return world;
}

/** A create that comes through although something went wrong on the way. */
async function succeeded(bend: () => void): Promise<World> {
  const world = await World.launching(bend);
  expect((await world.created).status).toBe(201);
  return world;
}

/** The engine does not do what it should while a browser starts. */
export const ENGINE_FAULTS: readonly Fault[] = [
  {
    name: "engine busy (429) for longer than a launch may take",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("launch", answers(429, { "Retry-After": "1" }))),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "engine busy (429) once",
    phase: "launching",
    happen: () => succeeded(() => faults.onBinding("launch", first(1, answers(429, { "Retry-After": "0.1" })))),
    outcome: { state: "ready", usage: 1 },
  },
  {
    name: "engine unavailable (503) once, without Retry-After",
    phase: "launching",
    happen: () => succeeded(() => faults.onBinding("launch", first(1, answers(503)))),
    outcome: { state: "ready", usage: 1 },
  },
  {
    name: "engine fails (500)",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("launch", answers(500))),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "engine answers without a browser's id",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("launch", () => Promise.resolve(Response.json({})))),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "engine cannot be reached",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("launch", rejects("network connection lost"))),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "launch hangs and never answers",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("launch", hangs())),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "launch answers after its time is over",
    phase: "launching",
    happen: async () => {
      const gate = new Gate();
      const world = await refused(() => faults.onBinding("launch", gate.hold("after")));
      gate.open();
      return world;
    },
    outcome: NOT_LAUNCHED,
  },
  {
    name: "browser started, but takes no connection",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("connect", answers(500))),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "browser started, but refuses the first connection",
    phase: "launching",
    happen: () => succeeded(() => faults.onBinding("connect", first(1, answers(500)))),
    outcome: { state: "ready", usage: 1 },
  },
  {
    name: "browser started, but the upgrade hangs",
    phase: "launching",
    happen: () => refused(() => faults.onBinding("connect", hangs())),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "browser started, but answers no command",
    phase: "launching",
    happen: () =>
      refused(() => {
        faults.wedged = true;
      }),
    outcome: NOT_LAUNCHED,
  },
  {
    name: "closing the browser fails (500) at first",
    phase: "ending",
    happen: async () => {
      const world = await World.in("ready");
      faults.onBinding("close", first(1, answers(500)));
      expect((await world.delete()).status).toBe(200);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "closing the browser hangs at first",
    phase: "ending",
    happen: async () => {
      const world = await World.in("ready");
      faults.onBinding("close", first(1, hangs()));
      expect((await world.delete()).status).toBe(200);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "the answer to closing the browser is lost",
    phase: "ending",
    happen: async () => {
      const world = await World.in("active");
      faults.onBinding("close", first(1, losesAnswer("network connection lost")));
      expect((await world.delete()).status).toBe(200);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", close: 4000, usage: 1 },
  },
];
