import { EgressError } from "../capabilities/proxy/egress-error.ts";
import { checkExit } from "../capabilities/proxy/exit-check.ts";
import { openProxiedContext } from "../capabilities/proxy/proxied-context.ts";
import type { Clock } from "../domain/clock.ts";
import type { ExitReport, ProxyExit } from "../domain/proxy-exit.ts";
import type { UpstreamProxy } from "../domain/proxy-pool.ts";
import type { BrowserEngine } from "../engines/engine.ts";
import { LiveBrowser } from "./live-browser.ts";

export interface ProbeDeps {
  readonly engine: BrowserEngine;
  readonly clock: Clock;
}

const LIMIT_MS = 15_000;
const ignore = (): void => undefined;

/**
 * Tries a proxy as a session would use it: from a browser of its own, which is closed afterwards.
 *
 * @throws EngineError when there is no browser to be had.
 */
export async function probeExit(
  { engine, clock }: ProbeDeps,
  { server, credentials }: UpstreamProxy,
  exitCheckUrl: string,
): Promise<ExitReport> {
  const browser = await engine.launch({ location: null });
  try {
    const transport = await browser.connect();
    const { sharesBrowser } = engine.features;
    const listeners = { onLost: ignore, onCloseRequested: ignore, onContextsChanged: ignore };
    const live = await LiveBrowser.open({
      transport,
      clock,
      context: null,
      sharesBrowser,
      madeContexts: [],
      ...listeners,
    });
    const { connection } = live;
    const { id: browserContextId } = await openProxiedContext(connection, server);
    const { targetId } = await live.openHiddenTab(browserContextId);
    const begunAt = clock.now();
    const asking = { connection, targetId, url: exitCheckUrl, credentials, limitMs: LIMIT_MS };
    const report = await checkExit(asking).then(toReport, toProblem);
    const latencyMs = clock.now() - begunAt;
    // A browser that others use keeps what nobody disposes of.
    await connection.send("Target.disposeBrowserContext", { browserContextId });
    live.close({ code: 1000, reason: "done" });
    return { ...report, latencyMs };
  } finally {
    await browser.close();
  }
}

const toReport = (exit: ProxyExit) => ({ works: true, exit }) as const;

function toProblem(error: unknown) {
  if (!(error instanceof EgressError)) throw error;
  return { works: false, problem: error.problem, reason: error.message } as const;
}
