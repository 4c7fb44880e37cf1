import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { LocalSettings } from "../../../scripts/local/local-file.ts";
import { root, runDir } from "../../../scripts/local/paths.ts";
import { typeScriptFlags } from "../../../scripts/setup/node-binary.mjs";

const START_TIMEOUT_MS = 100_000;
const STOP_TIMEOUT_MS = 15_000;

/** A Berth of the test run's own, as the tests see it: plain data, because it crosses to vitest's workers. */
export interface BerthServer extends LocalSettings {
  /** The server's process. */
  readonly pid: number;
  /** Its D1 and Durable Object files. */
  readonly stateDir: string;
}

/** What `npm start` runs, in a process of its own and with an empty state of its own. */
export interface RunningServer {
  readonly server: BerthServer;
  stop(): Promise<void>;
}

/** A server whose browsers are 20 ms away. */
export const startDistantServer = (): Promise<RunningServer> =>
  startBerthServer(join(runDir(), "distant"), join(import.meta.dirname, "distant-server.ts"));

const PRODUCTION = join(root, "scripts", "start.ts");

/**
 * Starts the production build; resolves when it serves and has an account on the plan "scale".
 *
 * @param dir its folder: a server that stops ends every browser whose profile is in there.
 * @param script what is run.
 * @param variables of the environment, besides those of the tests.
 */
export async function startBerthServer(
  dir = runDir(),
  script = PRODUCTION,
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const stateDir = join(dir, "berth");
  mkdirSync(dir, { recursive: true });
  const child = spawn(process.execPath, [...typeScriptFlags(process.execPath), script], {
    cwd: root,
    env: { ...process.env, TMPDIR: dir, BERTH_STATE: stateDir, PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  try {
    await waitUntilReady(child);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const settings = JSON.parse(readFileSync(join(stateDir, "local.json"), "utf8")) as LocalSettings;
  return { server: { ...settings, pid: child.pid ?? 0, stateDir }, stop: () => stop(child) };
}

function waitUntilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (what: string) => reject(new Error(`The server under test ${what}:\n${output}`));
    const timer = setTimeout(() => fail(`was not ready in ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    child.once("exit", (code) => fail(`ended with code ${code}`));
    child.once("error", reject);
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (/^Ready in /m.test(output)) {
        clearTimeout(timer);
        resolve();
      }
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
