import type { Clock } from "../domain/clock.ts";
import type { CdpConnection } from "./cdp-connection.ts";
import { BINARY_MESSAGE, FLOOD, SLOW_READER, TARGET_GONE } from "./close-codes.ts";
import { judge, type Verdict } from "./command-policy.ts";
import {
  addressTo,
  CDP_ERROR,
  type CdpCommand,
  isTargetEvent,
  parseCommand,
  responseIdOf,
  rewrite,
  sessionIdOf,
  withoutSession,
} from "./messages.ts";
import { type Downstream, MuxClient } from "./mux-client.ts";
import { TargetEvents } from "./target-events.ts";
import type { TargetRegistry } from "./targets.ts";
import type { Transport, TransportClose } from "./transport.ts";

/** Above this much unsent data toward the browser the client that sends more is cut off. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

export interface SessionMuxOptions {
  readonly transport: Transport;
  /** Berth's own commands, on the same socket. */
  readonly connection: CdpConnection;
  readonly targets: TargetRegistry<MuxClient>;
  readonly clock: Clock;
  /** A client asked to close the browser: the session ends. */
  readonly onCloseRequested: () => void;
}

/** Messages and their UTF-16 code units in both directions between clients and Berth. */
export interface Traffic {
  messages: number;
  units: number;
}

/**
 * Many clients over one upstream CDP socket. Each client gets a protocol session of its own
 * (`Target.attachToBrowserTarget`), so Chromium itself keeps their state apart; what comes from the browser
 * is routed by the session id at its end, unparsed. Only client commands, Target events and the answers to
 * rewritten commands are read.
 */
export class SessionMux {
  readonly traffic: Traffic = { messages: 0, units: 0 };
  readonly #transport: Transport;
  readonly #connection: CdpConnection;
  readonly #targets: TargetRegistry<MuxClient>;
  readonly #clock: Clock;
  readonly #onCloseRequested: () => void;
  readonly #owners = new Map<string, MuxClient>();
  readonly #targetEvents: TargetEvents;

  constructor({ transport, connection, targets, clock, onCloseRequested }: SessionMuxOptions) {
    this.#transport = transport;
    this.#connection = connection;
    this.#targets = targets;
    this.#clock = clock;
    this.#onCloseRequested = onCloseRequested;
    this.#targetEvents = new TargetEvents({ connection, targets, owners: this.#owners });
    transport.onMessage((text) => this.#fromBrowser(text));
    connection.onEvent(({ method, params, sessionId }) => {
      if (method === "Target.detachedFromTarget" && sessionId === "") this.#pageGone(params);
    });
  }

  /** Gives a client its own session: of the browser, or of one page. */
  async attach(downstream: Downstream, pageTargetId?: string): Promise<MuxClient> {
    const { sessionId } =
      pageTargetId === undefined
        ? await this.#connection.send("Target.attachToBrowserTarget", undefined)
        : await this.#connection.send("Target.attachToTarget", { targetId: pageTargetId, flatten: true });
    const client = new MuxClient({ rootSessionId: sessionId, downstream, clock: this.#clock });
    this.#owners.set(sessionId, client);
    return client;
  }

  /**
   * Lets a client's sessions go; the browser ends the overrides that hang on them. Targets that it kept paused
   * are let run first: Chromium would leave a popup paused for ever, and its opener with it.
   */
  detach(client: MuxClient): void {
    if (this.#owners.get(client.rootSessionId) !== client) return;
    for (const sessionId of client.sessions.keys()) this.#owners.delete(sessionId);
    // What still arrives from a client that was cut off finds no session.
    client.sessions.clear();
    this.#targets.clientLeft(client);
    // The browser may be gone, or the page may have closed first: nothing is left to do then.
    const gone = (): undefined => undefined;
    for (const sessionId of client.paused) {
      this.#connection.send("Runtime.runIfWaitingForDebugger", undefined, { sessionId }).catch(gone);
    }
    this.#connection.send("Target.detachFromTarget", { sessionId: client.rootSessionId }).catch(gone);
  }

  /** A message from a client. Whatever it holds, the session lives on. */
  fromClient(client: MuxClient, data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#cutOff(client, BINARY_MESSAGE);
    this.#count(data);
    const parsed = parseCommand(data);
    if (!parsed.ok) return client.refuse(parsed.id, parsed.error);
    const { command } = parsed;
    const sessionId = command.sessionId ?? client.rootSessionId;
    if (!client.sessions.has(sessionId)) {
      return client.refuse(command.id, {
        code: CDP_ERROR.sessionNotFound,
        message: "Session with given id not found.",
      });
    }
    if (this.#transport.bufferedBytes > MAX_UNSENT_BYTES) return this.#cutOff(client, FLOOD);
    if (command.method === "Runtime.runIfWaitingForDebugger") client.paused.delete(sessionId);
    const verdict = judge({ command, client, targets: this.#targets });
    if (verdict === undefined) this.#transport.send(addressTo(command, sessionId));
    else this.#apply(verdict, command, client);
  }

  #apply(verdict: Verdict, command: CdpCommand, client: MuxClient): void {
    const sessionId = command.sessionId ?? client.rootSessionId;
    switch (verdict.kind) {
      case "forward":
        if (verdict.onResult) client.intercept(sessionId, command.id, verdict.onResult);
        this.#transport.send(rewrite(command, verdict.params, sessionId));
        return;
      case "refuse":
        client.refuse(command.id, verdict.error, command.sessionId);
        return;
      case "endSession":
        client.answer(command.id, {}, command.sessionId);
        this.#onCloseRequested();
        return;
      default:
        verdict satisfies never;
    }
  }

  #fromBrowser(text: string): void {
    const sessionId = sessionIdOf(text);
    const client = sessionId === "" ? undefined : this.#owners.get(sessionId);
    if (client === undefined) return this.#connection.receive(text, sessionId);
    if (isTargetEvent(text)) {
      const presented = this.#targetEvents.present(client, sessionId, text);
      if (presented !== undefined) this.#deliver(client, sessionId, presented);
      return;
    }
    if (!text.startsWith('{"id":')) return this.#deliver(client, sessionId, text);
    this.#answered(client, sessionId, text);
  }

  #answered(client: MuxClient, sessionId: string, text: string): void {
    if (text.startsWith('{"id":-')) return this.#connection.receive(text, sessionId);
    const id = client.intercepts ? responseIdOf(text) : undefined;
    const rewriter = id === undefined ? undefined : client.takeInterception(sessionId, id);
    if (rewriter === undefined) return this.#deliver(client, sessionId, text);
    const { id: answered, result } = JSON.parse(text) as { id: number; result?: Record<string, unknown> };
    if (result === undefined) return this.#deliver(client, sessionId, text);
    // The session comes last, as in all that the browser says: it is cut off, or looked for, at the end.
    this.#deliver(client, sessionId, JSON.stringify({ id: answered, result: rewriter(result), sessionId }));
  }

  #deliver(client: MuxClient, sessionId: string, text: string): void {
    const seen = sessionId === client.rootSessionId ? withoutSession(text) : text;
    this.#count(seen);
    if (!client.send(seen)) this.#cutOff(client, SLOW_READER);
  }

  #cutOff(client: MuxClient, close: TransportClose): void {
    this.detach(client);
    client.close(close);
  }

  #pageGone(params: unknown): void {
    const { sessionId } = params as { sessionId: string };
    this.#connection.detached(sessionId);
    const client = this.#owners.get(sessionId);
    if (client?.rootSessionId === sessionId) this.#cutOff(client, TARGET_GONE);
  }

  #count(text: string): void {
    this.traffic.messages += 1;
    this.traffic.units += text.length;
  }
}
