import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { childrenNamed } from "./processes.ts";

const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 12_000;

/** What a server tells its parent once it serves. */
export interface ServerReady {
  readonly url: string;
  readonly apiKey?: string;
  readonly adminToken?: string;
  readonly inspectorUrl?: string;
}

/** A server in a process of its own, so that its CPU time and memory are its alone. */
export interface ServerProcess extends ServerReady {
  readonly nodePid: number;
  readonly runtimePids: readonly number[];
  stop(): Promise<void>;
}

export interface ServerStart {
  /** Its state, temporary files and browsers go here. */
  readonly folder: string;
  /** Lets its isolates be inspected. */
  readonly inspect?: boolean;
}

const INSPECT = "BERTH_BENCH_INSPECT";

/** For a server: whether its parent wants to inspect it. */
export const isInspected = (): boolean => process.env[INSPECT] === "1";

/** Starts `bench/servers/<name>.ts`. */
export async function startServer(name: string, { folder, inspect = false }: ServerStart): Promise<ServerProcess> {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  const child = fork(join(import.meta.dirname, "..", "servers", `${name}.ts`), {
    env: {
      ...process.env,
      PORT: "0",
      TMPDIR: temporary,
      BERTH_STATE: join(folder, "state"),
      [INSPECT]: inspect ? "1" : "0",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // A Ctrl-C of the terminal reaches only us: servers stop in order.
    detached: true,
  });
  const ready = await waitUntilReady(child, name);
  const nodePid = child.pid ?? 0;
  return { ...ready, nodePid, runtimePids: childrenNamed(nodePid, "workerd"), stop: () => stopChild(child) };
}

function waitUntilReady(child: ChildProcess, name: string): Promise<ServerReady> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The server ${name} did not start in time.`)), START_TIMEOUT_MS);
    child.once("message", (message) => {
      clearTimeout(timer);
      resolve(message as ServerReady);
    });
    child.once("exit", (code) => reject(new Error(`The server ${name} ended at its start with exit code ${code}.`)));
  });
}

function stopChild(child: ChildProcess): Promise<void> {
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
