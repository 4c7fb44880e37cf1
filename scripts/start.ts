import { formatMs } from "./setup/progress.mjs";
import { startLocalServer } from "./local/local-server.ts";
import { runMain } from "./local/run-main.ts";
import { waitForStop } from "./local/stop-signal.ts";
import { describeServer } from "./local/welcome.ts";

runMain(async () => {
  const startedAt = performance.now();
  const stopped = waitForStop();
  const server = await Promise.race([startLocalServer("npm start"), stopped]);
  if (typeof server === "string") {
    return;
  }
  console.log(describeServer(server.settings, server.browser));
  console.log(`Ready in ${formatMs(performance.now() - startedAt)}. Ctrl-C ends it and its browsers.`);
  await stopped;
  console.log("Stopping …");
  await server.stop();
});
