import { expect } from "vitest";
import { CdpClient } from "../../support/worker/cdp-client.ts";
import { faults } from "../support/faults.ts";
import { Gate } from "../support/gate.ts";
import type { Fault } from "../support/outcome.ts";
import { runCron, World } from "../support/world.ts";

async function resetWhileLaunching(call: "launch" | "connect", when: "before" | "after"): Promise<World> {
  const gate = new Gate();
  const world = await World.launching(() => faults.onBinding(call, gate.hold(when)));
  await gate.reached();
  await world.reset(await world.findSession());
  expect((await world.created).status).toBe(503);
  gate.open();
  faults.heal();
  return world;
}

/** The session's Durable Object loses its memory, or its caller leaves it alone. */
export const OBJECT_FAULTS: readonly Fault[] = [
  {
    name: "object reset before the engine was asked",
    phase: "launching",
    happen: () => resetWhileLaunching("launch", "before"),
    outcome: { state: "failed", reason: "launch_failed", usage: 0 },
  },
  {
    name: "object reset between the browser's start and its answer",
    phase: "launching",
    happen: async () => {
      const world = await resetWhileLaunching("launch", "after");
      // Nobody knows this browser: only a deployment that owns all of its engine's browsers may close it.
      await runCron();
      return world;
    },
    outcome: { state: "failed", reason: "launch_failed", usage: 0 },
  },
  {
    name: "object reset while it connects to its browser",
    phase: "launching",
    happen: () => resetWhileLaunching("connect", "before"),
    outcome: { state: "failed", reason: "launch_failed", usage: 0 },
  },
  {
    name: "object reset",
    phase: "ready",
    happen: async () => {
      const world = await World.in("ready");
      await world.reset();
      return world;
    },
    outcome: { state: "ready", usage: 1 },
  },
  {
    name: "object reset under a client, which comes back",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      await world.reset();
      await world.client?.closed;
      await world.expectTabsKept();
      return world;
    },
    outcome: { state: "idle", close: 1006, usage: 1 },
  },
  {
    name: "object reset under a client, which does not come back",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      await world.reset();
      await world.client?.closed;
      return world;
    },
    outcome: { state: "idle", close: 1006, usage: 1 },
  },
  {
    name: "object reset",
    phase: "idle",
    happen: async () => {
      const world = await World.in("idle");
      await world.reset();
      await world.expectTabsKept();
      return world;
    },
    outcome: { state: "idle", usage: 1 },
  },
  {
    name: "object reset again while it finds its browser",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      await world.reset();
      const gate = new Gate();
      faults.onBinding("connect", gate.hold("before"));
      const connecting = CdpClient.connect(world.session.cdpUrl);
      await gate.reached();
      await world.reset();
      await expect(connecting).rejects.toThrow(/reset by the test|no upgrade/);
      gate.open();
      faults.heal();
      await world.expectTabsKept();
      return world;
    },
    outcome: { state: "idle", close: 1006, usage: 1 },
  },
  {
    name: "object reset in the middle of its end",
    phase: "ending",
    happen: async () => {
      const world = await World.in("ready");
      const gate = new Gate();
      faults.onBinding("close", gate.hold("before"));
      const ended = world.delete();
      await gate.reached();
      await world.reset();
      expect((await ended).status).toBe(503);
      gate.open();
      faults.heal();
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "session ended while its browser starts",
    phase: "launching",
    happen: async () => {
      const gate = new Gate();
      const world = await World.launching(() => faults.onBinding("launch", gate.hold("before")));
      await gate.reached();
      const id = await world.findSession();
      expect((await world.tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" })).status).toBe(200);
      gate.open();
      faults.heal();
      expect((await world.created).ok).toBe(false);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
];
