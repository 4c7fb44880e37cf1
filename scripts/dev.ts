import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareChromium } from "./chromium.ts";
import { buildAssets } from "./local/assets.ts";
import { runQuietly, wranglerTool } from "./local/child-output.ts";
import { writeDevSecrets } from "./local/dev-secrets.ts";
import { ensureLocalAccount } from "./local/local-account.ts";
import { claimState, prepareLocalSettings, releaseState, writeLocalSettings } from "./local/local-file.ts";
import { localBindings } from "./local/local-server.ts";
import { persistDir, root } from "./local/paths.ts";
import { choosePort } from "./local/port.ts";
import { runMain } from "./local/run-main.ts";
import { waitForStop } from "./local/stop-signal.ts";
import { describeServer } from "./local/welcome.ts";
import { SetupFailure } from "./setup/failure.mjs";
import { step } from "./setup/progress.mjs";

const START_TIMEOUT_MS = 60_000;
const SCHEDULE_MS = 60_000;

runMain(async () => {
  claimState("npm run dev");
  const stopped = waitForStop();
  const settings = prepareLocalSettings();
  const port = await choosePort();
  const browser = await prepareChromium();
  await buildAssets();
  await migrate();
  const url = `http://127.0.0.1:${port}`;
  const wrangler = startWrangler(port, writeDevSecrets(localBindings(settings)));
  const ended = new Promise<number>((resolve) => wrangler.once("exit", (code) => resolve(code ?? 0)));
  await Promise.race([waitUntilHealthy(url), ended.then(failToStart)]);
  const complete = await ensureLocalAccount({ ...settings, url });
  writeLocalSettings(complete);
  console.log(describeServer(complete, browser));
  const schedule = startSchedule(url);
  const cause = await Promise.race([ended, stopped]);
  clearInterval(schedule);
  wrangler.kill("SIGTERM");
  await Promise.race([ended, sleep(5_000)]);
  releaseState();
  return typeof cause === "number" ? cause : 0;
});

async function migrate(): Promise<void> {
  const { code, output } = await step("Migrating the local database", () =>
    runQuietly("migrations", [wranglerTool, "d1", "migrations", "apply", "DB", "--local", "--persist-to", persistDir]),
  );
  if (code !== 0) {
    throw new SetupFailure(
      `The migrations cannot be applied: ${output.slice(-500)}`,
      "Fix the newest file in migrations/.",
    );
  }
}

/** wrangler keeps the terminal: its hot keys work, and Ctrl-C reaches it directly. */
function startWrangler(port: number, secretsFile: string): ChildProcess {
  const own = [".env", ".dev.vars"].filter((name) => existsSync(join(root, name)));
  const environmentFiles = [...own, secretsFile].flatMap((file) => ["--env-file", file]);
  const args = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--persist-to", persistDir, ...environmentFiles];
  return spawn(process.execPath, [wranglerTool, ...args], { cwd: root, stdio: "inherit" });
}

function failToStart(code: number): never {
  throw new SetupFailure(`wrangler dev ended with exit code ${code}.`, "Its messages are above.");
}

async function waitUntilHealthy(url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const response = await fetch(new URL("/health", url)).catch(() => undefined);
    if (response?.ok) {
      return;
    }
    await sleep(200);
  }
  throw new SetupFailure("The Worker did not answer /health within a minute.", "wrangler's messages are above.");
}

/** Local runtimes run no crons by themselves. */
function startSchedule(url: string): NodeJS.Timeout {
  const run = () => {
    fetch(new URL("/cdn-cgi/handler/scheduled?cron=*+*+*+*+*", url)).catch(() => undefined);
  };
  run();
  return setInterval(run, SCHEDULE_MS);
}
