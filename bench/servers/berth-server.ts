import process from "node:process";
import { isInspected } from "../targets/server-process.ts";
import { startLocalServer } from "../../scripts/local/local-server.ts";
import { runMain } from "../../scripts/local/run-main.ts";
import { waitForStop } from "../../scripts/local/stop-signal.ts";

runMain(async () => {
  const stopped = waitForStop();
  const server = await startLocalServer("npm run bench", { inspect: isInspected() });
  const { url, apiKey, adminToken } = server.settings;
  process.send?.({ url, apiKey, adminToken, inspectorUrl: server.inspectorUrl });
  await stopped;
  await server.stop();
});
