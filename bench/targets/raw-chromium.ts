import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endBrowserProcesses } from "../../scripts/setup/browser-processes.mjs";
import { CdpClient } from "../cdp-client.ts";
import { processesWith, startOf } from "./processes.ts";
import type { BenchSession, Target } from "./target.ts";

const START_TIMEOUT_MS = 30_000;
const EXIT_TIMEOUT_MS = 5_000;
const PROFILE_FLAG = "--user-data-dir=";

/** How a browser is started, without its profile. */
export interface BrowserStart {
  readonly executable: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Reads from a running browser how the local browser binding starts it, so that the bare browser gets the same
 * binary, flags and environment.
 */
export function startOfBrowserIn(folder: string): BrowserStart {
  const pid = processesWith(`${PROFILE_FLAG}${folder}`).find((candidate) =>
    startOf(candidate).command.every((argument) => !argument.startsWith("--type=")),
  );
  if (pid === undefined) throw new Error(`No browser runs with a profile in ${folder}.`);
  const { command, environment } = startOf(pid);
  const [executable = "", ...args] = command;
  return { executable, args: args.filter((argument) => !argument.startsWith(PROFILE_FLAG)), environment };
}

/** The browser itself: a process start with a fresh profile, and its own DevTools socket. */
export function createRawChromium(start: BrowserStart, folder: string): Target {
  mkdirSync(folder, { recursive: true });
  return {
    name: "chromium",
    serverPids: [],
    runtimePids: [],
    createSession: ({ proxyPort } = {}) => launch(proxyPort === undefined ? start : through(proxyPort, start), folder),
    stop: async () => {
      await endBrowserProcesses(folder);
    },
  };
}

const through = (port: number, { args, ...start }: BrowserStart): BrowserStart => ({
  ...start,
  args: [...args, `--proxy-server=http://127.0.0.1:${port}`, "--proxy-bypass-list=<-loopback>"],
});

async function launch({ executable, args, environment }: BrowserStart, folder: string): Promise<BenchSession> {
  const profile = mkdtempSync(join(folder, "profile-"));
  const cwd = join(profile, "tmp");
  mkdirSync(cwd);
  const child = spawn(executable, [...args, `${PROFILE_FLAG}${profile}`], {
    cwd,
    env: environment,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const cdpUrl = await devtoolsUrl(child);
  return { cdpUrl, release: () => end({ child, exited, cdpUrl, profile }) };
}

function devtoolsUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error("Chromium did not start in time.")), START_TIMEOUT_MS);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (output === "found") return;
      output += chunk.toString();
      const url = /DevTools listening on (ws:\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      output = "found";
      clearTimeout(timer);
      resolve(url);
    });
    child.once("exit", () => reject(new Error(`Chromium ended at its start: ${output.slice(0, 200)}`)));
  });
}

interface RunningBrowser {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  readonly cdpUrl: string;
  readonly profile: string;
}

async function end({ child, exited, cdpUrl, profile }: RunningBrowser): Promise<void> {
  const client = await CdpClient.open(cdpUrl);
  client.send("Browser.close").catch(() => undefined);
  const ended = await Promise.race([exited.then(() => true), sleep(EXIT_TIMEOUT_MS, false)]);
  if (!ended) child.kill("SIGKILL");
  client.close();
  // Not waited for: it is no part of the release.
  setTimeout(() => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }), 100);
}
