import { describe } from "vitest";
import type { Api, SessionBody } from "../support/node/api.ts";
import type { BerthServer } from "../support/node/berth-server.ts";
import { readRuntimeMemory } from "../support/node/processes.ts";
import { RawPage } from "../support/node/raw-page.ts";
import { type Sessions, test as base } from "../support/node/test.ts";
import type { Clients } from "../support/node/clients.ts";

/** A page call there and back while another client of the session floods. */
const WORST_MS = 10_000;
/**
 * One client may leave 32 MiB unread. What passes on the way there is in flight two or three times over (the local
 * browser binding is a Worker of its own), and the runtime collects its heaps when it likes.
 */
const MEMORY_SLACK_MIB = 400;
const SAMPLE_MS = 50;

type Metrics = SessionBody["metrics"];

interface Scene {
  readonly berth: BerthServer;
  readonly api: Api;
  readonly sessions: Sessions;
  readonly clients: Clients;
}

/** A session with a client that means harm, and another one that works in a tab of its own. */
async function setScene({ berth, api, sessions, clients }: Scene) {
  const { id, cdpUrl } = await sessions.create();
  const [hostile, socket] = [await clients.socket(cdpUrl), await clients.socket(cdpUrl)];
  const bystander = await RawPage.open(socket);
  /** Works on until the session's counters say so. Answers how that went meanwhile. */
  const workUntil = async (isOver: (now: Metrics, before: Metrics) => boolean): Promise<Figures> => {
    const roundTrips: number[] = [];
    const beforeMiB = readRuntimeMemory(berth.pid);
    let peakMiB = beforeMiB;
    const sampler = setInterval(() => (peakMiB = Math.max(peakMiB, readRuntimeMemory(berth.pid))), SAMPLE_MS);
    try {
      for (let before: Metrics | undefined; ;) {
        const startedAt = performance.now();
        await bystander.evaluate("1 + 1");
        roundTrips.push(performance.now() - startedAt);
        const { metrics } = await api.describe(id);
        if (before !== undefined && isOver(metrics, before)) break;
        before = metrics;
      }
    } finally {
      clearInterval(sampler);
    }
    return toFigures(roundTrips, peakMiB - beforeMiB);
  };
  return { id, cdpUrl, hostile, bystander, workUntil };
}

interface Figures {
  readonly roundTrips: number;
  readonly p95Ms: number;
  readonly worstMs: number;
  readonly grownMiB: number;
}

function toFigures(roundTrips: readonly number[], grownMiB: number): Figures {
  const sorted = roundTrips.toSorted((left, right) => left - right);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { roundTrips: sorted.length, p95Ms: at(0.95), worstMs: at(1), grownMiB: Math.round(grownMiB) };
}

const test = base.extend("scene", ({ berth, api, sessions, clients }) => setScene({ berth, api, sessions, clients }));

/** The one iteration of `workUntil` adds a command and its answer; nobody else was heard. */
const isQuiet = (now: Metrics, before: Metrics) => now.cdpMessages - before.cdpMessages <= 2;
const isCutOff = ({ droppedMessages }: Metrics) => droppedMessages > 0;

/** 80 MB of answers. */
function askForMuch(page: RawPage): void {
  for (let id = 1; id <= 20; id += 1) {
    page.post(id, "Runtime.evaluate", { expression: "'x'.repeat(4_000_000)", returnByValue: true });
  }
}

describe("a client that reads nothing more", () => {
  test.for([
    [
      "while its page floods the console",
      (page: RawPage) => {
        page.post(1, "Runtime.enable");
        const flood = "setInterval(() => { for (let n = 0; n < 50; n++) console.log('x'.repeat(20_000)) }, 0)";
        page.post(2, "Runtime.evaluate", { expression: flood });
      },
    ],
    ["of the large answers that it asks for", askForMuch],
  ] as const)("%s is cut off, and the other one works on", async ([name, flood], { scene, api, expect }) => {
    const { id, hostile, bystander, workUntil } = scene;
    const page = await RawPage.first(hostile);
    hostile.pause();
    flood(page);
    const figures = await workUntil(isCutOff);
    console.log(`${name}: ${JSON.stringify(figures)}`);
    expect(figures.worstMs).toBeLessThan(WORST_MS);
    expect(figures.grownMiB).toBeLessThan(MEMORY_SLACK_MIB);
    hostile.resume();
    expect((await hostile.closed).code).toBe(4008);
    await bystander.socket.send("Target.closeTarget", { targetId: page.targetId });
    // Chromium may have put both tabs into one process, which a tab that is closed while it is busy takes along.
    expect(await (await RawPage.open(bystander.socket)).evaluate("2 + 2")).toBe(4);
    expect((await api.describe(id)).status).toBe("active");
  });
});

test("a client that was cut off keeps no session from being idle", async ({ scene, api, expect }) => {
  const { id, hostile, bystander, workUntil } = scene;
  const page = await RawPage.first(hostile);
  hostile.pause();
  askForMuch(page);
  await workUntil(isCutOff);
  await bystander.socket.close();
  // It has not read so far as to know that it was cut off.
  await expect.poll(async () => (await api.describe(id)).status).toBe("idle");
  expect(hostile.isOpen).toBe(true);
  hostile.terminate();
});

describe("a flood of messages, with no answer read,", () => {
  const COMMANDS = 200_000;
  /** Of twenty bytes each. */
  const GARBAGE = 50_000;

  test("that are commands: answered, refused or the end of their client", async ({ scene, api, expect }) => {
    const { id, hostile, bystander, workUntil } = scene;
    hostile.pause();
    for (let n = 1; n <= COMMANDS; n += 1) hostile.sendRaw(`{"id":${n},"method":"Browser.getVersion"}`);
    const figures = await workUntil(
      (now, before) => isCutOff(now) || (now.cdpMessages > 10_000 && isQuiet(now, before)),
    );
    console.log(`commands: ${JSON.stringify(figures)}`);
    expect(figures.worstMs).toBeLessThan(WORST_MS);
    expect(figures.grownMiB).toBeLessThan(MEMORY_SLACK_MIB);
    hostile.resume();
    await expect.poll(() => !hostile.isOpen || hostile.messages.length === COMMANDS).toBe(true);
    const refused = hostile.messages.filter(({ error }) => error !== undefined);
    expect(refused.every(({ error }) => error?.message.startsWith("Over 10000 commands"))).toBe(true);
    if (!hostile.isOpen) expect((await hostile.closed).code).toBe(4008);
    expect(await bystander.evaluate("2 + 2")).toBe(4);
    expect((await api.describe(id)).status).toBe("active");
  });

  test("that are garbage: each gets its error", async ({ scene, api, expect }) => {
    const { id, hostile, bystander, workUntil } = scene;
    hostile.pause();
    for (let n = 1; n <= GARBAGE; n += 1) hostile.sendRaw('{"id":1234,"method":');
    const figures = await workUntil((now, before) => now.cdpMessages >= GARBAGE && isQuiet(now, before));
    console.log(`garbage: ${JSON.stringify(figures)}`);
    expect(figures.worstMs).toBeLessThan(WORST_MS);
    expect(figures.grownMiB).toBeLessThan(MEMORY_SLACK_MIB);
    hostile.resume();
    await expect.poll(() => hostile.messages.length).toBe(GARBAGE);
    expect(hostile.messages.every(({ error }) => error?.code === -32_700)).toBe(true);
    expect((await hostile.send("Browser.getVersion")).result).toBeDefined();
    expect(await bystander.evaluate("2 + 2")).toBe(4);
    expect((await api.describe(id)).status).toBe("active");
  });
});

test("a client that makes contexts without end is refused the 201st", async ({ scene, expect }) => {
  const { hostile, bystander } = scene;
  const startedAt = performance.now();
  const made = await Promise.all(Array.from({ length: 202 }, () => hostile.send("Target.createBrowserContext")));
  console.log(`contexts: ${Math.round(performance.now() - startedAt)} ms`);
  const refused = made.filter(({ error }) => error !== undefined);
  expect(refused.map(({ error }) => error?.message)).toEqual(
    Array.from({ length: 2 }, () => "The session has 200 browser contexts: dispose of some first"),
  );
  expect(await bystander.evaluate("1 + 1")).toBe(2);
});
