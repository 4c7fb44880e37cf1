import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isRunning } from "../setup/browser-processes.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { localFile, root, serverFile, stateDir } from "./paths.ts";

/** What scripts need to use the local server: `.berth/local.json`. */
export interface LocalSettings {
  readonly url: string;
  readonly apiKey: string;
  /** The Worker's ADMIN_TOKEN. */
  readonly adminToken: string;
  /** The Worker's BERTH_SECRET. */
  readonly secret: string;
  readonly accountId: string;
}

/** Who serves the state. */
interface ServerRecord {
  readonly pid: number;
  readonly command: string;
}

/** Reads what earlier runs left; nothing, for a first one. */
export function readLocalSettings(): Partial<LocalSettings> {
  return readJson(localFile) ?? {};
}

/** Settings with the two secrets filled in; they are made once and stay the same over restarts. */
export function prepareLocalSettings(): Partial<LocalSettings> & Pick<LocalSettings, "adminToken" | "secret"> {
  const known = readLocalSettings();
  const settings = {
    ...known,
    adminToken: known.adminToken ?? randomBytes(32).toString("base64url"),
    secret: known.secret ?? randomBytes(32).toString("base64url"),
  };
  writeLocalSettings(settings);
  return settings;
}

/** Readable by the owner only: it holds credentials. */
export function writeLocalSettings(settings: Partial<LocalSettings>): void {
  writeJson(localFile, settings);
}

/** Takes the local state for this process: two runtimes on the same database files would corrupt them. */
export function claimState(command: string): void {
  const other = readServer();
  if (other && other.pid !== process.pid && isServer(other.pid)) {
    const { url } = readLocalSettings();
    throw new SetupFailure(
      `Another Berth already serves this folder${url ? ` at ${url}` : ""} (${other.command}, process ${other.pid}).`,
      `Use that one, or stop it first: kill ${other.pid}`,
    );
  }
  writeJson(serverFile, { pid: process.pid, command });
}

function readServer(): ServerRecord | undefined {
  return readJson(serverFile) as ServerRecord | undefined;
}

/** After a restart of the machine the number may belong to something else: Linux tells what a process runs. */
function isServer(pid: number): boolean {
  if (!isRunning(pid) || !existsSync("/proc/self/cmdline")) {
    return isRunning(pid);
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(join(root, "scripts"));
  } catch {
    return false;
  }
}

/** Gives the local state back. */
export function releaseState(): void {
  if (readServer()?.pid === process.pid) {
    rmSync(serverFile, { force: true });
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function writeJson(path: string, value: object): void {
  mkdirSync(stateDir, { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, path);
}
