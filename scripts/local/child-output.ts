import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";
import { logsDir, root } from "./paths.ts";

interface Manifest {
  readonly bin: string | Readonly<Record<string, string>>;
}

/** How a child process ended, with everything that it printed. */
export interface ChildResult {
  readonly code: number;
  readonly output: string;
}

/** The JavaScript file of a tool in node_modules, so that it runs on this Node and not on the first one in PATH. */
export function toolFile(path: string): string {
  return join(root, "node_modules", path);
}

/** The file behind a package's command of the same name. */
export function commandFile(name: string): string {
  const { bin } = JSON.parse(readFileSync(toolFile(`${name}/package.json`), "utf8")) as Manifest;
  return join(toolFile(name), typeof bin === "string" ? bin : (bin[name] ?? ""));
}

/** wrangler's command line. */
export const wranglerTool = toolFile("wrangler/bin/wrangler.js");

/** Runs a Node script and keeps its output: in memory and in `.berth/logs/<name>.log`. */
export function runQuietly(name: string, args: readonly string[]): Promise<ChildResult> {
  mkdirSync(logsDir, { recursive: true });
  const logFile = join(logsDir, `${name}.log`);
  writeFileSync(logFile, "");
  return new Promise((resolve, reject) => {
    let output = "";
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        const text = stripVTControlCharacters(chunk.toString());
        output += text;
        appendFileSync(logFile, text);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** How a tool runs on the terminal. */
export interface VisibleOptions {
  /** After this long it is ended, with a failing exit code. */
  readonly timeoutMs?: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs a Node script on the same terminal and gives its exit code. */
export function runVisibly(args: readonly string[], options: VisibleOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { timeoutMs: timeout = 0, environment: env = process.env } = options;
    const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env, timeout, killSignal: "SIGKILL" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
