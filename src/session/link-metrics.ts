import { NO_METRICS, type SessionMetrics } from "../domain/session-view.ts";
import type { LiveBrowser } from "./live-browser.ts";

/** A session's counters over all of its sockets to the browser, and over this object's restarts. */
export class LinkMetrics {
  /** Counters of everything before the present socket. */
  #before: SessionMetrics;
  #live: LiveBrowser | undefined;
  /** Clients that left and have not come back. */
  #away = 0;

  /** @param stored what was kept when this object last wrote its counters. */
  constructor(stored: Partial<SessionMetrics> = {}) {
    this.#before = { ...NO_METRICS, ...stored };
  }

  /** Counts the traffic of this socket from now on. */
  follow(live: LiveBrowser | undefined): void {
    this.#before = this.read();
    this.#live = live;
  }

  launched(launchMs: number): void {
    this.#before = { ...this.#before, launchMs };
  }

  restored(): void {
    this.#before = { ...this.#before, restores: this.#before.restores + 1 };
  }

  proxied(bytes: number): void {
    this.#before = { ...this.#before, proxyBytes: this.#before.proxyBytes + bytes };
  }

  blocked(what: "request" | "popup"): void {
    const { blockedRequests, blockedPopups } = this.#before;
    this.#before =
      what === "request"
        ? { ...this.#before, blockedRequests: blockedRequests + 1 }
        : { ...this.#before, blockedPopups: blockedPopups + 1 };
  }

  clientLeft(): void {
    this.#away += 1;
  }

  clientCame(): void {
    if (this.#away === 0) return;
    this.#away -= 1;
    this.#before = { ...this.#before, reconnects: this.#before.reconnects + 1 };
  }

  read(): SessionMetrics {
    const before = this.#before;
    const live = this.#live;
    if (!live) return before;
    const { traffic } = live.mux;
    return {
      ...before,
      pagesVisited: before.pagesVisited + live.pagesVisited,
      bytesTransferred: before.bytesTransferred + traffic.units,
      cdpMessages: before.cdpMessages + traffic.messages,
      droppedMessages: before.droppedMessages + traffic.dropped,
    };
  }
}
