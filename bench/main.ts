import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { prepareChromium } from "../scripts/chromium.ts";
import { runDir } from "../scripts/local/paths.ts";
import { waitForStop } from "../scripts/local/stop-signal.ts";
import { SetupFailure } from "../scripts/setup/failure.mjs";
import { formatMs } from "../scripts/setup/progress.mjs";
import { judgeBounds } from "./bounds.ts";
import { type BundleFacts, measureBundle } from "./measures/bundle.ts";
import { type CycleSeries, measureCycles } from "./measures/cycles.ts";
import { Recorder } from "./recorder.ts";
import { describeConditions } from "./report/conditions.ts";
import { writeReport } from "./report/write-report.ts";
import type { Round } from "./round.ts";
import { runOnce, runRound } from "./run-bench.ts";
import { readSettings, type Settings } from "./settings.ts";
import { type BenchSite, startSite } from "./site.ts";
import { startBerth } from "./targets/berth.ts";
import { startPipe } from "./targets/pipe.ts";
import { createRawChromium, startOfBrowserIn } from "./targets/raw-chromium.ts";
import type { ServerStart } from "./targets/server-process.ts";
import type { Target } from "./targets/target.ts";

const INTERRUPTED = 130;

/** What has to be stopped at the end. */
type Started = { stop(): Promise<void> | void }[];

/** Measures the bare browser, the pipe and Berth side by side, and writes docs/benchmarks.{md,json}. */
export async function runBench(): Promise<number> {
  const settings = readSettings(process.argv.slice(2));
  if (process.platform !== "linux") {
    throw new SetupFailure("The benchmarks read CPU time and memory from /proc.", "Run them on Linux.");
  }
  const stopped = waitForStop();
  const started: Started = [];
  try {
    return await Promise.race([bench(settings, started), stopped.then(() => INTERRUPTED)]);
  } finally {
    await Promise.allSettled(started.map(async ({ stop }) => stop()));
    for (const name of FOLDERS) rmSync(folderOf(name), { recursive: true, force: true });
  }
}

async function bench(settings: Settings, started: Started): Promise<number> {
  const startedAt = performance.now();
  const site = await startSite();
  started.push({ stop: site.close });
  const targets = await startTargets(started);
  const recorder = new Recorder();
  await measure({ settings, targets, recorder, site });
  const cycles = settings.groups.has("cycles") ? await measureMemory({ settings, recorder, site }, started) : [];
  let bundle: BundleFacts | undefined;
  if (settings.groups.has("bundle")) {
    console.log("bundle …");
    bundle = await measureBundle(settings.startUps);
  }
  const bounds = judgeBounds(recorder, bundle);
  const conditions = await describeConditions(targets, { settings, ms: performance.now() - startedAt });
  console.log(writeReport({ recorder, bounds, bundle, cycles, conditions }));
  return bounds.some(({ holds }) => holds === false) ? 1 : 0;
}

const FOLDERS = ["pipe", "berth", "cycles-pipe", "cycles-berth"] as const;
const folderOf = (target: string): string => join(runDir(), target);

/** The servers first: the bare browser is started as theirs are. */
async function startTargets(started: Started): Promise<Target[]> {
  await prepareChromium();
  // One after the other: both need the same build.
  const berth = await startBerth({ folder: folderOf("berth") });
  started.push(berth);
  const pipe = await startPipe({ folder: folderOf("pipe") });
  started.push(pipe);
  const session = await pipe.createSession();
  const raw = createRawChromium(startOfBrowserIn(folderOf("pipe")), folderOf("chromium"));
  started.push(raw);
  await session.release();
  return [raw, pipe, berth];
}

interface Bench {
  readonly settings: Settings;
  readonly targets: readonly Target[];
  readonly recorder: Recorder;
  readonly site: BenchSite;
}

async function measure(bench: Bench): Promise<void> {
  const { rounds } = bench.settings;
  await warmUp(bench);
  for (let number = 0; number < rounds; number += 1) {
    const startedAt = performance.now();
    await runRound({ ...bench, number });
    console.log(`round ${number + 1} of ${rounds}: ${formatMs(performance.now() - startedAt)}`);
  }
  await runOnce({ ...bench, number: rounds });
}

/** On servers of its own: their isolates can be inspected, and nothing else has used their heaps. */
async function measureMemory(bench: Omit<Bench, "targets">, started: Started): Promise<readonly CycleSeries[]> {
  const start = (name: (typeof FOLDERS)[number]): ServerStart => ({ folder: folderOf(name), inspect: true });
  const pipe = await startPipe(start("cycles-pipe"));
  started.push(pipe);
  const berth = await startBerth(start("cycles-berth"));
  started.push(berth);
  return measureCycles({ ...bench, targets: [pipe, berth], number: 0 });
}

/** One short round that is thrown away: files come into memory, code is compiled. */
async function warmUp(bench: Bench): Promise<void> {
  const settings = {
    ...bench.settings,
    creates: 1,
    attaches: 1,
    calls: 100,
    inFlightCalls: 640,
    results: 1,
    storms: 1,
  };
  const round: Round = { ...bench, settings: { ...settings, pageLoads: 1 }, recorder: new Recorder(), number: 0 };
  await runRound(round);
}
