import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { tmpRoot } from "./environment.mjs";

const TERM_GRACE_MS = 1_500;
const KILL_GRACE_MS = 3_000;

/** @typedef {{ pid: number, parent: number, group: number, command: string }} RunningProcess */

/** @returns {RunningProcess[]} */
export function listProcesses() {
  return process.platform === "linux" ? listFromProc() : listFromPs();
}

/** A bare Debian has no `ps`, so Linux reads /proc. */
function listFromProc() {
  /** @type {RunningProcess[]} */
  const running = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) {
      continue;
    }
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // A zombie has ended: it only waits for its parent to ask.
      if (state !== "Z") {
        running.push({ pid, parent: Number(parent), group: Number(group), command });
      }
    } catch {
      // It ended while we looked, or is not ours to see.
    }
  }
  return running;
}

function listFromPs() {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,pgid=,stat=,command="], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && !match[4].startsWith("Z"))
    .map(([, pid, parent, group, , command]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      command,
    }));
}

/**
 * The browsers whose profile lies in this folder, with their child processes: a browser leads a process group
 * of its own, and its children name no profile.
 * @param {string} runDir
 * @returns {RunningProcess[]}
 */
export function findBrowserProcesses(runDir) {
  const running = listProcesses();
  const marker = `--user-data-dir=${runDir}/`;
  const browsers = running.filter(({ command }) => command.includes(marker));
  const pids = new Set(browsers.map(({ pid }) => pid));
  const groups = new Set(browsers.filter(({ pid, group }) => pid === group).map(({ group }) => group));
  return running.filter(({ pid, group }) => pid !== process.pid && (pids.has(pid) || groups.has(group)));
}

/**
 * Ends every browser that was launched from this run's folder. Within about five seconds, whatever they do.
 * @param {string} runDir
 * @returns {Promise<number>} how many processes had to be ended
 */
export async function endBrowserProcesses(runDir) {
  const found = findBrowserProcesses(runDir);
  const targets = new Set(found.map(({ pid }) => pid));
  if (found.length === 0) {
    return 0;
  }
  signal(targets, "SIGTERM");
  if (!(await waitUntilGone(targets, TERM_GRACE_MS))) {
    for (const { pid } of findBrowserProcesses(runDir)) {
      targets.add(pid);
    }
    signal(targets, "SIGKILL");
    await waitUntilGone(targets, KILL_GRACE_MS);
  }
  return found.length;
}

/**
 * Kills a process with everything below it, for one that shares its process group with the terminal.
 * @param {number} pid
 */
export function killTree(pid) {
  const running = listProcesses();
  const targets = new Set([pid]);
  // A set may grow while it is walked: children of children are reached too.
  for (const target of targets) {
    running.filter(({ parent }) => parent === target).forEach((child) => targets.add(child.pid));
  }
  signal(targets, "SIGKILL");
}

/**
 * Ends what is left of a run and removes its folder.
 * @param {string} runDir
 * @returns {Promise<number>} how many browser processes had to be ended
 */
export async function clearRun(runDir) {
  const ended = await endBrowserProcesses(runDir);
  rmSync(runDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return ended;
}

/** Clears runs whose process is gone: they were killed before they could do it themselves. */
export async function clearAbandonedRuns() {
  for (const name of listRuns()) {
    const pid = Number.parseInt(basename(name), 10);
    if (!isRunning(pid)) {
      await clearRun(join(tmpRoot, name));
    }
  }
}

function listRuns() {
  try {
    return readdirSync(tmpRoot);
  } catch {
    return [];
  }
}

/** @param {number} pid */
export function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * @param {Set<number>} pids
 * @param {NodeJS.Signals} name
 */
function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It is gone already.
    }
  }
}

/**
 * @param {Set<number>} pids
 * @param {number} withinMs
 */
async function waitUntilGone(pids, withinMs) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const running = listProcesses();
    if (!running.some(({ pid }) => pids.has(pid))) {
      return true;
    }
    if (performance.now() > deadline) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
