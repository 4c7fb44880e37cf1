import { CapabilityError } from "../capabilities/capability-error.ts";
import { NO_OVERRIDES, type Overrides } from "../capabilities/stealth/overrides.ts";
import type { MuxDirector } from "../cdp/director.ts";
import type { Transport, TransportClose } from "../cdp/transport.ts";
import type { SessionSpec } from "../domain/session-spec.ts";
import { type EndReason, isTerminal, type SessionStatus } from "../domain/session-state.ts";
import { BrowserGoneError } from "../engines/engine.ts";
import { LiveBrowser, type LiveBrowserOptions } from "./live-browser.ts";
import { LinkMetrics } from "./link-metrics.ts";
import type { SessionDownloads } from "./session-downloads.ts";
import type { SessionExtensions } from "./session-extensions.ts";
import type { SessionPages } from "./session-pages.ts";
import type { SessionRecording } from "./session-recording.ts";
import type { SessionProfile } from "./session-profile.ts";
import type { SessionEgress } from "./session-egress.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";
import { pause, TimeLimitError, within } from "../domain/within.ts";

/** The browser cannot be had any more: the session ends for this reason. */
export class BrowserLostError extends Error {
  override readonly name = "BrowserLostError";
  readonly reason: EndReason;

  constructor(reason: EndReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

export interface BrowserLinkOptions {
  readonly deps: Pick<SessionDeps, "engine" | "clock" | "timing" | "logger">;
  readonly store: SessionStore;
  readonly egress: SessionEgress;
  readonly profile: SessionProfile;
  readonly recording: SessionRecording;
  readonly director: MuxDirector;
  readonly downloads: SessionDownloads;
  readonly pages: SessionPages;
  readonly extensions: SessionExtensions;
  /** The socket broke; the browser may well live on. */
  readonly onLost: (close: TransportClose) => void;
  /** A client asked to close the browser. */
  readonly onCloseRequested: () => void;
  /** Something that the session promised is not in force any more. */
  readonly onCapabilityFailed: (error: CapabilityError) => void;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
}

const WHY_LOST =
  "The connection to the browser broke, as it does when an answer is larger than 32 MiB (ask for less at a time, " +
  "or for a stream); what the command did is unknown";
const SILENT: TransportClose = { code: 1006, reason: "the browser's connection fell silent" };

/**
 * The session's one socket to its browser: opened when it is needed, opened anew to the same browser after
 * it broke or after this object lost its memory. Counts over all of them.
 */
export class BrowserLink {
  readonly metrics: LinkMetrics;
  readonly #options: BrowserLinkOptions;
  #live: LiveBrowser | undefined;
  #opening: Promise<LiveBrowser> | undefined;
  #asking = false;
  /** The last socket broke although the browser was not being closed. */
  #brokeOff = false;

  constructor(options: BrowserLinkOptions) {
    this.#options = options;
    this.metrics = new LinkMetrics(options.store.read()?.metrics);
  }

  /**
   * The connected browser. An engine that does not answer as it should is asked again, for less than a minute.
   *
   * @throws BrowserLostError when the browser is gone, says nothing, or cannot be reached.
   */
  connect(): Promise<LiveBrowser> {
    if (this.#live) return Promise.resolve(this.#live);
    // Set before the first await, so that concurrent callers share one connection.
    this.#opening ??= this.#openPatiently().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** The browser while a socket to it is open. */
  get current(): LiveBrowser | undefined {
    return this.#live;
  }

  /** Lets go of the connection and answers it, if there is one: for whoever tears it down. */
  release(): LiveBrowser | undefined {
    const live = this.#live;
    this.metrics.follow(undefined);
    this.#live = undefined;
    return live;
  }

  /** Asks the browser for a sign of life; a socket over which none comes is given up. */
  async ask(): Promise<void> {
    const live = this.#live;
    if (!live || this.#asking) return;
    this.#asking = true;
    try {
      await live.heartbeat(this.#options.deps.timing.heartbeatLimitMs);
    } catch {
      if (this.#live !== live) return;
      this.#lost(live, SILENT);
      live.close(SILENT);
    } finally {
      this.#asking = false;
    }
  }

  async #openPatiently(): Promise<LiveBrowser> {
    const { deps, store } = this.#options;
    const waits = [...deps.timing.reachWaitsMs];
    for (;;) {
      try {
        return await this.#openInTime();
      } catch (error) {
        const lost = this.#isFinal(error);
        if (lost) throw lost;
        const wait = waits.shift();
        const detail = error instanceof Error ? error.message : String(error);
        if (wait === undefined) throw new BrowserLostError("engine_closed", `unreachable: ${detail}`, error);
        deps.logger.warn("session.browser_unreachable", { sessionId: store.read()?.id, detail, waitMs: wait });
        await pause(wait);
      }
    }
  }

  #isFinal(error: unknown): BrowserLostError | undefined {
    if (error instanceof BrowserLostError) return error;
    if (error instanceof BrowserGoneError) {
      const reason = (error.crashed ?? this.#brokeOff) ? "crashed" : "engine_closed";
      return new BrowserLostError(reason, error.message, error);
    }
    if (error instanceof TimeLimitError) return new BrowserLostError("crashed", "the browser does not answer", error);
    return undefined;
  }

  async #openInTime(): Promise<LiveBrowser> {
    const attempt = new Attempt();
    try {
      return await within(this.#attemptLimitMs, this.#open(attempt));
    } catch (error) {
      attempt.abandon();
      throw error;
    }
  }

  /** The first browser that is asked whether it loads extensions is given one: files to write take their time. */
  get #attemptLimitMs(): number {
    const { deps, store } = this.#options;
    const { attemptLimitMs, launchLimitMs } = deps.timing;
    const record = store.read();
    const mayAsk = record?.status === "launching" && record.spec.extensions.length > 0;
    return mayAsk ? launchLimitMs : attemptLimitMs;
  }

  async #open(attempt: Attempt): Promise<LiveBrowser> {
    const { deps, store, egress, profile, director, onCloseRequested, background } = this.#options;
    const { engine, clock, logger } = deps;
    const record = store.read();
    if (!record?.browserId) throw new BrowserLostError("engine_closed", "the session has no browser");
    const transport = attempt.take(await engine.resume(record.browserId).connect());
    let opened: LiveBrowser | undefined;
    const live = await LiveBrowser.open({
      transport,
      clock,
      sharesBrowser: engine.features.sharesBrowser,
      traffic: {
        onBytes: (bytes) => {
          this.metrics.proxied(bytes);
          egress.onTraffic();
        },
        onProxyError: () => egress.onProxyError(),
      },
      context: record.context ?? (engine.features.sharesBrowser ? "new" : null),
      ...clientTraces(record.spec),
      madeContexts: record.madeContexts,
      onLost: (close) => this.#lost(opened, close),
      director,
      onCloseRequested,
      onSilence: () => background(this.ask()),
      onFault: (error) => logger.error("session.message_failed", { sessionId: record.id, error }),
      onContextsChanged: (madeContexts) => store.update({ madeContexts }),
      onVisit: (origin) => profile.visited(origin),
    });
    // The session may have ended meanwhile.
    const status = store.read()?.status;
    if (attempt.abandoned || status === undefined || isTerminal(status)) {
      live.close({ code: 1000, reason: "the session has ended" });
      throw new BrowserLostError("requested", "the session has ended, or this attempt took too long");
    }
    await this.#takeIntoUse(live, record, status);
    opened = live;
    this.#live = live;
    this.metrics.follow(live);
    if (status !== "launching") this.metrics.restored();
    return live;
  }

  /** Everything that the session promised, before a client comes. */
  async #takeIntoUse(live: LiveBrowser, record: SessionRecord, status: SessionStatus): Promise<void> {
    const { store, egress, profile, recording, downloads, pages, extensions } = this.#options;
    if (live.targets.own) store.update({ context: live.targets.own });
    if (record.storage.tab) live.hideTab(record.storage.tab);
    recording.over(live);
    downloads.over(live);
    await this.#inForce(live, pages.over(live));
    // While the session launches there is none of these yet.
    if (record.egress) await this.#inForce(live, egress.resume(live));
    const isWatched = recording.isOn || pages.isOn;
    const overrides = record.overrides ?? (isWatched && status !== "launching" ? NO_OVERRIDES : null);
    if (overrides) await this.#inForce(live, this.#reapply(live, overrides));
    if (status !== "launching") recording.begun();
    if (status !== "launching") await this.#inForce(live, extensions.resume(live));
    if (record.profile && status !== "launching") await this.#inForce(live, profile.resume(live));
  }

  /** Overrides end with the socket that they were set over. */
  async #reapply(live: LiveBrowser, overrides: Overrides): Promise<void> {
    const { setUp } = await live.applyOverrides(overrides, this.#options.onCapabilityFailed);
    await setUp;
  }

  /** What the session promised has to hold again before a client comes. */
  async #inForce(live: LiveBrowser, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      live.close({ code: 1000, reason: "the browser could not be taken into use" });
      if (error instanceof CapabilityError) throw new BrowserLostError("capability_failed", error.message, error);
      throw error;
    }
  }

  /** A socket that breaks while it is being opened fails `open` itself. */
  #lost(live: LiveBrowser | undefined, close: TransportClose): void {
    if (live === undefined || this.#live !== live) return;
    this.#brokeOff = !live.isClosing;
    live.mux.lost(WHY_LOST);
    this.release();
    this.#options.onLost(close);
  }
}

/** How far clients are kept from being noticed. */
function clientTraces({ stealth, console }: SessionSpec): Pick<LiveBrowserOptions, "pointerForce" | "quietConsole"> {
  const isQuiet = stealth === "max" && console !== "all";
  return { pointerForce: stealth !== "none", quietConsole: isQuiet ? console : undefined };
}

/** One attempt to connect. Whenever it is given up, it leaves no socket behind. */
class Attempt {
  abandoned = false;
  #transport: Transport | undefined;

  take(transport: Transport): Transport {
    this.#transport = transport;
    if (this.abandoned) this.abandon();
    return transport;
  }

  abandon(): void {
    this.abandoned = true;
    this.#transport?.close({ code: 1000, reason: "the attempt took too long" });
  }
}
