import type { TransportClose } from "../cdp/transport.ts";
import { isTerminal } from "../domain/session-state.ts";
import type { SessionView } from "../domain/session-view.ts";
import type { Deadlines } from "./deadlines.ts";
import { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionDownloads } from "./session-downloads.ts";
import type { SessionRecording } from "./session-recording.ts";
import type { SessionProfile } from "./session-profile.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";
import { toEndedSession } from "./to-ended-session.ts";
import { within } from "../domain/within.ts";

export interface SessionTeardownOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  readonly deadlines: Deadlines;
  readonly profile: SessionProfile;
  readonly recording: SessionRecording;
  readonly downloads: SessionDownloads;
  readonly view: (record: SessionRecord) => SessionView;
}

/**
 * What follows an end: the browser is closed, the slot freed and the usage recorded, and the Durable Object
 * emptied. Each step may be repeated; until all have succeeded an alarm comes back to them.
 */
export class SessionTeardown {
  readonly #deps: SessionDeps;
  readonly #store: SessionStore;
  readonly #deadlines: Deadlines;
  readonly #profile: SessionProfile;
  readonly #recording: SessionRecording;
  readonly #downloads: SessionDownloads;
  readonly #view: (record: SessionRecord) => SessionView;

  constructor({ deps, store, deadlines, profile, recording, downloads, view }: SessionTeardownOptions) {
    this.#deps = deps;
    this.#store = store;
    this.#deadlines = deadlines;
    this.#profile = profile;
    this.#recording = recording;
    this.#downloads = downloads;
    this.#view = view;
  }

  /** @param live the connected browser, when this instance has one. */
  async run(record: SessionRecord, live: LiveBrowser | undefined, close: TransportClose): Promise<void> {
    if (!isTerminal(record.status)) return;
    // Before the first step: if this instance dies on the way, the alarm finishes the work.
    await this.#deadlines.replace({ finalise: this.#deps.clock.now() + this.#deps.timing.teardownRetryMs });
    // What is still on its way comes from a browser that is there.
    if (this.#downloads.isBusy) await this.#attempt("download", record, () => this.#downloads.settle());
    if (record.recording !== null) await this.#attempt("record", record, () => this.#recording.stop());
    const hasProfile = record.profile !== null;
    if (hasProfile && !(await this.#attempt("save", record, () => this.#save(record, live)))) return;
    const saved = this.#store.read() ?? record;
    const [closed, reported] = await Promise.all([
      this.#attempt("close", record, () => this.#closeBrowser(record, live, close)),
      this.#attempt("report", record, () => this.#report(saved)),
    ]);
    if (!closed || !reported) return;
    const isRecorded = record.recording !== null;
    if (isRecorded && !(await this.#attempt("keep", record, () => this.#recording.keep(saved)))) return;
    await this.#store.clear();
    this.#deadlines.forget();
  }

  /** While the browser is still there, and no client is any more. */
  async #save(record: SessionRecord, live: LiveBrowser | undefined): Promise<void> {
    const isGone = record.endReason === "crashed" || record.endReason === "engine_closed";
    let reached: LiveBrowser | undefined;
    await this.#profile.saveAtEnd(async () => {
      if (live !== undefined || isGone) return live;
      reached = await within(this.#deps.timing.attemptLimitMs, this.#reconnect(record));
      return reached;
    });
    reached?.close({ code: 1000, reason: "done" });
  }

  async #closeBrowser(record: SessionRecord, live: LiveBrowser | undefined, close: TransportClose): Promise<void> {
    if (record.browserId === null) return;
    const { engine } = this.#deps;
    const browser = engine.resume(record.browserId);
    if (engine.features.sharesBrowser) await this.#disposeContexts(record, live);
    live?.close(close);
    await within(this.#deps.timing.closeLimitMs, browser.close());
  }

  /** The browser stays for others; only what this session opened goes. */
  async #disposeContexts(record: SessionRecord, live: LiveBrowser | undefined): Promise<void> {
    if (record.context === null || record.browserId === null) return;
    const connected = live ?? (await this.#reconnect(record));
    await connected?.disposeContexts();
    if (!live) connected?.close({ code: 1000, reason: "done" });
  }

  async #reconnect({ browserId, context, madeContexts }: SessionRecord): Promise<LiveBrowser | undefined> {
    const { engine, clock } = this.#deps;
    const ignore = (): void => undefined;
    try {
      const transport = await engine.resume(browserId ?? "").connect();
      const listeners = { onLost: ignore, onCloseRequested: ignore, onContextsChanged: ignore };
      const { sharesBrowser } = engine.features;
      return await LiveBrowser.open({ transport, clock, sharesBrowser, context, madeContexts, ...listeners });
    } catch {
      // The shared browser is gone, and the contexts with it.
      return undefined;
    }
  }

  async #report(record: SessionRecord): Promise<void> {
    const { id, status, createdAt, endReason, browserId } = record;
    if ((status !== "destroyed" && status !== "failed") || endReason === null) return;
    const endedAt = record.endedAt ?? this.#deps.clock.now();
    // Nobody could use the browser of a launch that failed: neither the session nor its time is counted.
    const refund = endReason === "launch_failed" || (endReason === "capability_failed" && !isLaunched(record));
    const { reports, analytics, engine } = this.#deps;
    const finalView = this.#view(record);
    const isFirst = await reports.recordEnd({
      id,
      status,
      endReason,
      endedAt,
      browserMs: browserId === null || refund ? 0 : endedAt - createdAt,
      proxyBytes: finalView.metrics.proxyBytes,
      proxyCostMicros: finalView.proxyCostMicros,
      browserId,
      refund,
      finalView,
    });
    // A teardown may be repeated; the index tells the first time.
    if (isFirst) analytics.sessionEnded(toEndedSession(record, engine.name, endedAt));
  }

  async #attempt(step: string, { id }: SessionRecord, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.#deps.logger.warn("session.teardown_unfinished", { sessionId: id, step, error: String(error) });
      return false;
    }
  }
}

const isLaunched = ({ metrics }: SessionRecord): boolean => metrics.launchMs !== null;
