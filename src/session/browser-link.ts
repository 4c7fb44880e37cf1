import type { TransportClose } from "../cdp/transport.ts";
import type { SessionMetrics } from "../domain/session-view.ts";
import { EngineError } from "../engines/engine.ts";
import { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import { NO_METRICS } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";

export interface BrowserLinkOptions {
  readonly deps: Pick<SessionDeps, "engine" | "clock">;
  readonly store: SessionStore;
  /** The socket broke; the browser may well live on. */
  readonly onLost: (close: TransportClose) => void;
  /** A client asked to close the browser. */
  readonly onCloseRequested: () => void;
}

/**
 * The session's one socket to its browser: opened when it is needed, opened anew to the same browser after
 * it broke or after this object lost its memory. Counts over all of them.
 */
export class BrowserLink {
  readonly #options: BrowserLinkOptions;
  #live: LiveBrowser | undefined;
  #opening: Promise<LiveBrowser> | undefined;
  /** Counters of the sockets before the present one. */
  #before: SessionMetrics;

  constructor(options: BrowserLinkOptions) {
    this.#options = options;
    this.#before = options.store.read()?.metrics ?? NO_METRICS;
  }

  /** The connected browser. @throws EngineError when the browser is gone. */
  connect(): Promise<LiveBrowser> {
    if (this.#live) return Promise.resolve(this.#live);
    // Set before the first await, so that concurrent callers share one connection.
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Lets go of the connection and answers it, if there is one: for whoever tears it down. */
  release(): LiveBrowser | undefined {
    const live = this.#live;
    this.#before = this.metrics();
    this.#live = undefined;
    return live;
  }

  metrics(): SessionMetrics {
    const live = this.#live;
    const before = this.#before;
    if (!live) return before;
    return {
      pagesVisited: before.pagesVisited + live.pagesVisited,
      bytesTransferred: before.bytesTransferred + live.mux.traffic.units,
      cdpMessages: before.cdpMessages + live.mux.traffic.messages,
    };
  }

  async #open(): Promise<LiveBrowser> {
    const { deps, store, onCloseRequested } = this.#options;
    const { engine, clock } = deps;
    const record = store.read();
    if (!record?.browserId) throw new EngineError("the session has no browser");
    const transport = await engine.resume(record.browserId).connect();
    let opened: LiveBrowser | undefined;
    const live = await LiveBrowser.open({
      transport,
      clock,
      context: record.context ?? (engine.features.sharesBrowser ? "new" : null),
      madeContexts: record.madeContexts,
      onLost: (close) => this.#lost(opened, close),
      onCloseRequested,
      onContextsChanged: (madeContexts) => store.update({ madeContexts }),
    });
    if (live.targets.own) store.update({ context: live.targets.own });
    opened = live;
    this.#live = live;
    return live;
  }

  /** A socket that breaks while it is being opened fails `open` itself. */
  #lost(live: LiveBrowser | undefined, close: TransportClose): void {
    if (live === undefined || this.#live !== live) return;
    this.release();
    this.#options.onLost(close);
  }
}
