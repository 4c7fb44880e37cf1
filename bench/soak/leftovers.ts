import { setTimeout as sleep } from "node:timers/promises";
import { countSessionRows, readLeftovers } from "../../test/support/node/server-state.ts";
import { findBrowserProcesses } from "../../scripts/setup/browser-processes.mjs";

/** An end that did not finish at once is finished by an alarm after 15 s. */
const LIMIT_MS = 40_000;
const LOOK_AGAIN_MS = 500;

/** What there must be none of once every session was destroyed; the index keeps one row a session. */
export interface SoakLeftovers {
  readonly sessionRows: number;
  readonly unendedRows: number;
  readonly armedAlarms: number;
  readonly fullObjects: number;
  readonly chromiumProcesses: number;
}

/** What is left, once it is as it should be, or when the time for that is over. */
export async function readSoakLeftovers(folder: string, stateDir: string): Promise<SoakLeftovers> {
  const startedAt = performance.now();
  for (;;) {
    const left = readLeftovers({ stateDir });
    const chromiumProcesses = findBrowserProcesses(folder).length;
    const isClean = Object.values(left).every((count) => count === 0) && chromiumProcesses === 0;
    if (isClean || performance.now() - startedAt > LIMIT_MS) {
      return { sessionRows: countSessionRows({ stateDir }), ...left, chromiumProcesses };
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
