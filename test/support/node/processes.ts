import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import process from "node:process";
import { runDir } from "../../../scripts/local/paths.ts";
import { findBrowserProcesses } from "../../../scripts/setup/browser-processes.mjs";

/** Every Chromium process of this run, children included. */
export const listBrowserProcesses = () => findBrowserProcesses(runDir());

/** The Chromium main processes of this run: one a browser. Their children carry a `--type=`. */
export const listBrowsers = () =>
  listBrowserProcesses().filter(({ command }) => command.includes("--user-data-dir=") && !/ --type=/.test(command));

interface ChildProcess {
  readonly parent: number;
  readonly name: string;
  readonly residentKiB: number;
}

/** Resident memory in MiB of the Workers runtime that this server process started. */
export function readRuntimeMemory(serverPid: number): number {
  const processes = process.platform === "linux" ? readFromProc() : readFromPs();
  const runtime = processes.filter(({ parent, name }) => parent === serverPid && name.includes("workerd"));
  if (runtime.length === 0) throw new Error(`process ${serverPid} has no workerd`);
  return runtime.reduce((sum, { residentKiB }) => sum + residentKiB, 0) / 1024;
}

/** A bare Debian has no `ps`, so Linux reads /proc. */
function readFromProc(): ChildProcess[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const status = readFileSync(`/proc/${entry}/status`, "utf8");
        const field = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1] ?? "0";
        return [{ parent: Number(field("PPid")), name: field("Name"), residentKiB: Number(field("VmRSS")) }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

function readFromPs(): ChildProcess[] {
  return execFileSync("ps", ["-axo", "ppid=,rss=,comm="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ parent: Number(match[1]), name: match[3] ?? "", residentKiB: Number(match[2]) }));
}
