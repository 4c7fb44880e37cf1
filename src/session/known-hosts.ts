import type { HostBrowser } from "../domain/fingerprint.ts";
import { readHost } from "./host-probe.ts";
import type { LiveBrowser } from "./live-browser.ts";

const MAX_BUILDS = 100;

/**
 * What an engine's browsers are like, by their user agent: browsers of one build run on one kind of host, and asking
 * one takes a tab of its own. Lives as long as the isolate.
 */
export class KnownHosts {
  readonly #byUserAgent = new Map<string, HostBrowser>();

  /** @throws CdpCommandError when the browser does not answer; the next session asks again. */
  async of(live: LiveBrowser): Promise<HostBrowser> {
    const known = this.#byUserAgent.get(live.userAgent);
    if (known !== undefined) return known;
    const host = await readHost(live);
    // A deployment sees a handful of builds; a bound all the same.
    if (this.#byUserAgent.size >= MAX_BUILDS) this.#byUserAgent.clear();
    this.#byUserAgent.set(live.userAgent, host);
    return host;
  }
}
