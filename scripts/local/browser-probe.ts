import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { endBrowserProcesses } from "../setup/browser-processes.mjs";
import { runDir } from "./paths.ts";

const START_TIMEOUT_MS = 20_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** What a trial start of a browser showed. */
export type ProbeResult =
  | { readonly works: true; readonly version: string; readonly userAgent: string; readonly startMs: number }
  | { readonly works: false; readonly reason: string };

interface CdpAnswer {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly result?: Readonly<Record<string, unknown>>;
}

/**
 * Starts a browser the way the local binding does and has a page compute something: a browser may print its version
 * and still be unable to run (a missing library, no sandbox, a confinement that hides our folder).
 */
export async function probeBrowser(executable: string): Promise<ProbeResult> {
  const dir = mkdtempSync(join(runDir(), "probe-"));
  const profile = join(dir, "profile");
  mkdirSync(profile);
  const startedAt = performance.now();
  const child = spawn(
    executable,
    [
      "--headless=new",
      "--remote-debugging-port=0",
      "--disable-dev-shm-usage",
      "--no-first-run",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { detached: true, env: {}, stdio: ["ignore", "ignore", "pipe"] },
  );
  try {
    const endpoint = await waitForEndpoint(child);
    const startMs = performance.now() - startedAt;
    return { works: true, ...(await askBrowser(endpoint)), startMs };
  } catch (error) {
    return { works: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await endBrowserProcesses(dir);
  }
}

function waitForEndpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error("it did not start within 20 s")), START_TIMEOUT_MS);
    child.stderr?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const endpoint = /DevTools listening on (ws:\S+)/.exec(output)?.[1];
      if (endpoint) {
        clearTimeout(timer);
        resolve(endpoint);
      }
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(firstReason(output) ?? `it ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** The line that says why; Chromium's logging prefix and stack traces are left out. */
function firstReason(output: string): string | undefined {
  const lines = output.split("\n").map((line) => line.replace(/^\[[^\]]*\]\s*/, "").trim());
  return lines.find((line) => /error|fatal|sandbox|not found|denied|cannot/i.test(line)) ?? lines.find(Boolean);
}

/** What the browser calls itself, once one of its pages has answered. */
async function askBrowser(endpoint: string): Promise<{ readonly version: string; readonly userAgent: string }> {
  const socket = new WebSocket(endpoint);
  const deadline = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const ask = createAsker(socket, deadline);
    await onceOpen(socket, deadline);
    const { product, userAgent } = await ask("Browser.getVersion", {});
    const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
    await ask("Runtime.evaluate", { expression: "1 + 1" }, String(sessionId));
    return { version: String(product), userAgent: String(userAgent) };
  } finally {
    socket.close();
  }
}

function onceOpen(socket: WebSocket, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error("its DevTools port refused the connection")), {
      once: true,
    });
    deadline.addEventListener("abort", () => reject(new Error("its DevTools port did not answer")), { once: true });
  });
}

type Ask = (method: string, params: object, sessionId?: string) => Promise<Readonly<Record<string, unknown>>>;

function createAsker(socket: WebSocket, deadline: AbortSignal): Ask {
  let lastId = 0;
  const waiting = new Map<number, (answer: CdpAnswer) => void>();
  socket.addEventListener("message", (event: MessageEvent) => {
    const answer = JSON.parse(String(event.data)) as CdpAnswer;
    waiting.get(answer.id ?? 0)?.(answer);
  });
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, ({ error, result }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result ?? {}),
      );
      deadline.addEventListener("abort", () => reject(new Error(`it did not answer ${method}`)), { once: true });
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
}
