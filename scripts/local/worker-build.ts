import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import process from "node:process";
import type { V4ModuleDefinition, V4WorkerOptionsShape } from "miniflare";
import { SetupFailure } from "../setup/failure.mjs";
import { withLock } from "../setup/lock.mjs";
import { step } from "../setup/progress.mjs";
import { runQuietly, wranglerTool } from "./child-output.ts";
import { berthDir, logsDir, root, workerDir, wranglerConfig } from "./paths.ts";

/** The Worker as it is deployed: its modules, and its bindings and settings from wrangler.toml. */
export interface WorkerBuild {
  readonly options: V4WorkerOptionsShape;
  readonly modules: V4ModuleDefinition[];
}

interface Stamp {
  readonly fingerprint: string;
  readonly options: V4WorkerOptionsShape;
}

/** Readable by the owner only: the options hold the values of .dev.vars. */
const stampFile = join(berthDir, "worker-build.json");

/** Settings and secrets that wrangler reads beside wrangler.toml. */
const SETTINGS = ["wrangler.toml", "package-lock.json", "tsconfig.json", ".dev.vars", ".env", ".env.local"];

const MODULE_TYPES: Readonly<Record<string, V4ModuleDefinition["type"]>> = {
  ".js": "ESModule",
  ".mjs": "ESModule",
  ".wasm": "CompiledWasm",
  ".bin": "Data",
  ".txt": "Text",
  ".html": "Text",
  ".sql": "Text",
};

/** Builds the Worker with wrangler's bundler, minified as for a deployment, unless its sources are as they were. */
export function buildWorker(): Promise<WorkerBuild> {
  return withLock("build", async () => readBuild(fingerprintSources()) ?? (await build(fingerprintSources())));
}

function readBuild(fingerprint: string): WorkerBuild | undefined {
  const stamp = readStamp();
  return stamp?.fingerprint === fingerprint && existsSync(join(workerDir, "index.js"))
    ? { options: stamp.options, modules: readModules() }
    : undefined;
}

async function build(fingerprint: string): Promise<WorkerBuild> {
  const options = await step("Building the Worker", async () => {
    const [read] = await Promise.all([readOptions(), bundle()]);
    return read;
  });
  await writeFile(stampFile, JSON.stringify({ fingerprint, options } satisfies Stamp), { mode: 0o600 });
  return { options, modules: readModules() };
}

function fingerprintSources(): string {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
  for (const name of [...SETTINGS, ...sources]) {
    const path = join(root, name);
    hash.update(`\0${name}\0`).update(existsSync(path) ? readFileSync(path) : "absent");
  }
  return hash.update(root).digest("hex");
}

function readStamp(): Stamp | undefined {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8")) as Stamp;
  } catch {
    return undefined;
  }
}

/** Loading wrangler takes a second, which is why its reading of the configuration is kept. */
async function readOptions(): Promise<V4WorkerOptionsShape> {
  const { unstable_getMiniflareWorkerOptions: read } = await import("wrangler");
  return read(wranglerConfig).workerOptions;
}

async function bundle(): Promise<void> {
  const fresh = `${workerDir}.partial-${process.pid}`;
  const { code, output } = await runQuietly("build", [
    wranglerTool,
    "deploy",
    "--dry-run",
    "--minify",
    "--outdir",
    fresh,
  ]);
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true });
    throw new SetupFailure(
      `The Worker does not build: ${firstError(output)}`,
      `wrangler's output is in ${relative(root, join(logsDir, "build.log"))}.`,
    );
  }
  await rm(workerDir, { recursive: true, force: true });
  await mkdir(join(root, "dist"), { recursive: true });
  await rename(fresh, workerDir);
}

/** The first error with its place in the sources, from among wrangler's decorations. */
function firstError(output: string): string {
  const errors = output.split("[ERROR]").slice(1);
  const error = errors.find((text) => !/^\s*Build failed/.test(text)) ?? errors[0] ?? "wrangler gave no reason";
  const [message = "", ...details] = error.trim().split("\n");
  const place = details.map((line) => line.trim()).find((line) => /^\S+:\d+:\d+:?$/.test(line));
  return place ? `${message} (${place.replace(/:$/, "")})` : message;
}

/** The bundle's files, the entry first. */
function readModules(): V4ModuleDefinition[] {
  const names = readdirSync(workerDir).filter((name) => extname(name) in MODULE_TYPES);
  return names
    .toSorted((left, right) => Number(right === "index.js") - Number(left === "index.js"))
    .map((name) => ({
      type: MODULE_TYPES[extname(name)] ?? "Data",
      path: join(workerDir, name),
      contents: readFileSync(join(workerDir, name)),
    }));
}
