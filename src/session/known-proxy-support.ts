import { EgressError } from "../capabilities/proxy/egress-error.ts";
import { checkExit } from "../capabilities/proxy/exit-check.ts";
import { openProxiedContext } from "../capabilities/proxy/proxied-context.ts";
import type { LiveBrowser } from "./live-browser.ts";

/** Nothing listens there: whatever comes back did not come through it. */
const NO_PROXY = "http://127.0.0.1:1";
const LIMIT_MS = 10_000;

/**
 * Whether an engine's browsers send the traffic of a context through its proxy. No engine says so, and one that
 * ignores the proxy would answer every exit check from its own address. So the first browser of a build is given a
 * proxy that is not there. Lives as long as the isolate.
 */
export class KnownProxySupport {
  readonly #byUserAgent = new Set<string>();

  /** @throws EgressError when traffic goes around the proxy; the next session asks again. */
  async require(live: LiveBrowser, exitCheckUrl: string): Promise<void> {
    if (this.#byUserAgent.has(live.userAgent)) return;
    if (await isIgnored(live, exitCheckUrl)) {
      throw new EgressError("proxy_unreachable", "the browsers of this deployment's engine do not use proxies");
    }
    this.#byUserAgent.add(live.userAgent);
  }
}

async function isIgnored(live: LiveBrowser, url: string): Promise<boolean> {
  const { connection } = live;
  const { id: browserContextId } = await openProxiedContext(connection, NO_PROXY);
  try {
    const { targetId } = await live.openHiddenTab(browserContextId);
    await checkExit({ connection, targetId, url, credentials: null, limitMs: LIMIT_MS });
    return true;
  } catch (error) {
    if (error instanceof EgressError) return false;
    throw error;
  } finally {
    // With the browser gone there is nothing to dispose of.
    connection.send("Target.disposeBrowserContext", { browserContextId }).catch(() => undefined);
  }
}
