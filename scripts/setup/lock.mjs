import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "./browser-processes.mjs";
import { berthDir } from "./environment.mjs";

const POLL_MS = 200;

/** Longer than any step takes: then the number in the lock belongs to some other process by now. */
const STALE_MS = 15 * 60_000;

/**
 * Runs a step of set-up that two commands must not do at once, such as the first two in a fresh clone.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  mkdirSync(berthDir, { recursive: true });
  const file = join(berthDir, `${name}.lock`);
  for (let isFirst = true; !take(file); isFirst = false) {
    if (isFirst) {
      process.stderr.write(`Waiting for another command that does the same (${name}) …\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function take(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    // A link appears with its content or not at all, and never over another.
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") {
      throw error;
    }
    clearStale(file);
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} file */
function clearStale(file) {
  try {
    const isOld = Date.now() - statSync(file).mtimeMs > STALE_MS;
    if (isOld || !isRunning(Number(readFileSync(file, "utf8")))) {
      rmSync(file, { force: true });
    }
  } catch {
    // It was given back while we looked.
  }
}
