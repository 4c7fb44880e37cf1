import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { endBrowserProcesses } from "../setup/browser-processes.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { type ChosenBrowser, prepareChromium } from "../chromium.ts";
import { buildAssets } from "./assets.ts";
import { ensureLocalAccount } from "./local-account.ts";
import {
  type LocalSettings,
  claimState,
  prepareLocalSettings,
  releaseState,
  writeLocalSettings,
} from "./local-file.ts";
import { LocalRuntime } from "./local-runtime.ts";
import { applyMigrations } from "./migrations.ts";
import { runDir } from "./paths.ts";
import { choosePort } from "./port.ts";
import { buildWorker, type WorkerBuild } from "./worker-build.ts";

const SCHEDULE_MS = 60_000;
const STOP_MS = 6_000;

/** A Berth that serves on this machine. */
export interface LocalServer {
  readonly settings: LocalSettings;
  readonly browser: ChosenBrowser;
  /** Where its isolates are inspected, when that was asked for. */
  readonly inspectorUrl: string | undefined;
  /** Ends the server and every browser that it launched, within about ten seconds. */
  stop(): Promise<void>;
}

/** Values that only local use has: sessions may open pages of this machine, and every browser is Berth's. */
export function localBindings(settings: Pick<LocalSettings, "adminToken" | "secret">): Record<string, string> {
  const { EXIT_CHECK_URL: exitCheckUrl, BERTH_SECRET_PREVIOUS: earlier } = process.env;
  const { CAPTCHA_SOLVER_URL, CAPTCHA_SOLVER_KEY, CAPTCHA_POLL_MS, EXTENSIONS } = process.env;
  const chosen = { CAPTCHA_SOLVER_URL, CAPTCHA_SOLVER_KEY, CAPTCHA_POLL_MS, EXTENSIONS };
  return {
    ADMIN_TOKEN: settings.adminToken,
    BERTH_SECRET: settings.secret,
    ALLOW_PRIVATE_NETWORK: "true",
    // A proxy on the internet cannot ask this machine who it is.
    ...(exitCheckUrl !== undefined && { EXIT_CHECK_URL: exitCheckUrl }),
    ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
    ...(earlier !== undefined && { BERTH_SECRET_PREVIOUS: earlier }),
    EXCLUSIVE_BROWSERS: "true",
  };
}

/** What benchmarks change in how the production build is served. */
export interface ServerOptions {
  /** Changes the build before it is served. */
  readonly adapt?: (build: WorkerBuild) => WorkerBuild;
  /** Lets the runtime's isolates be inspected. */
  readonly inspect?: boolean;
}

/** Sets up what is missing and starts the production build; resolves when it serves and has an account. */
export async function startLocalServer(
  command: string,
  { adapt = (build) => build, inspect = false }: ServerOptions = {},
): Promise<LocalServer> {
  claimState(command);
  const settings = prepareLocalSettings();
  const port = await choosePort();
  const browser = await prepareChromium();
  await buildAssets();
  const build = adapt(await buildWorker());
  const runtime = new LocalRuntime(build, { port, bindings: localBindings(settings), inspect });
  try {
    const url = await runtime.ready();
    await applyMigrations(await runtime.database());
    await requireHealthy(url);
    const complete = await ensureLocalAccount({ ...settings, url });
    writeLocalSettings(complete);
    const schedule = startSchedule(runtime);
    const inspectorUrl = inspect ? await runtime.inspectorUrl() : undefined;
    return { settings: complete, browser, inspectorUrl, stop: () => stopRuntime(runtime, schedule) };
  } catch (error) {
    await stopRuntime(runtime);
    throw error;
  }
}

async function requireHealthy(url: string): Promise<void> {
  const response = await fetch(new URL("/health", url));
  if (!response.ok) {
    throw new SetupFailure(
      `The Worker started but /health answers ${response.status}: ${(await response.text()).slice(0, 200)}`,
      "Its log is in .berth/logs/worker.log.",
    );
  }
}

/** Local runtimes run no crons: it is run at the start, for sessions whose browsers a restart ended, and then every minute. */
function startSchedule(runtime: LocalRuntime): NodeJS.Timeout {
  const run = () => {
    runtime.runScheduled().catch((error: unknown) => console.error("The scheduled run failed:", error));
  };
  run();
  return setInterval(run, SCHEDULE_MS);
}

async function stopRuntime(runtime: LocalRuntime, schedule?: NodeJS.Timeout): Promise<void> {
  clearInterval(schedule);
  // The runtime asks its browsers to close and waits; whatever it does not reach in time is ended here.
  await Promise.race([runtime.stop().catch(() => undefined), sleep(STOP_MS)]);
  await endBrowserProcesses(runDir());
  releaseState();
}
