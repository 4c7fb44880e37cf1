import { CapabilityError } from "../capabilities/capability-error.ts";
import type { TransportClose } from "../cdp/transport.ts";
import type { Failure } from "../domain/failure.ts";
import { assertNever, fail, type Result, succeed } from "../domain/result.ts";
import { type EndReason, isTerminal, transition } from "../domain/session-state.ts";
import type { SessionView } from "../domain/session-view.ts";
import { EngineError } from "../engines/engine.ts";
import { BrowserLink, BrowserLostError } from "./browser-link.ts";
import type { ConnectTokens } from "./connect-tokens.ts";
import type { DeadlineName, Deadlines } from "./deadlines.ts";
import type { Downstreams, HeldClients } from "./downstreams.ts";
import { closeFor } from "./end-close.ts";
import type { LiveBrowser } from "./live-browser.ts";
import { SessionEgress } from "./session-egress.ts";
import type { SessionDownloads } from "./session-downloads.ts";
import type { SessionDeps } from "./session-deps.ts";
import { LaunchRefused, SessionLaunch } from "./session-launch.ts";
import type { CreateSession, OwnedSession } from "./session-object.ts";
import type { People } from "./people.ts";
import { SessionExtensions } from "./session-extensions.ts";
import { SessionPages } from "./session-pages.ts";
import type { SessionSecrets } from "./session-secrets.ts";
import type { SessionProfile } from "./session-profile.ts";
import type { SessionRecording } from "./session-recording.ts";
import { newRecord, type SessionRecord } from "./session-record.ts";
import { SessionStatusWriter } from "./session-status.ts";
import type { SessionStore } from "./session-store.ts";
import { SessionTeardown } from "./session-teardown.ts";
import { toSessionView } from "./to-session-view.ts";
import { settledWithin } from "../domain/within.ts";

/** Grace on top of the launch limit before the alarm gives a launch up for lost. */
const LAUNCH_GRACE_MS = 5000;
const RETRY_AFTER_FAILED_LAUNCH_MS = 5000;
/** What a person does more often than this moves no deadline: each move is a write. */
const ATTENDED_STEP_MS = 5000;

export interface SessionControllerOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  readonly deadlines: Deadlines;
  readonly downstreams: Downstreams;
  readonly tokens: ConnectTokens;
  readonly profile: SessionProfile;
  readonly recording: SessionRecording;
  readonly people: People;
  readonly downloads: SessionDownloads;
  readonly secrets: SessionSecrets;
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
  readonly #launch: SessionLaunch;
  readonly #profile: SessionProfile;
  readonly #status: SessionStatusWriter;
  readonly #people: People;
  /** When a person last worked in the session, as far as that counts; epoch milliseconds. */
  #attendedAt = -Infinity;
  /** Whether this instance has looked at what an earlier one left behind. */
  #awake = false;

  constructor(options: SessionControllerOptions) {
    const { deps, store, deadlines, downstreams, tokens, profile, recording, people, downloads, secrets } = options;
    const { background } = options;
    this.#deps = deps;
    this.#people = people;
    this.#profile = profile;
    this.#store = store;
    this.#deadlines = deadlines;
    this.#downstreams = downstreams;
    this.#tokens = tokens;
    this.#background = background;
    this.#status = new SessionStatusWriter({
      deps,
      store,
      background,
      onGivenUp: () => this.#endIgnored("requested", "the session was given up"),
    });
    const onCapabilityFailed = ({ message }: CapabilityError): void =>
      background(this.#endIgnored("capability_failed", message));
    const egress = new SessionEgress({ deps, store, onFailed: onCapabilityFailed, background });
    const onBlocked = (what: "request" | "popup"): void => this.#link.metrics.blocked(what);
    const tell = (event: string, params: object): void => this.tellClients(event, params);
    const extensions = new SessionExtensions({ deps, store });
    const pages = new SessionPages({ deps, store, secrets, extensions, onBlocked, tell });
    const promised = { egress, profile, recording, pages, extensions, onCapabilityFailed };
    this.#link = new BrowserLink({
      deps,
      store,
      ...promised,
      director: people.director,
      downloads,
      onLost: (close) => this.#onLost(close),
      onCloseRequested: () => background(this.#endIgnored("requested", "a client closed the browser")),
      background,
    });
    this.#launch = new SessionLaunch({ deps, store, link: this.#link, ...promised, background });
    this.#teardown = new SessionTeardown({
      deps,
      store,
      deadlines,
      profile,
      recording,
      downloads,
      view: (record) => this.#view(record),
    });
  }

  /** Launches the browser; `ready` when it answers. Whatever goes wrong ends the session and frees its slot. */
  async create(command: CreateSession): Promise<Result<OwnedSession, Failure>> {
    if (this.#store.read()) return fail({ kind: "conflict", message: `session ${command.id} exists already` });
    this.#awake = true;
    const record = this.#store.create(newRecord(command));
    const { clock, timing } = this.#deps;
    const launch = clock.now() + timing.launchLimitMs + LAUNCH_GRACE_MS;
    await this.#deadlines.set({ launch, expiry: record.expiresAt });
    try {
      if (await this.#launch.run(record, command)) return await this.#launched(record);
      const status = this.#store.read()?.status ?? "destroyed";
      return fail({ kind: "sessionNotRunning", sessionId: record.id, status });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // The cause behind the message is for the operator only.
      this.#deps.logger.warn("session.launch_failed", { sessionId: record.id, error });
      await this.end(error instanceof CapabilityError ? "capability_failed" : "launch_failed", reason);
      if (error instanceof LaunchRefused) return fail(error.failure);
      const retryAfterMs = (error instanceof EngineError && error.retryAfterMs) || RETRY_AFTER_FAILED_LAUNCH_MS;
      return fail({ kind: "launchFailed", reason, retryAfterMs });
    }
  }

  async #launched({ id, spec }: SessionRecord): Promise<Result<OwnedSession, Failure>> {
    const { engine, clock, logger, timing } = this.#deps;
    this.#status.become({ type: "launched" });
    const now = clock.now();
    const checkpoint = spec.profile?.persist === true ? now + timing.checkpointMs : null;
    const heartbeat = now + timing.heartbeatMs;
    await this.#deadlines.set({ launch: null, heartbeat, checkpoint, idle: this.#idleAt(now) });
    logger.info("session.launched", {
      sessionId: id,
      engine: engine.name,
      launchMs: this.#link.metrics.read().launchMs,
    });
    return this.owned();
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
    const metrics = this.#link.metrics.read();
    const endedAt = this.#deps.clock.now();
    this.#status.become({ type: "ended", reason }, { endReason: reason, endDetail: detail, endedAt, metrics });
    this.#deps.logger.info("session.ended", { sessionId: record.id, reason, detail, ...metrics });
    const close = closeFor(reason);
    this.#downstreams.closeAll(close);
    this.#people.ended(close);
    const ended = this.#store.read() ?? record;
    const view = this.#view(ended);
    await this.#teardown.run(ended, this.#link.release(), close);
    return view;
  }

  async #endIgnored(reason: EndReason, detail: string): Promise<void> {
    await this.end(reason, detail);
  }

  /**
   * The browser, connected: restored first when this instance has not seen it, or lost its socket. A browser
   * that cannot be had any more ends the session; then, and while it launches, there is none.
   */
  async browser(): Promise<LiveBrowser | undefined> {
    await this.wake();
    const record = this.#store.read();
    if (!record || isTerminal(record.status) || record.status === "launching") return undefined;
    try {
      return await this.#link.connect();
    } catch (error) {
      const reason = error instanceof BrowserLostError ? error.reason : "engine_closed";
      await this.end(reason, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /**
   * Takes up what an instance before this one left: a launch that nobody waits for any more, and clients whose
   * sockets went with that instance. To be called before anything else is done with the session.
   */
  async wake(): Promise<void> {
    if (this.#awake) return;
    this.#awake = true;
    const status = this.#store.read()?.status;
    if (status === "launching") await this.end("launch_failed", "the launch was interrupted");
    if (status !== "active") return;
    await this.clientGone();
  }

  async clientConnected(): Promise<void> {
    this.#link.metrics.clientCame();
    this.#status.become({ type: "clientConnected" });
    await this.#deadlines.set({ idle: null });
  }

  /** A client left, or was cut off. */
  async clientGone(): Promise<void> {
    this.#link.metrics.clientLeft();
    await this.idleIfAlone();
  }

  /** The idle time begins when nobody is connected, nor about to be. */
  async idleIfAlone(): Promise<void> {
    if (this.#downstreams.count > 0) return;
    if (!this.#status.become({ type: "lastClientLeft" })) return;
    await this.#deadlines.set({ idle: this.#idleAt(this.#deps.clock.now()) });
  }

  /** A person works in the session: the idle time of one that no client is connected to begins anew. */
  async attended(stepMs = ATTENDED_STEP_MS): Promise<void> {
    const now = this.#deps.clock.now();
    if (this.#downstreams.count > 0 || now - this.#attendedAt < stepMs) return;
    this.#attendedAt = now;
    const status = this.#store.read()?.status;
    if (status !== "ready" && status !== "idle") return;
    await this.#deadlines.set({ idle: this.#idleAt(now) });
  }

  /** Work for a caller of the API: until it is done the session does not fall idle. */
  async busyWith<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#downstreams.whileWorking(work);
    } finally {
      // Its deadline may have passed meanwhile.
      await this.attended(0);
    }
  }

  /** The browser while a socket to it is open. */
  get current(): LiveBrowser | undefined {
    return this.#link.current;
  }

  /** Tells every client of an event of Berth's own. */
  tellClients(event: string, params: object): void {
    const mux = this.#link.current?.mux;
    mux?.tell(mux.sessionsOf(), event, params);
  }

  /** Runs whatever is due. Also safe when the alarm comes twice or late. */
  async onAlarm(): Promise<void> {
    await this.wake();
    for (const name of await this.#deadlines.take(this.#deps.clock.now())) await this.#onDeadline(name);
  }

  /** Whether this object still has the session in hand, its unfinished end included, after what is overdue was done. */
  async reap(): Promise<boolean> {
    if (!this.#store.read()) return false;
    await this.onAlarm();
    return this.#store.read() !== undefined;
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
        // Work that is under way may be the object's last: then the deadline is there still.
        if (this.#people.isNeeded || this.#downstreams.count > 0)
          await this.#deadlines.set({ idle: this.#idleAt(this.#deps.clock.now()) });
        else await this.end("idle");
        return;
      case "heartbeat":
        await this.#heartbeat();
        return;
      case "checkpoint":
        await this.#deadlines.set({ checkpoint: this.#deps.clock.now() + this.#deps.timing.checkpointMs });
        // Not waited for: a deadline that comes meanwhile must not.
        this.#background(this.#checkpoint());
        return;
      case "finalise":
        await this.#teardown.run(record, this.#link.release(), closeFor(record.endReason ?? "requested"));
        return;
      default:
        assertNever(name);
    }
  }

  async #checkpoint(): Promise<void> {
    const live = await this.browser();
    if (live) await this.#profile.checkpoint(live);
  }

  async #heartbeat(): Promise<void> {
    // The next one first: should this instance die on the way, another one comes back to it.
    await this.#deadlines.set({ heartbeat: this.#deps.clock.now() + this.#deps.timing.heartbeatMs });
    if (this.#link.current) await this.#link.ask();
    if (!(await this.browser())) return;
    this.#store.update({ metrics: this.#link.metrics.read() });
  }

  /**
   * The socket to the browser broke. Clients are kept until it is known what became of the browser, so that
   * each gets the close code that is true: "connect again", or why the session has ended.
   */
  #onLost(close: TransportClose): void {
    const sessionId = this.#store.read()?.id;
    this.#deps.logger.warn("session.upstream_lost", { sessionId, ...close });
    const held = this.#downstreams.hold();
    this.#people.lost();
    this.#background(this.#settle(held));
  }

  async #settle(held: HeldClients): Promise<void> {
    const restored = this.browser();
    await settledWithin(this.#deps.timing.holdMs, restored);
    for (let left = held.reconnect(); left > 0; left -= 1) this.#link.metrics.clientLeft();
    const live = await restored;
    if (live) this.#people.back(live);
    await this.idleIfAlone();
  }

  #idleAt(now: number): number | null {
    const idleMs = this.#store.read()?.spec.idleMs ?? null;
    return idleMs === null ? null : now + idleMs;
  }

  #view(record: SessionRecord): SessionView {
    const metrics = isTerminal(record.status) ? record.metrics : this.#link.metrics.read();
    return toSessionView(record, metrics, this.#deps.availableFeatures);
  }
}
