import { mkdirSync, mkdtempSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything that local runs write: caches, state, logs, temporary files. Ignored by git. */
export const berthDir = join(root, ".berth");

/** Temporary folders, one a run: `<process id>-<random>`. */
export const tmpRoot = join(berthDir, "tmp");

/** A folder of this run's own for temporary files and browser profiles: what is left in it tells what to clear. */
export function createRunDir() {
  mkdirSync(tmpRoot, { recursive: true });
  return mkdtempSync(join(tmpRoot, `${process.pid}-`));
}

/**
 * The environment of every child: nothing is written outside the project's folder but npm's own cache,
 * nothing is sent anywhere, and the project's Node comes first.
 * @param {{ node: string, runDir: string }} options
 * @returns {NodeJS.ProcessEnv}
 */
export function createEnvironment({ node, runDir }) {
  /** @type {NodeJS.ProcessEnv} */
  const environment = {
    ...process.env,
    PATH: [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    TMPDIR: runDir,
    XDG_CACHE_HOME: join(berthDir, "cache"),
    XDG_CONFIG_HOME: join(berthDir, "config"),
    XDG_DATA_HOME: join(berthDir, "data"),
    XDG_STATE_HOME: join(berthDir, "data"),
    WRANGLER_WRITE_LOGS: "false",
    WRANGLER_LOG_PATH: join(berthDir, "logs"),
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    DO_NOT_TRACK: "1",
  };
  if (process.env.CI || !process.stdout.isTTY) {
    delete environment.FORCE_COLOR;
    environment.NO_COLOR = "1";
  }
  return environment;
}

/**
 * The environment for commands that act on a Cloudflare account: wrangler's login stays where the user has it.
 * @param {{ node: string }} options
 * @returns {NodeJS.ProcessEnv}
 */
export function createAccountEnvironment({ node }) {
  return {
    ...process.env,
    PATH: [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    WRANGLER_SEND_METRICS: process.env.WRANGLER_SEND_METRICS ?? "false",
  };
}
