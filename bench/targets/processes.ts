import { readFileSync, readdirSync } from "node:fs";

const NS_PER_MS = 1e6;
const KIB_PER_MB = 1000 ** 2 / 1024;

/** Scheduler time of processes so far, in milliseconds: all their threads, exact to the nanosecond. */
export function cpuMs(pids: readonly number[]): number {
  const threads = pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}`));
  return threads.reduce((sum, thread) => sum + threadNs(thread), 0) / NS_PER_MS;
}

function threadNs(thread: string): number {
  try {
    return Number(readFileSync(`${thread}/schedstat`, "utf8").split(" ", 1)[0]);
  } catch {
    // It ended while we looked.
    return 0;
  }
}

/** Memory of processes in MB, shared pages divided among those that share them. */
export function memoryMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + pssKib(pid), 0) / KIB_PER_MB;
}

/** Resident memory of processes in MiB, as `ps` shows it: cheap to read, shared pages counted in full. */
export function residentMib(pids: readonly number[]): number {
  const kib = pids.map((pid) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0),
  );
  return kib.reduce((sum, value) => sum + value, 0) / 1024;
}

function pssKib(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
}

/** Children of a process whose command has this name. */
export function childrenNamed(parent: number, name: string): number[] {
  return runningPids().filter((pid) => {
    const stat = readText(`/proc/${pid}/stat`);
    const end = stat.lastIndexOf(")");
    return stat.slice(stat.indexOf("(") + 1, end) === name && Number(stat.slice(end + 2).split(" ")[1]) === parent;
  });
}

/** The processes whose command line holds a text. */
export function processesWith(text: string): number[] {
  return runningPids().filter((pid) => readText(`/proc/${pid}/cmdline`).includes(text));
}

/** A process's command line and environment. */
export function startOf(pid: number): { readonly command: string[]; readonly environment: Record<string, string> } {
  const split = (text: string): string[] => text.split("\0").filter((part) => part !== "");
  const variables = split(readFileSync(`/proc/${pid}/environ`, "utf8")).map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return { command: split(readFileSync(`/proc/${pid}/cmdline`, "utf8")), environment: Object.fromEntries(variables) };
}

const runningPids = (): number[] => readdirSync("/proc").map(Number).filter(Number.isInteger);

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
