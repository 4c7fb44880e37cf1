import process from "node:process";
import { expect } from "vitest";
import type { Api, Dialect } from "../support/node/api.ts";
import { type Clients, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { listBrowserProcesses, readRuntimeMemory } from "../support/node/processes.ts";
import { readLeftovers } from "../support/node/server-state.ts";
import { test } from "../support/node/test.ts";

/** BERTH_CYCLES=200 is the full run, of about five minutes. */
const CYCLES = Number(process.env["BERTH_CYCLES"] ?? "20");
const AT_ONCE = 2;
/** Cycles before memory is first read: code is compiled and caches are filled by then. */
const WARM_UP = 6;
/**
 * What the runtime grows by without a leak of ours, each part as it was measured here (docs/benchmarks.md, the cycles):
 * heaps that still find their size after so short a warm-up; objects of ended sessions, which stay for 70 s with a
 * database of a quarter of a MiB each, a hundred of them at most at this pace; and what the local runtime keeps of
 * every session for good, 40 KiB of each of some seven D1 queries and 0.1 to 0.3 MiB in the browser binding's emulator.
 *
 * Of 20 cycles 13 MiB were seen, of 200 about 140: a session that leaves 2 MiB fails the short run (a socket with what
 * it buffers), and 0.2 MiB the full one (an object that stays). What is smaller, down to a record, is seen by
 * `npm run bench -- --only cycles`, which counts the live objects of the Worker's own isolate.
 */
const MEMORY_SLACK_MIB = 24 + 0.3 * Math.min(CYCLES, 100) + 0.6 * CYCLES;
const MS_PER_CYCLE = 15_000;

interface Use {
  readonly api: Api;
  readonly clients: Clients;
  readonly origin: string;
}

/** Creates, uses and destroys one session; dialect, library and way of ending it take turns. */
async function runCycle(turn: number, { api, clients, origin }: Use): Promise<void> {
  const dialect: Dialect = turn % 2 === 0 ? "meshbrow" : "anchor";
  const { id, cdpUrl } = await api.create(dialect);
  if (turn % 4 < 2) {
    const browser = await clients.puppeteer(cdpUrl);
    await (await firstPuppeteerPage(browser)).goto(`${origin}/second`);
    if (turn % 8 < 4) await browser.close();
    else await browser.disconnect();
  } else {
    const browser = await clients.playwright(cdpUrl);
    await firstPlaywrightPage(browser).goto(`${origin}/third`);
    // Half of them are still connected when their session ends.
    if (turn % 8 < 4) await browser.close();
  }
  const { status } = await api.call(dialect, `/v1/sessions/${id}`, { method: "DELETE" });
  // 404: Puppeteer has closed the browser, and with it the session.
  expect([200, 404]).toContain(status);
}

test(
  `${CYCLES} cycles of create, use and destroy leave nothing behind`,
  { timeout: CYCLES * MS_PER_CYCLE },
  async ({ api, berth, clients, site }) => {
    const use = { api, clients, origin: site.origin };
    let next = 0;
    const work = async (until: number) => {
      while (next < until) await runCycle(next++, use);
    };
    const runUntil = (until: number) => Promise.all(Array.from({ length: AT_ONCE }, () => work(until)));

    await runUntil(WARM_UP);
    const before = readRuntimeMemory(berth.pid);
    await runUntil(CYCLES);
    const after = readRuntimeMemory(berth.pid);

    await expect.poll(() => listBrowserProcesses()).toEqual([]);
    await expect.poll(() => readLeftovers(berth)).toEqual({ unendedRows: 0, armedAlarms: 0, fullObjects: 0 });
    expect(await api.countActive()).toBe(0);
    const figures = {
      cycles: CYCLES,
      beforeMiB: Math.round(before),
      afterMiB: Math.round(after),
      ...readLeftovers(berth),
    };
    console.log(`cycles: ${JSON.stringify(figures)}`);
    expect(after - before).toBeLessThan(MEMORY_SLACK_MIB);
  },
);
