import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { answers, faults, first } from "../support/faults.ts";
import type { Fault } from "../support/outcome.ts";
import { MARK, type Phase, World } from "../support/world.ts";

type Living = Extract<Phase, "ready" | "active" | "idle">;

/** Cuts the socket between Berth and the browser; the browser lives on. */
const cut = (phase: Living, code?: number) => async (): Promise<World> => {
  const world = await World.in(phase);
  await world.cutSocket(code);
  await world.client?.closed;
  await expect.poll(async () => (await world.show()).metrics.restores).toBe(1);
  if (phase !== "ready") await world.expectTabsKept();
  return world;
};

const crash = (phase: Living) => async (): Promise<World> => {
  const world = await World.in(phase);
  await world.crashBrowser();
  return world;
};

const wedge = (phase: Living) => async (): Promise<World> => {
  const world = await World.in(phase);
  faults.wedged = true;
  faults.sockets.at(-1)?.silence();
  return world;
};

const closeByEngine = (phase: Living) => async (): Promise<World> => {
  const world = await World.in(phase);
  faults.history.push({ sessionId: world.browserId, closeReasonText: "BrowserIdle" });
  await env.BROWSER.fetch(`https://x/v1/devtools/browser/${world.browserId}`, { method: "DELETE" });
  return world;
};

/** The browser, or the socket to it, goes. */
export const BROWSER_FAULTS: readonly Fault[] = [
  {
    name: "socket to the browser lost",
    phase: "ready",
    happen: cut("ready"),
    outcome: { state: "ready", usage: 1 },
  },
  {
    name: "socket to the browser lost",
    phase: "active",
    happen: cut("active"),
    outcome: { state: "idle", close: 4001, usage: 1 },
  },
  {
    name: "socket to the browser closed with 1009, as after a message over 32 MiB",
    phase: "active",
    happen: cut("active", 1009),
    outcome: { state: "idle", close: 4001, usage: 1 },
  },
  {
    name: "socket to the browser lost",
    phase: "idle",
    happen: cut("idle"),
    outcome: { state: "idle", usage: 1 },
  },
  {
    name: "socket to the browser falls silent, browser well",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      faults.sockets.at(-1)?.silence();
      await world.client?.closed;
      await world.expectTabsKept();
      return world;
    },
    outcome: { state: "idle", close: 4001, usage: 1 },
  },
  {
    name: "socket lost, and the engine refuses three new ones (503)",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      faults.onBinding("connect", first(3, answers(503)));
      await world.cutSocket();
      await world.client?.closed;
      await world.expectTabsKept();
      return world;
    },
    outcome: { state: "idle", close: 4001, usage: 1 },
  },
  {
    name: "socket lost, and the engine refuses every new one",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      faults.onBinding("connect", answers(503));
      await world.cutSocket();
      return world;
    },
    outcome: { state: "failed", reason: "engine_closed", close: 4004, usage: 1 },
  },
  { name: "browser crashed", phase: "ready", happen: crash("ready"), outcome: gone("crashed") },
  { name: "browser crashed", phase: "active", happen: crash("active"), outcome: gone("crashed", 4005) },
  { name: "browser crashed", phase: "idle", happen: crash("idle"), outcome: gone("crashed") },
  {
    name: "browser crashed in the middle of the end",
    phase: "ending",
    happen: async () => {
      const world = await World.in("active");
      faults.onBinding("close", async (forward) => {
        await world.crashBrowser();
        return forward();
      });
      expect((await world.delete()).status).toBe(200);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", close: 4000, usage: 1 },
  },
  {
    name: "browser closed by its engine",
    phase: "ready",
    happen: closeByEngine("ready"),
    outcome: gone("engine_closed"),
  },
  {
    name: "browser closed by its engine",
    phase: "active",
    happen: closeByEngine("active"),
    outcome: gone("engine_closed", 4004),
  },
  {
    name: "browser closed by its engine",
    phase: "idle",
    happen: closeByEngine("idle"),
    outcome: gone("engine_closed"),
  },
  {
    name: "browser wedged: no answer over any socket",
    phase: "ready",
    happen: wedge("ready"),
    outcome: gone("crashed"),
  },
  {
    name: "browser wedged: no answer over any socket",
    phase: "active",
    happen: wedge("active"),
    outcome: gone("crashed", 4005),
  },
  {
    name: "tab crashed",
    phase: "active",
    happen: async () => {
      const world = await World.in("active");
      const client = world.client;
      const session = (await client?.attach(world.tabId)) ?? "";
      await expect.poll(() => client?.evaluate("location.href + document.readyState", session)).toBe(`${MARK}complete`);
      const waiting = client?.call(
        "Runtime.evaluate",
        { expression: "new Promise(() => {})", awaitPromise: true },
        session,
      );
      void client?.call("Page.crash", {}, session);
      expect((await waiting)?.error?.message).toBe("Target crashed");
      await client?.send("Page.navigate", { url: MARK }, session);
      expect(await client?.evaluate("1 + 1", session)).toBe(2);
      return world;
    },
    outcome: { state: "active", close: "stays", usage: 1 },
  },
];

function gone(reason: "crashed" | "engine_closed", close?: number): Fault["outcome"] {
  return { state: "failed", reason, ...(close !== undefined && { close }), usage: 1 };
}
