import type { Clock } from "../domain/clock.ts";
import type { CdpConnection } from "./cdp-connection.ts";
import { CommandWatch } from "./command-watch.ts";
import { type Outgoing, TARGET_CRASHED } from "./client-session.ts";
import { BINARY_MESSAGE, FLOOD, INTERNAL, SLOW_READER, TARGET_GONE } from "./close-codes.ts";
import { judge, type MuxEgress, type Verdict } from "./command-policy.ts";
import { type MuxDirector, sessionsOf, whenAdmitted } from "./director.ts";
import type { DownloadDesk } from "./download-desk.ts";
import type { GatedMux, Outcome } from "./gated-mux.ts";
import { HeldDocuments } from "./held-documents.ts";
import { HeldMessages } from "./held-messages.ts";
import { HeldTargets } from "./held-targets.ts";
import {
  addressTo,
  CDP_ERROR,
  type CdpCommand,
  type CdpError,
  exceedsMessageLimit,
  isTargetEvent,
  parseCommand,
  responseIdOf,
  rewrite,
  resultOf,
  rewriteResult,
  sessionIdOf,
  withoutSession,
} from "./messages.ts";
import {
  FEW_UNREAD_BYTES,
  MAX_UNREAD_BYTES,
  MAX_UNSENT_BYTES,
  SESSION_NOT_FOUND,
  TARGET_CLOSED,
  TOO_BIG,
  TOO_DEEP,
} from "./mux-limits.ts";
import { heaviestOf, slowestOf, type Traffic } from "./mux-load.ts";
import { type Downstream, MuxClient, type MuxSession } from "./mux-client.ts";
import { withPointerForce } from "./pointer-force.ts";
import { QuietRuntime, type QuietRuntimeOptions } from "./quiet-runtime/quiet-runtime.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { TargetEvents } from "./target-events.ts";
import type { TargetRegistry } from "./targets.ts";
import type { Transport, TransportClose } from "./transport.ts";
import { UpstreamSessions } from "./upstream-sessions.ts";

export interface SessionMuxOptions {
  readonly transport: Transport;
  /** Berth's own commands, on the same socket. */
  readonly connection: CdpConnection;
  readonly targets: TargetRegistry<MuxClient>;
  readonly clock: Clock;
  /** Pages are not to notice their clients: the Runtime domain stays off. Absent where clients may be noticed. */
  readonly quiet?: Pick<QuietRuntimeOptions, "console" | "token"> | undefined;
  /** Presses of the mouse have the force that a mouse's have. */
  readonly pointerForce?: boolean | undefined;
  /** A client asked to close the browser: the session ends. */
  readonly onCloseRequested: () => void;
  /** Commands wait, and nothing has come from the browser for a while. */
  readonly onSilence: () => void;
  /** A message could not be handled: a fault of ours, to be logged. The client that it concerns is cut off. */
  readonly onFault: (error: unknown) => void;
}

const RESUME = "Runtime.runIfWaitingForDebugger";

/**
 * Many clients over one upstream CDP socket. Each client gets a protocol session of its own
 * (`Target.attachToBrowserTarget`), so Chromium itself keeps their state apart; what comes from the browser
 * is routed by the session id at its end, unparsed. Only client commands, Target events and the answers to
 * rewritten commands are read.
 */
export class SessionMux {
  readonly traffic: Traffic = { messages: 0, units: 0, dropped: 0 };
  readonly #transport: Transport;
  readonly #connection: CdpConnection;
  readonly #targets: TargetRegistry<MuxClient>;
  readonly #clock: Clock;
  readonly #onCloseRequested: () => void;
  readonly #onFault: (error: unknown) => void;
  readonly #clients = new Set<MuxClient>();
  readonly #owners = new Map<string, MuxSession>();
  readonly #targetEvents: TargetEvents;
  readonly #silence: SilenceWatch;
  readonly documents: HeldDocuments;
  readonly upstream: UpstreamSessions;
  /** Which targets clients keep standing still. */
  readonly held = new HeldTargets(this.#clients);
  #gated: GatedMux | undefined;
  readonly commands = new CommandWatch(this.#owners);
  /** What contexts that clients make have to go through; set before any client attaches. */
  egress: MuxEgress | undefined;
  /** Who has the say in downloads; absent where the browser downloads nothing. */
  downloads: DownloadDesk | undefined;
  /** Set before any client attaches. */
  director: MuxDirector | undefined;
  readonly #quiet: QuietRuntime | undefined;
  readonly #pointerForce: boolean;
  /** Why nothing passes any more. */
  #lost: CdpError | undefined;
  /**
   * Keeps from clients what the browser says until some work is done: of a target that they are not to see, it must
   * be known which one it is before they are told. From Berth's own sessions too: whose one is may be told only then.
   */
  readonly heldBack = new HeldMessages((text) => this.#fromBrowser(text));

  constructor(options: SessionMuxOptions) {
    const { transport, connection, targets, clock, onCloseRequested, onSilence, onFault } = options;
    this.#pointerForce = options.pointerForce ?? false;
    const deliver = (session: MuxSession, text: string): void => this.#deliver(session, text);
    this.documents = new HeldDocuments(connection, (session, text) => {
      if (this.#owners.get(session.id) === session) this.#guard(session.client, () => deliver(session, text));
    });
    this.#quiet = options.quiet && new QuietRuntime({ connection, clock, deliver, ...options.quiet });
    this.#transport = transport;
    this.#connection = connection;
    this.upstream = new UpstreamSessions(connection);
    this.#targets = targets;
    this.#clock = clock;
    this.#onCloseRequested = onCloseRequested;
    this.#onFault = onFault;
    this.#targetEvents = new TargetEvents({ connection, targets, owners: this.#owners });
    const isWaiting = (): boolean => [...this.#clients].some(({ waiting }) => waiting.count > 0);
    this.#silence = new SilenceWatch({ isWaiting, onSilence });
    transport.onMessage((text) => this.#fromBrowser(text));
    connection.onEvent(({ method, params, sessionId }) => {
      if (method === "Target.detachedFromTarget" && sessionId === "") this.#pageGone(params);
    });
  }

  /** From now on clients meet targets that Berth has set up. */
  useGate(gated: GatedMux): void {
    this.#gated = gated;
  }

  /** Gives a client its own session: of the browser, or of one page. */
  async attach(downstream: Downstream, pageTargetId?: string): Promise<MuxClient> {
    const sessionId = await (pageTargetId === undefined
      ? this.upstream.ofBrowser()
      : this.upstream.ofPage(pageTargetId));
    const client = new MuxClient({ rootSessionId: sessionId, downstream, clock: this.#clock });
    this.#clients.add(client);
    this.#owners.set(sessionId, client.root);
    client.root.isBrowser = pageTargetId === undefined;
    if (pageTargetId !== undefined) client.root.target = { id: pageTargetId, type: "page" };
    return client;
  }

  /**
   * The socket to the browser is lost, and its protocol sessions with it: whatever waits is answered with this
   * error, and so is all that clients still send.
   */
  lost(reason: string): void {
    const error = { code: CDP_ERROR.server, message: reason };
    this.#lost = error;
    this.#silence.stop();
    for (const client of this.#clients) for (const session of client.sessions.values()) client.failAll(session, error);
  }

  /**
   * Lets a client's sessions go; the browser ends the overrides that hang on them. Targets that it kept paused
   * are let run first: Chromium would leave a popup paused for ever, and its opener with it.
   */
  detach(client: MuxClient): void {
    if (!this.#clients.delete(client)) return;
    for (const sessionId of client.sessions.keys()) this.#owners.delete(sessionId);
    // What still arrives from a client that was cut off finds no session.
    client.sessions.clear();
    this.#targets.clientLeft(client);
    this.#gated?.clientLeft(client);
    this.downloads?.clientLeft(client);
    this.upstream.letGo(client);
    this.held.changed();
  }

  /** Tells clients of an event that does not come from the browser, in these sessions of theirs. */
  tell(sessions: Iterable<MuxSession>, method: string, params: object): void {
    for (const session of sessions) this.#deliver(session, JSON.stringify({ method, params, sessionId: session.id }));
  }

  /** Sessions of clients with a page; without its id, those with every page and with the browser. */
  sessionsOf(pageId?: string): readonly MuxSession[] {
    return sessionsOf(this.#clients, pageId);
  }

  /** A message from a client. Whatever it holds, the session lives on. */
  fromClient(client: MuxClient, data: string | ArrayBuffer): void {
    this.#guard(client, () => this.#take(client, data));
  }

  #guard(client: MuxClient | undefined, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onFault(error);
      if (client) this.#cutOff(client, INTERNAL);
    }
  }

  #take(client: MuxClient, data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#cutOff(client, BINARY_MESSAGE);
    // Errors are answers too: who never reads them must not pile them up here.
    if (client.unread > MAX_UNREAD_BYTES) return this.#cutOff(client, SLOW_READER);
    this.#count(data);
    const parsed = parseCommand(data);
    if (!parsed.ok) return client.refuse(parsed.id, parsed.error);
    const { command } = parsed;
    const session = command.sessionId === undefined ? client.root : client.sessions.get(command.sessionId);
    // The error names no session, as Chromium's does not.
    if (session === undefined || !this.#clients.has(client)) return client.refuse(command.id, SESSION_NOT_FOUND);
    const until = whenAdmitted({ gated: this.#gated, director: this.director }, session, command);
    if (until === undefined) return this.#admit(session, command);
    const goOn = (error: CdpError | undefined): void => {
      if (error === undefined) this.#admit(session, command);
      else if (this.#clients.has(client)) client.refuse(command.id, error, command.sessionId);
    };
    void until.then((error) => this.#guard(client, () => goOn(error)));
  }

  #admit(session: MuxSession, command: CdpCommand): void {
    const { client } = session;
    // Both may have gone while the command was held.
    if (client.sessions.get(session.id) !== session) return;
    const refusal = this.#lost ?? client.refusalOf(session, command);
    if (refusal) return client.refuse(command.id, refusal, command.sessionId);
    this.commands.note(session, command);
    if (command.method === RESUME && this.#gated?.isResumed(session)) {
      if (client.paused.delete(session.id)) this.held.changed();
      return client.answer(command.id, {}, command.sessionId);
    }
    const overridden = this.director?.instead(session, command) ?? this.#gated?.override(session, command);
    if (overridden) {
      const conclude = (outcome: Outcome): void =>
        void (this.#clients.has(client) && client.conclude(command, outcome));
      return void overridden.then((outcome) => this.#guard(client, () => conclude(outcome)));
    }
    const quiet = this.#quiet?.command(session, command);
    if (quiet?.kind === "answered") return client.answer(command.id, {}, command.sessionId);
    const verdict = quiet ? { ...quiet, kind: "forward" as const } : this.#judge(client, command);
    if (verdict === undefined) this.#forward(session, command, { text: addressTo(command, session.id) });
    else this.#apply(verdict, command, session);
  }

  #judge(client: MuxClient, command: CdpCommand): Verdict | undefined {
    const opensLater = (url: unknown) => this.#gated?.opensLater(url);
    const params = this.#pointerForce ? withPointerForce(command) : undefined;
    if (params) return { kind: "forward", params };
    const { egress, downloads, director } = this;
    const uploaded = director && ((file: string) => director.uploaded(file));
    return judge({ command, client, targets: this.#targets, opensLater, egress, downloads, uploaded });
  }

  #forward(session: MuxSession, { id, method }: CdpCommand, { text, rewriter, before }: Outgoing): void {
    const { client } = session;
    if (text === undefined || exceedsMessageLimit(text)) {
      return client.refuseOn(session, id, text === undefined ? TOO_DEEP : TOO_BIG);
    }
    client.sent(session, { id, method, units: text.length, rewriter, before });
    this.#silence.start();
    this.#transport.send(text);
    if (this.#transport.bufferedBytes > MAX_UNSENT_BYTES) {
      this.#cutOff(heaviestOf(this.#clients, ({ waiting }) => waiting.units) ?? client, FLOOD);
    }
  }

  #apply(verdict: Verdict, command: CdpCommand, session: MuxSession): void {
    switch (verdict.kind) {
      case "forward":
        this.#forward(session, command, {
          text: rewrite(command, verdict.params, session.id),
          rewriter: verdict.onResult,
          before: verdict.before,
        });
        return;
      case "answer":
        return session.client.answer(command.id, {}, command.sessionId);
      case "refuse":
        return session.client.refuse(command.id, verdict.error, command.sessionId);
      case "endSession":
        session.client.answer(command.id, {}, command.sessionId);
        this.#onCloseRequested();
        return;
      default:
        verdict satisfies never;
    }
  }

  #fromBrowser(text: string): void {
    this.#silence.heard();
    const sessionId = sessionIdOf(text);
    if (this.heldBack.takes(text, sessionId)) return;
    const session = sessionId === "" ? undefined : this.#owners.get(sessionId);
    this.#guard(session?.client, () => {
      if (session === undefined) this.#connection.receive(text, sessionId);
      else if (text.startsWith('{"id":')) this.#answered(session, text);
      else this.#event(session, text);
    });
  }

  #event(session: MuxSession, text: string): void {
    if (isTargetEvent(text)) return this.#targetEvent(session, text);
    if (this.documents.takes(session, text)) return;
    // Both come to every session of a tab, asked for or not (`inspector_handler.cc`).
    const crashes = text.startsWith('{"method":"Inspector.targetCrashed"');
    if (crashes || text.startsWith('{"method":"Inspector.targetReloadedAfterCrash"')) session.crashed = crashes;
    if (this.#quiet?.observes(text)) this.#quiet.pass(session, text);
    else this.#deliver(session, text);
    // What is sent after the crash may bring the tab back: other events end none of it.
    if (crashes) session.client.failAll(session, TARGET_CRASHED);
  }

  #targetEvent(session: MuxSession, text: string): void {
    const { client } = session;
    const { text: presented, ended } = this.#targetEvents.present(session, text);
    if (presented !== undefined) this.#deliver(session, presented);
    // After the event: libraries end the commands of a closed session with errors of their own.
    for (const one of ended) client.failAll(one, TARGET_CLOSED);
    if (ended.length > 0) this.held.changed();
  }

  #answered(session: MuxSession, text: string): void {
    if (text.startsWith('{"id":-')) return this.#connection.receive(text, session.id);
    const id = responseIdOf(text);
    const command = id === undefined ? undefined : session.client.answered(session, id);
    if (command === undefined) return void (this.traffic.dropped += 1);
    // Now, not when it was sent: what follows from it has been told by now.
    if (command.method === RESUME && session.client.paused.delete(session.id)) this.held.changed();
    const answer = command.rewriter ? rewriteResult(text, command.rewriter, session.id) : text;
    const result = command.before && resultOf(text);
    if (result === undefined) return this.#deliver(session, answer);
    const deliver = (): void => {
      if (this.#clients.has(session.client)) this.#deliver(session, answer);
    };
    void command.before?.(result).then(() => this.#guard(session.client, deliver));
  }

  #deliver({ client, id }: MuxSession, text: string): void {
    const { unread } = client;
    if (unread > MAX_UNREAD_BYTES) {
      this.traffic.dropped += 1;
      return this.#cutOff(client, SLOW_READER);
    }
    const seen = id === client.root.id ? withoutSession(text) : text;
    this.#count(seen);
    client.send(seen);
    const slow = unread > FEW_UNREAD_BYTES ? slowestOf(this.#clients) : undefined;
    if (slow) this.#cutOff(slow, SLOW_READER);
  }

  #cutOff(client: MuxClient, close: TransportClose): void {
    this.detach(client);
    client.close(close);
  }

  #pageGone(params: unknown): void {
    const { sessionId } = params as { sessionId: string };
    this.#connection.detached(sessionId);
    const client = this.#owners.get(sessionId)?.client;
    if (client?.root.id === sessionId) this.#cutOff(client, TARGET_GONE);
  }

  #count(text: string): void {
    this.traffic.messages += 1;
    this.traffic.units += text.length;
  }
}
