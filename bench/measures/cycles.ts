import { setTimeout as sleep } from "node:timers/promises";
import { attachToPage, CdpClient } from "../cdp-client.ts";
import { interleave, type Round } from "../round.ts";
import type { BenchSite } from "../site.ts";
import { slopeOf } from "../stats.ts";
import { liveHeapKib } from "../targets/live-heap.ts";
import { residentMib } from "../targets/processes.ts";
import type { Target } from "../targets/target.ts";

/** Cycles before memory is first read: code is compiled by then, and caches are filled. */
const WARM_UP_CYCLES = 40;
const SAMPLE_EVERY = 20;
/**
 * Times that a session of Berth asks D1 at least: two keys, the admission, two statuses, the end. The local D1 keeps
 * 40 KiB of every query for as long as it runs (a bare Worker with one `SELECT` a request: 93 MiB at first, 253 MiB
 * after 4000), which would hide what Berth keeps; the pipe therefore asks as often.
 */
const D1_QUERIES = 6;
/** The runtime keeps an object in memory for 70 s after its last use. */
const OBJECTS_LEAVE_MS = 75_000;
const REST_LIMIT_MS = 120_000;
const REST_POLL_MS = 5_000;
/** Changes below this are the collector's. */
const STEADY_MIB = 1;

/** What a runtime holds at a moment. */
interface CycleSample {
  readonly cycles: number;
  /** Resident memory of the whole runtime, the local emulator of the browser binding included. */
  readonly residentMib: number;
  /** Live objects in the Worker's own isolate. */
  readonly heapKib: number;
}

/** The memory of one target's runtime over the cycles. */
export interface CycleSeries {
  readonly target: Target["name"];
  readonly samples: readonly CycleSample[];
  /** Once the objects of the ended sessions have left. */
  readonly rest: CycleSample;
}

/** Sessions made, used and ended, one after the other: what does each leave behind? The targets take turns. */
export async function measureCycles(round: Round): Promise<readonly CycleSeries[]> {
  const { targets, settings, site } = round;
  const series = new Map(targets.map((server) => [server, [] as CycleSample[]]));
  await interleave(round, { over: targets, times: WARM_UP_CYCLES + settings.cycles }, async (server, turn) => {
    await runCycle(server, site, turn);
    const cycles = turn + 1 - WARM_UP_CYCLES;
    if (cycles < 0 || cycles % SAMPLE_EVERY !== 0) return;
    const sample = await readSample(server, cycles);
    series.get(server)?.push(sample);
    console.log(`cycles: ${server.name} ${describe(sample)}`);
  });
  await waitUntilSteady(targets);
  return Promise.all(
    targets.map(async (server) => {
      const rest = await readSample(server, settings.cycles);
      console.log(`cycles: ${server.name} at rest ${describe(rest)}`);
      const found = { target: server.name, samples: series.get(server) ?? [], rest };
      record(round, found);
      return found;
    }),
  );
}

async function readSample({ runtimePids, inspected }: Target, cycles: number): Promise<CycleSample> {
  // First: the collection below is none that the runtime would have made.
  const resident = residentMib(runtimePids);
  const heapKib = inspected ? await liveHeapKib(inspected) : Number.NaN;
  return { cycles, residentMib: resident, heapKib };
}

const describe = ({ cycles, residentMib, heapKib }: CycleSample): string =>
  `${cycles}: ${Math.round(residentMib)} MiB resident, ${Math.round(heapKib)} KiB live`;

function record({ recorder, settings, number }: Round, { target, samples, rest }: CycleSeries): void {
  const common = { target, pair: `${number}` };
  // In the first half the heap is still finding its size.
  const late = samples.filter(({ cycles }) => cycles >= settings.cycles / 2);
  const slope = (of: (sample: CycleSample) => number): number =>
    slopeOf(late.map((sample) => [sample.cycles, of(sample)] as const));
  recorder.record({ ...common, metric: "cycles.slope", value: slope(({ residentMib }) => residentMib) });
  recorder.record({ ...common, metric: "cycles.heap", value: slope(({ heapKib }) => heapKib) });
  recorder.record({ ...common, metric: "cycles.first", value: samples[0]?.residentMib ?? Number.NaN });
  recorder.record({ ...common, metric: "cycles.last", value: samples.at(-1)?.residentMib ?? Number.NaN });
  recorder.record({ ...common, metric: "cycles.rest", value: rest.residentMib });
}

/** Every other session ends with its client still connected. */
async function runCycle(server: Target, { helloUrl }: BenchSite, turn: number): Promise<void> {
  const session = await server.createSession();
  const client = await CdpClient.open(session.cdpUrl);
  const page = await attachToPage(client);
  await client.send("Page.navigate", { url: helloUrl }, page);
  await client.send("Runtime.evaluate", { expression: "document.title" }, page);
  if (turn % 2 === 0) client.close();
  await session.release();
  client.close();
  for (let asked = 0; asked < D1_QUERIES; asked += 1) await server.queryDatabase?.();
}

/** Until no server's memory changes any more; no earlier than the objects of the last sessions leave. */
async function waitUntilSteady(servers: readonly Target[]): Promise<void> {
  const startedAt = performance.now();
  const passed = (): number => performance.now() - startedAt;
  const read = (): number[] => servers.map(({ runtimePids }) => residentMib(runtimePids));
  let before = read();
  for (let steady = false; passed() < REST_LIMIT_MS && !(steady && passed() > OBJECTS_LEAVE_MS);) {
    await sleep(REST_POLL_MS);
    const now = read();
    steady = now.every((mib, index) => Math.abs(mib - (before[index] ?? 0)) < STEADY_MIB);
    before = now;
  }
}
