import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { LocalRuntime } from "../../scripts/local/local-runtime.ts";
import { runDir, workerDir } from "../../scripts/local/paths.ts";
import { runMain } from "../../scripts/local/run-main.ts";
import { waitForStop } from "../../scripts/local/stop-signal.ts";
import { buildWorker, type WorkerBuild } from "../../scripts/local/worker-build.ts";
import { isInspected } from "../targets/server-process.ts";
import { endBrowserProcesses } from "../../scripts/setup/browser-processes.mjs";

const STOP_MS = 6_000;

runMain(async () => {
  const stopped = waitForStop();
  const runtime = new LocalRuntime(await pipeBuild(), { port: 0, bindings: {}, inspect: isInspected() });
  const url = await runtime.ready();
  process.send?.({ url, inspectorUrl: isInspected() ? await runtime.inspectorUrl() : undefined });
  await stopped;
  await Promise.race([runtime.stop().catch(() => undefined), sleep(STOP_MS)]);
  await endBrowserProcesses(runDir());
});

/** The pipe in the shape of Berth's build, with Berth's date and flags, so that the same runtime serves both. */
async function pipeBuild(): Promise<WorkerBuild> {
  const { compatibilityDate, compatibilityFlags } = (await buildWorker()).options;
  const source = readFileSync(join(import.meta.dirname, "..", "pipe-worker", "index.ts"), "utf8");
  return {
    options: {
      ...(compatibilityDate !== undefined && { compatibilityDate }),
      ...(compatibilityFlags !== undefined && { compatibilityFlags }),
      browserRendering: { binding: "BROWSER" },
      d1Databases: { DB: "pipe" },
      durableObjects: { SESSIONS: { className: "PipeSession", useSQLite: true } },
    },
    modules: [{ type: "ESModule", path: join(workerDir, "index.js"), contents: stripTypeScriptTypes(source) }],
  };
}
