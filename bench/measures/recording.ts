import { setTimeout as sleep } from "node:timers/promises";
import { attachToPage, CdpClient } from "../cdp-client.ts";
import { interleave, type Round, settle, timed } from "../round.ts";
import { quantile } from "../stats.ts";
import { cpuMs } from "../targets/processes.ts";
import type { Target } from "../targets/target.ts";
import { LOADERS } from "./page.ts";

const LOADS = 7;
const CALLS = 300;
const WARM_UP_CALLS = 50;
const MS_PER_MINUTE = 60_000;
const WAYS = ["on", "off"] as const;
type Way = (typeof WAYS)[number];
type Times = Partial<Record<Way, number>>;

/** A page that looks different four times a second, as one does whose client is at work. */
const CHANGE =
  'document.body.innerHTML = "<h1>0</h1>"; let shown = 0;' +
  'setInterval(() => (document.querySelector("h1").textContent = String(++shown)), 250)';

/** What recording everything costs: sessions of Berth's that are recorded beside sessions that are not. */
export async function measureRecording(round: Round): Promise<void> {
  const berth = round.targets.find(({ name }) => name === "berth");
  if (!berth) throw new Error("Recordings are Berth's.");
  for (const loader of LOADERS) await measurePages(round, berth, loader);
  await measureWork(round, berth);
}

async function measurePages(round: Round, berth: Target, loader: (typeof LOADERS)[number]): Promise<void> {
  const { site, number, settings } = round;
  const times: Times[] = [];
  await interleave(round, { over: WAYS, times: settings.recordedSessions }, async (way, turn) => {
    const session = await berth.createSession({ isRecorded: way === "on" });
    const client = await loader.connect(session.cdpUrl);
    await client.goto(site.helloUrl);
    const loads: number[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      loads.push((await timed(() => client.goto(`${site.pageUrl}?${number}.${load}`))).ms);
    }
    (times[turn] ??= {})[way] = quantile(loads, 0.5);
    await client.leave();
    await session.release();
    await settle();
  });
  record(round, times, { metric: "recording.page", pairs: `${loader.metric}.`, compare: (on, off) => on / off });
}

/** Round trips, and what the server and the browser do for them, on a page that changes all the time. */
async function measureWork(round: Round, berth: Target): Promise<void> {
  const calls: Times[] = [];
  const server: Times[] = [];
  const browser: Times[] = [];
  await interleave(round, { over: WAYS, times: round.settings.recordedSessions }, async (way, turn) => {
    const session = await berth.createSession({ isRecorded: way === "on" });
    const client = await CdpClient.open(session.cdpUrl);
    const page = await attachToPage(client);
    await client.send("Page.navigate", { url: round.site.helloUrl }, page);
    await client.send("Runtime.evaluate", { expression: CHANGE }, page);
    const call = () => timed(() => client.send("Runtime.evaluate", { expression: "1 + 1" }, page));
    for (let at = 0; at < WARM_UP_CALLS; at += 1) await call();
    const taken: number[] = [];
    for (let at = 0; at < CALLS; at += 1) taken.push((await call()).ms);
    (calls[turn] ??= {})[way] = quantile(taken, 0.5);
    const before = { server: cpuMs(berth.serverPids), browser: await browserCpuMs(client) };
    await sleep(round.settings.recordedMs);
    const perMinute = MS_PER_MINUTE / round.settings.recordedMs;
    (server[turn] ??= {})[way] = (cpuMs(berth.serverPids) - before.server) * perMinute;
    (browser[turn] ??= {})[way] = ((await browserCpuMs(client)) - before.browser) * perMinute;
    client.close();
    await session.release();
    await settle();
  });
  const over = (on: number, off: number): number => on - off;
  record(round, calls, { metric: "recording.calls", pairs: "", compare: (on, off) => on / off });
  record(round, server, { metric: "recording.cpu.server", pairs: "", compare: over });
  record(round, browser, { metric: "recording.cpu.browser", pairs: "", compare: over });
}

/** Of all processes of the session's browser so far. */
async function browserCpuMs(client: CdpClient): Promise<number> {
  const { result } = await client.send("SystemInfo.getProcessInfo");
  const processes = result?.["processInfo"] as readonly { readonly cpuTime: number }[];
  return processes.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

interface Comparison {
  readonly metric: string;
  /** Tells the turns of one client from another's. */
  readonly pairs: string;
  readonly compare: (on: number, off: number) => number;
}

function record({ recorder, number }: Round, times: readonly Times[], { metric, pairs, compare }: Comparison): void {
  for (const [turn, { on, off }] of times.entries()) {
    if (on === undefined || off === undefined) continue;
    recorder.record({ metric, target: "berth", pair: `${pairs}${number}.${turn}`, value: compare(on, off) });
  }
}
