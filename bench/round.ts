import { setTimeout as sleep } from "node:timers/promises";
import type { CdpClient } from "./cdp-client.ts";
import type { Recorder } from "./recorder.ts";
import type { Settings } from "./settings.ts";
import type { BenchSite } from "./site.ts";
import { cpuMs } from "./targets/processes.ts";
import type { BenchSession, Target } from "./targets/target.ts";

/** What a measurement works with. */
export interface Round {
  readonly number: number;
  readonly settings: Settings;
  readonly targets: readonly Target[];
  readonly recorder: Recorder;
  readonly site: BenchSite;
}

/** A session of a target with a client on it, and the protocol session of its tab. */
export interface OpenSession {
  readonly target: Target;
  readonly session: BenchSession;
  readonly client: CdpClient;
  readonly page: string;
}

/** Time for a browser's exit and its files' removal, so that they do not weigh on what comes next. */
const SETTLE_MS = 250;

export const settle = (): Promise<void> => sleep(SETTLE_MS);

/** Runs something for every one in turn, several times; who begins changes each time, and each round. */
export async function interleave<T>(
  { number }: Pick<Round, "number">,
  { over, times }: { readonly over: readonly T[]; readonly times: number },
  run: (item: T, turn: number) => Promise<void>,
): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    const first = (number + turn) % over.length;
    for (const item of [...over.slice(first), ...over.slice(0, first)]) await run(item, turn);
  }
}

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const startedAt = performance.now();
  const result = await work();
  return { ms: performance.now() - startedAt, result };
}

/** The time that something takes, and the CPU time of the target's server meanwhile. */
export async function metered<T>(
  { serverPids }: Target,
  work: () => Promise<T>,
): Promise<{ readonly ms: number; readonly cpu: number; readonly result: T }> {
  const before = cpuMs(serverPids);
  const outcome = await timed(work);
  return { ...outcome, cpu: cpuMs(serverPids) - before };
}
