import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { startLocalServer } from "../../../scripts/local/local-server.ts";
import { workerDir } from "../../../scripts/local/paths.ts";
import { runMain } from "../../../scripts/local/run-main.ts";
import { waitForStop } from "../../../scripts/local/stop-signal.ts";
import type { WorkerBuild } from "../../../scripts/local/worker-build.ts";

// What `npm start` runs, except that messages between the session and its browser take their time: locally they
// arrive sooner than a page can start, and hide whatever comes too late in a deployment.
runMain(async () => {
  const stopped = waitForStop();
  const server = await startLocalServer("the tests", { adapt: withDistantBrowser });
  console.log("Ready in no time.");
  await stopped;
  await server.stop();
});

/** The production build as it is, behind an entry that delays the browser's socket. */
function withDistantBrowser({ options, modules }: WorkerBuild): WorkerBuild {
  const [entry, ...others] = modules;
  if (!entry) throw new Error("The build has no modules.");
  const source = readFileSync(join(import.meta.dirname, "distant-worker", "index.ts"), "utf8");
  return {
    options,
    modules: [
      { type: "ESModule", path: join(workerDir, "index.js"), contents: stripTypeScriptTypes(source) },
      { ...entry, path: join(workerDir, "berth.js") },
      ...others,
    ],
  };
}
