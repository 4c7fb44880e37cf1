import type { Transport } from "../../../src/cdp/transport.ts";
import { LiveBrowser, type LiveBrowserOptions } from "../../../src/session/live-browser.ts";

const ignore = (): void => undefined;

/** A browser taken into use as a session does, for a test that is not about how; in its default context. */
export const openLive = (transport: Transport, options: Partial<LiveBrowserOptions> = {}): Promise<LiveBrowser> =>
  LiveBrowser.open({
    transport,
    clock: { now: () => 0 },
    sharesBrowser: false,
    context: null,
    madeContexts: [],
    onLost: ignore,
    onCloseRequested: ignore,
    onContextsChanged: ignore,
    ...options,
  });
