import { join, resolve } from "node:path";
import process from "node:process";
import { berthDir, root } from "../setup/environment.mjs";

export { berthDir, root };

/** What the Worker is deployed with; local runs read the same file. */
export const wranglerConfig = join(root, "wrangler.toml");

/** D1 migrations, in the order of their names. */
export const migrationsDir = join(root, "migrations");

/** The production build of the Worker. */
export const workerDir = join(root, "dist", "worker");

/** Everything that belongs to one local deployment. BERTH_STATE gives tests and benchmarks one of their own. */
export const stateDir = process.env["BERTH_STATE"] ? resolve(process.env["BERTH_STATE"]) : berthDir;

/** D1, R2 and Durable Objects on disk, laid out as `wrangler dev --persist-to` does, which therefore sees the same data. */
export const persistDir = join(stateDir, "state");

/** `url`, `apiKey` and `adminToken` for scripts. */
export const localFile = join(stateDir, "local.json");

/** Names the process that serves this state. */
export const serverFile = join(stateDir, "server.json");

/** Output of the latest run of each tool. */
export const logsDir = join(berthDir, "logs");

/** What the Worker of this state logged in its latest run. */
export const workerLog = join(stateDir, "logs", "worker.log");

/** The temporary folder of this run, which scripts/run.mjs made and removes. */
export function runDir(): string {
  const dir = process.env["TMPDIR"];
  if (!dir?.startsWith(join(berthDir, "tmp"))) {
    throw new Error("Run this through scripts/run.mjs (npm start, npm test, npm run …): it sets up the environment.");
  }
  return dir;
}
