import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { prepareChromium } from "../../scripts/chromium.ts";
import { runDir } from "../../scripts/local/paths.ts";
import { waitForStop } from "../../scripts/local/stop-signal.ts";
import { SetupFailure } from "../../scripts/setup/failure.mjs";
import { describeMachine, packageVersions } from "../report/conditions.ts";
import { startSite } from "../site.ts";
import { requireOk } from "../targets/answers.ts";
import { inspectedWorker } from "../targets/live-heap.ts";
import { type ServerProcess, startServer } from "../targets/server-process.ts";
import { readSoakLeftovers, type SoakLeftovers } from "./leftovers.ts";
import { MemoryWatch } from "./memory.ts";
import { Random } from "./random.ts";
import { writeSoakReport } from "./report.ts";
import { readSoakSettings, type SoakSettings } from "./settings.ts";
import { SoakSession } from "./soak-session.ts";
import { Tally } from "./tally.ts";

const INTERRUPTED = 130;
const MS_PER_MINUTE = 60_000;
/** Seconds that sessions may live on after the soak: then they are destroyed. */
const SPARE_SECONDS = 300;
/** Then it is not worth going on. */
const MOST_FAILURES = 50;

/** Keeps sessions at work while connections and Durable Objects are taken away; writes docs/soak.json. */
export async function runSoak(): Promise<number> {
  const settings = readSoakSettings(process.argv.slice(2));
  if (process.platform !== "linux") {
    throw new SetupFailure("The soak reads memory from /proc.", "Run it on Linux.");
  }
  const stopped = waitForStop();
  const folder = join(runDir(), "soak");
  const started: (() => Promise<void> | void)[] = [];
  try {
    return await Promise.race([soak(settings, folder, started), stopped.then(() => INTERRUPTED)]);
  } finally {
    await Promise.allSettled(started.map(async (stop) => stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soak(settings: SoakSettings, folder: string, started: (() => Promise<void> | void)[]): Promise<number> {
  const { minutes, sessions, seed } = settings;
  console.log(`Soaking ${sessions} sessions for ${minutes} minutes with --seed ${seed}`);
  await prepareChromium();
  const site = await startSite();
  started.push(site.close);
  const server = await startServer("soak-server", { folder, inspect: true });
  started.push(server.stop);
  const tally = new Tally();
  const memory = watchMemory(server, tally);
  const ids = await workInSessions({ settings, server, pageUrl: site.helloUrl, tally });
  const memoryFacts = await memory.stop();
  for (const id of ids) await destroy(server, id);
  const leftovers = await readSoakLeftovers(folder, join(folder, "state"));
  judgeLeftovers(leftovers, { sessions: ids.length, tally });
  const findings = { settings, tally, memory: memoryFacts, leftovers };
  console.log(`\n${writeSoakReport({ ...findings, machine: describeMachine(), versions: packageVersions() })}`);
  return tally.failures.length === 0 ? 0 : 1;
}

function watchMemory(server: ServerProcess, tally: Tally): MemoryWatch {
  const inspected = inspectedWorker(server);
  if (!inspected) throw new Error("The server cannot be inspected.");
  const onMinute = (minute: number, mib: number): void => {
    const { reconnectMs, failures, tabsChecked } = tally;
    const found = `${reconnectMs.length} reconnects, ${tabsChecked} tabs checked, ${failures.length} failures`;
    console.log(`minute ${minute}: ${Math.round(mib)} MiB, ${found}`);
  };
  return new MemoryWatch({ pids: server.runtimePids, inspected, onMinute });
}

interface Work {
  readonly settings: SoakSettings;
  readonly server: ServerProcess;
  readonly pageUrl: string;
  readonly tally: Tally;
}

/** All sessions at once, until the time is over; a session that is lost is replaced. Answers every one's id. */
async function workInSessions(work: Work): Promise<string[]> {
  const { settings, server, pageUrl, tally } = work;
  const until = performance.now() + settings.minutes * MS_PER_MINUTE;
  const isOver = (): boolean => performance.now() > until || tally.failures.length >= MOST_FAILURES;
  const ids: string[] = [];
  const keepOne = async (number: number): Promise<void> => {
    const random = new Random(settings.seed * 31 + number);
    for (let life = 1; !isOver(); life += 1) {
      const name = `s${number}.${life}`;
      const { id, cdpUrl } = await create(server, settings.minutes * 60 + SPARE_SECONDS);
      ids.push(id);
      const reset = async (): Promise<void> => {
        await requireOk(fetch(new URL(`/soak/reset/${id}`, server.url), { method: "POST" }));
      };
      try {
        await new SoakSession({ name, cdpUrl, pageUrl, random, tally, reset }).run(isOver);
      } catch (error) {
        const found = `${String(error)}; ${await describe(server, id)}`;
        tally.failed({ session: name, after: "see what was found", what: "the session", expected: "to live", found });
      }
    }
  };
  await Promise.all(Array.from({ length: settings.sessions }, (_, index) => keepOne(index + 1)));
  return ids;
}

const authorization = ({ apiKey }: ServerProcess): { authorization: string } => ({
  authorization: `Bearer ${apiKey ?? ""}`,
});

async function create(server: ServerProcess, timeout: number): Promise<{ id: string; cdpUrl: string }> {
  const headers = { ...authorization(server), "content-type": "application/json" };
  const body = JSON.stringify({ timeout });
  const response = await requireOk(fetch(new URL("/v1/sessions", server.url), { method: "POST", headers, body }));
  return (await response.json()) as { id: string; cdpUrl: string };
}

/** How the session ended, as Berth tells it. */
async function describe(server: ServerProcess, id: string): Promise<string> {
  const response = await fetch(new URL(`/v1/sessions/${id}`, server.url), { headers: authorization(server) });
  const { status, endReason, endDetail } = (await response.json()) as Record<string, unknown>;
  return `its status is ${String(status)}, ${String(endReason)}, ${String(endDetail)}`;
}

/** 404: it has ended before, which is a failure that was told. */
async function destroy(server: ServerProcess, id: string): Promise<void> {
  const url = new URL(`/v1/sessions/${id}`, server.url);
  const response = await fetch(url, { method: "DELETE", headers: authorization(server) });
  if (!response.ok && response.status !== 404) await requireOk(Promise.resolve(response));
  await response.body?.cancel();
}

function judgeLeftovers(left: SoakLeftovers, { sessions, tally }: { sessions: number; tally: Tally }): void {
  const expected: SoakLeftovers = {
    sessionRows: sessions,
    unendedRows: 0,
    armedAlarms: 0,
    fullObjects: 0,
    chromiumProcesses: 0,
  };
  for (const what of Object.keys(expected) as (keyof SoakLeftovers)[]) {
    if (left[what] === expected[what]) continue;
    const difference = { what: `left: ${what}`, expected: `${expected[what]}`, found: `${left[what]}` };
    tally.failed({ session: "all", after: "every session was destroyed", ...difference });
  }
}
