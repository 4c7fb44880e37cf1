import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { startLocalServer } from "../../scripts/local/local-server.ts";
import { workerDir } from "../../scripts/local/paths.ts";
import { runMain } from "../../scripts/local/run-main.ts";
import { waitForStop } from "../../scripts/local/stop-signal.ts";
import { isInspected } from "../targets/server-process.ts";
import type { WorkerBuild } from "../../scripts/local/worker-build.ts";

runMain(async () => {
  const stopped = waitForStop();
  const server = await startLocalServer("npm run soak", { adapt: withResetDoor, inspect: isInspected() });
  const { url, apiKey } = server.settings;
  process.send?.({ url, apiKey, inspectorUrl: server.inspectorUrl });
  await stopped;
  await server.stop();
});

/** The production build as it is, behind an entry that can lose a session's object. */
function withResetDoor({ options, modules }: WorkerBuild): WorkerBuild {
  const [entry, ...others] = modules;
  if (!entry) throw new Error("The build has no modules.");
  const source = readFileSync(join(import.meta.dirname, "..", "soak", "worker", "index.ts"), "utf8");
  return {
    options,
    modules: [
      { type: "ESModule", path: join(workerDir, "index.js"), contents: stripTypeScriptTypes(source) },
      { ...entry, path: join(workerDir, "berth.js") },
      ...others,
    ],
  };
}
