import process from "node:process";
import { startLocalServer } from "../../scripts/local/local-server.ts";
import { runMain } from "../../scripts/local/run-main.ts";
import { waitForStop } from "../../scripts/local/stop-signal.ts";

runMain(async () => {
  const stopped = waitForStop();
  const server = await startLocalServer("npm run bench");
  const { url, apiKey } = server.settings;
  process.send?.({ url, apiKey });
  await stopped;
  await server.stop();
});
