import type { TransportClose } from "../cdp/transport.ts";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { type EndReason, isTerminal, type SessionEvent, transition } from "../domain/session-state.ts";
import type { ObservedFingerprint, SessionView } from "../domain/session-view.ts";
import { EngineError, type EngineBrowser } from "../engines/engine.ts";
import { BrowserLink } from "./browser-link.ts";
import type { ConnectTokens } from "./connect-tokens.ts";
import type { DeadlineName, Deadlines } from "./deadlines.ts";
import type { Downstreams } from "./downstreams.ts";
import { closeFor } from "./end-close.ts";
import { launchBrowser, LAUNCH_LIMIT_MS } from "./launcher.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { CreateSession, OwnedSession } from "./session-object.ts";
import { NO_METRICS, type SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";
import { SessionTeardown } from "./session-teardown.ts";
import { toSessionView } from "./to-session-view.ts";

/** Well inside the shortest idle window of Browser Run, which closes a browser without commands for 60 s. */
const HEARTBEAT_MS = 30_000;
/** Grace on top of the launch limit before the alarm gives a launch up for lost. */
const LAUNCH_GRACE_MS = 5000;
const RETRY_AFTER_FAILED_LAUNCH_MS = 5000;

export interface SessionControllerOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  readonly deadlines: Deadlines;
  readonly downstreams: Downstreams;
  readonly tokens: ConnectTokens;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
}

/** One session's life: create, launch, connect, idle, end. Knows no HTTP and no wire words. */
export class SessionController {
  readonly #deps: SessionDeps;
  readonly #store: SessionStore;
  readonly #deadlines: Deadlines;
  readonly #downstreams: Downstreams;
  readonly #tokens: ConnectTokens;
  readonly #teardown: SessionTeardown;
  readonly #background: (promise: Promise<void>) => void;
  readonly #link: BrowserLink;

  constructor({ deps, store, deadlines, downstreams, tokens, background }: SessionControllerOptions) {
    this.#deps = deps;
    this.#store = store;
    this.#deadlines = deadlines;
    this.#downstreams = downstreams;
    this.#tokens = tokens;
    this.#background = background;
    this.#link = new BrowserLink({
      deps,
      store,
      onLost: (close) => this.#onLost(close),
      onCloseRequested: () => background(this.#endIgnored("a client closed the browser")),
    });
    this.#teardown = new SessionTeardown({ deps, store, deadlines, view: (record) => this.#view(record) });
  }

  /** Launches the browser; `ready` when it answers. Whatever goes wrong ends the session and frees its slot. */
  async create(command: CreateSession): Promise<Result<OwnedSession, Failure>> {
    if (this.#store.read()) return fail({ kind: "conflict", message: `session ${command.id} exists already` });
    const record = this.#store.create(newRecord(command));
    await this.#deadlines.set({
      launch: command.createdAt + LAUNCH_LIMIT_MS + LAUNCH_GRACE_MS,
      expiry: record.expiresAt,
    });
    try {
      return await this.#launch(record);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await this.end("launch_failed", reason);
      const retryAfterMs = (error instanceof EngineError && error.retryAfterMs) || RETRY_AFTER_FAILED_LAUNCH_MS;
      return fail({ kind: "launchFailed", reason, retryAfterMs });
    }
  }

  async #launch({ id, spec }: SessionRecord): Promise<Result<OwnedSession, Failure>> {
    const { engine, clock, logger } = this.#deps;
    const startedAt = clock.now();
    const wanted = (): boolean => this.#store.read()?.status === "launching";
    const browser = await launchBrowser({ engine, clock, wanted });
    if (!wanted()) return this.#abandon(browser);
    this.#store.update({ browserId: browser.browserId });
    const live = await this.#link.connect();
    const fingerprint = await this.#fingerprintOf(live);
    if (!wanted()) return this.#abandon(browser);
    this.#store.update({ fingerprint });
    if (spec.initialUrl !== null) live.openInitialUrl(spec.initialUrl);
    await this.#become({ type: "launched" });
    const now = clock.now();
    await this.#deadlines.set({ launch: null, heartbeat: now + HEARTBEAT_MS, idle: this.#idleAt(now) });
    logger.info("session.launched", { sessionId: id, engine: engine.name, launchMs: now - startedAt });
    return this.owned();
  }

  /** What earlier browsers of this build showed, checked in the background; a first one is asked. */
  async #fingerprintOf(live: LiveBrowser): Promise<ObservedFingerprint> {
    const { knownFingerprints, logger } = this.#deps;
    const known = knownFingerprints.find(live.userAgent);
    const observing = live.observeFingerprint().then((seen) => {
      const record = this.#store.read();
      // A client that has come, or a page that was opened, may have changed what there is to see.
      const untouched = record?.status === "launching" || record?.status === "ready";
      if (!record || !untouched || record.spec.initialUrl !== null) return seen;
      knownFingerprints.learn(live.userAgent, seen);
      this.#store.update({ fingerprint: seen });
      return seen;
    });
    if (known === undefined) return observing;
    this.#background(
      observing.then(
        () => undefined,
        // The page was closed or is loading the initial URL: the next session checks again.
        (error: unknown) => logger.info("session.fingerprint_unchecked", { error: String(error) }),
      ),
    );
    return known;
  }

  /** The session ended while its browser was starting: the browser must not outlive it. */
  async #abandon(browser: EngineBrowser): Promise<Result<OwnedSession, Failure>> {
    this.#link.release()?.close(closeFor("requested"));
    await browser.close();
    const record = this.#store.read();
    return fail({ kind: "sessionNotRunning", sessionId: record?.id ?? "", status: record?.status ?? "destroyed" });
  }

  /** The session as its owner sees it. */
  async owned(): Promise<Result<OwnedSession, Failure>> {
    const record = this.#store.read();
    if (!record) return fail({ kind: "sessionNotFound", sessionId: "" });
    if (isTerminal(record.status)) {
      return succeed({ view: this.#view(record), connectToken: null, liveViewToken: null });
    }
    const [connectToken, liveViewToken] = await Promise.all([
      this.#tokens.derive(record.id, "cdp"),
      this.#tokens.derive(record.id, record.spec.liveViewReadOnly ? "live_view_read_only" : "live_view"),
    ]);
    return succeed({ view: this.#view(record), connectToken, liveViewToken });
  }

  /** Ends the session, once: `undefined` when it has ended before. Answers when browser and slot are freed. */
  async end(reason: EndReason, detail: string | null = null): Promise<SessionView | undefined> {
    const record = this.#store.read();
    if (!record || !transition(record.status, { type: "ended", reason })) return undefined;
    const metrics = this.#link.metrics();
    const endedAt = this.#deps.clock.now();
    await this.#become({ type: "ended", reason }, { endReason: reason, endDetail: detail, endedAt, metrics });
    this.#deps.logger.info("session.ended", { sessionId: record.id, reason, detail });
    const close = closeFor(reason);
    this.#downstreams.closeAll(close);
    const ended = this.#store.read() ?? record;
    const view = this.#view(ended);
    await this.#teardown.run(ended, this.#link.release(), close);
    return view;
  }

  async #endIgnored(detail: string): Promise<void> {
    await this.end("requested", detail);
  }

  /** The browser, connected: restored first when this instance has not seen it, or lost its socket. */
  async browser(): Promise<LiveBrowser | undefined> {
    const record = this.#store.read();
    if (!record || isTerminal(record.status) || record.status === "launching") return undefined;
    try {
      return await this.#link.connect();
    } catch (error) {
      await this.end("engine_closed", error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  async clientConnected(): Promise<void> {
    await this.#become({ type: "clientConnected" });
    await this.#deadlines.set({ idle: null });
  }

  async clientLeft(): Promise<void> {
    if (this.#downstreams.count > 0) return;
    if (!(await this.#become({ type: "lastClientLeft" }))) return;
    await this.#deadlines.set({ idle: this.#idleAt(this.#deps.clock.now()) });
  }

  /** Runs whatever is due. Also safe when the alarm comes twice or late. */
  async onAlarm(): Promise<void> {
    for (const name of await this.#deadlines.take(this.#deps.clock.now())) await this.#onDeadline(name);
  }

  /** Whether the session still lives, after what is overdue was done. */
  async reap(): Promise<boolean> {
    if (!this.#store.read()) return false;
    await this.onAlarm();
    const record = this.#store.read();
    return record !== undefined && !isTerminal(record.status);
  }

  async #onDeadline(name: DeadlineName): Promise<void> {
    const record = this.#store.read();
    if (!record) return;
    switch (name) {
      case "launch":
        if (record.status === "launching") await this.end("launch_failed", "the launch did not finish in time");
        return;
      case "expiry":
        await this.end("expired");
        return;
      case "idle":
        if (this.#downstreams.count === 0) await this.end("idle");
        return;
      case "heartbeat":
        await this.#heartbeat();
        return;
      case "finalise":
        if (isTerminal(record.status)) await this.#teardown.run(record, undefined, closeFor("requested"));
        return;
      default:
        name satisfies never;
    }
  }

  async #heartbeat(): Promise<void> {
    const live = await this.browser();
    if (!live) return;
    try {
      await live.heartbeat();
    } catch (error) {
      await this.end("crashed", error instanceof Error ? error.message : String(error));
      return;
    }
    if (isTerminal(this.#store.read()?.status ?? "destroyed")) return;
    this.#store.update({ metrics: this.#link.metrics() });
    await this.#deadlines.set({ heartbeat: this.#deps.clock.now() + HEARTBEAT_MS });
  }

  /** The browser may well live on: connect again, or end the session. Clients come back by themselves. */
  #onLost(close: TransportClose): void {
    this.#deps.logger.warn("session.upstream_lost", { sessionId: this.#store.read()?.id, ...close });
    this.#downstreams.reconnectAll();
    this.#background(this.browser().then(() => this.clientLeft()));
  }

  async #become(event: SessionEvent, changes: Partial<SessionRecord> = {}): Promise<boolean> {
    const record = this.#store.read();
    const status = record && transition(record.status, event);
    if (!record || !status) return false;
    const revision = record.revision + 1;
    this.#store.update({ ...changes, status, revision });
    if (!isTerminal(status)) this.#background(this.#report({ ...record, status, revision }));
    return true;
  }

  async #report({ id, status, revision }: SessionRecord): Promise<void> {
    try {
      await this.#deps.reports.recordStatus({ id, status, revision });
    } catch (error) {
      // The index shows an older status until the next change; the Durable Object stays the truth.
      this.#deps.logger.warn("session.report_failed", { sessionId: id, status, error: String(error) });
    }
  }

  #idleAt(now: number): number | null {
    const idleMs = this.#store.read()?.spec.idleMs ?? null;
    return idleMs === null ? null : now + idleMs;
  }

  #view(record: SessionRecord): SessionView {
    const metrics = isTerminal(record.status) ? record.metrics : this.#link.metrics();
    return toSessionView(record, metrics, this.#deps.availableFeatures);
  }
}

function newRecord({ id, accountId, spec, createdAt }: CreateSession): SessionRecord {
  return {
    id,
    accountId,
    spec,
    status: "launching",
    revision: 0,
    createdAt,
    expiresAt: spec.lifetimeMs === null ? null : createdAt + spec.lifetimeMs,
    browserId: null,
    context: null,
    madeContexts: [],
    fingerprint: null,
    metrics: NO_METRICS,
    tags: spec.tags,
    tokenOnly: false,
    endedAt: null,
    endReason: null,
    endDetail: null,
  };
}
