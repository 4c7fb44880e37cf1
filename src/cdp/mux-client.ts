import type { Clock } from "../domain/clock.ts";
import { ClientSession, TARGET_CRASHED, type WaitingCommand } from "./client-session.ts";
import type { Outcome } from "./gated-mux.ts";
import type { CdpCommand, CdpError } from "./messages.ts";
import { ID_IN_USE, MAX_WAITING_COMMANDS, TOO_MANY_WAITING } from "./mux-limits.ts";
import { Outbox } from "./outbox.ts";
import type { TransportClose } from "./transport.ts";

/** The socket toward one client, as the mux needs it. */
export interface Downstream {
  send(text: string): void;
  /** Bytes that the client has not taken yet. */
  readonly bufferedBytes: number;
  close(close: TransportClose): void;
}

/** A client's session, as the mux keeps it. */
export type MuxSession = ClientSession<MuxClient>;

/** Everything that the mux knows of one connected client. */
export class MuxClient {
  /** The protocol session that the client takes for its connection: a browser's, or a page's. */
  readonly root: MuxSession;
  /** Protocol sessions that belong to this client, the root included, by their id. */
  readonly sessions = new Map<string, MuxSession>();
  /** Auto-attached targets that are being let go unseen. */
  readonly discarded = new Set<string>();
  /** Sessions whose target stands still until this client lets it run. */
  readonly paused = new Set<string>();
  /**
   * Commands that wait for the browser's answer, over all sessions, and their UTF-16 code units; how many of them
   * make a target or a context.
   */
  readonly waiting = { count: 0, units: 0, targets: 0, contexts: 0 };
  /** It is Berth's own: nobody is behind it who could answer what a page asks. */
  isOwn = false;
  readonly #downstream: Downstream;
  readonly #outbox: Outbox;

  constructor({ rootSessionId, downstream, clock }: { rootSessionId: string; downstream: Downstream; clock: Clock }) {
    this.root = this.addSession(rootSessionId, "");
    this.#downstream = downstream;
    this.#outbox = new Outbox((text) => downstream.send(text), clock);
  }

  addSession(id: string, parentId: string): MuxSession {
    const session = new ClientSession<MuxClient>({ client: this, id, parentId });
    this.sessions.set(id, session);
    return session;
  }

  /**
   * Forgets a detached session and what was attached through it, and answers all of them: the browser
   * announces the end of nested sessions only to a parent that no longer exists.
   */
  forget(sessionId: string): readonly MuxSession[] {
    const session = this.sessions.get(sessionId);
    if (session === undefined) return [];
    this.sessions.delete(sessionId);
    this.paused.delete(sessionId);
    const children = [...this.sessions.values()].filter(({ parentId }) => parentId === sessionId);
    return [session, ...children.flatMap(({ id }) => this.forget(id))];
  }

  /** Why a command cannot be taken now; `undefined` for one that can. */
  refusalOf(session: MuxSession, command: CdpCommand): CdpError | undefined {
    if (session.isWaiting(command.id)) return ID_IN_USE;
    return this.waiting.count >= MAX_WAITING_COMMANDS ? TOO_MANY_WAITING : undefined;
  }

  /** Notes a command that leaves for the browser. */
  sent(session: MuxSession, command: WaitingCommand): void {
    this.#tally(command, 1);
    session.sent(command, () => this.fail(session, command.id, TARGET_CRASHED));
  }

  /** The command that an answer belongs to; `undefined` for one that was answered already. */
  answered(session: MuxSession, id: number): WaitingCommand | undefined {
    const command = session.take(id);
    if (command !== undefined) this.#tally(command, -1);
    return command;
  }

  /** Answers a command that the browser will not answer. */
  fail(session: MuxSession, id: number, error: CdpError): void {
    if (this.answered(session, id) === undefined) return;
    this.refuseOn(session, id, error);
  }

  /** The same for every command of the session. */
  failAll(session: MuxSession, error: CdpError): void {
    for (const command of session.takeAll()) {
      this.#tally(command, -1);
      this.refuseOn(session, command.id, error);
    }
  }

  /** UTF-16 code units and bytes that this client has yet to read. */
  get unread(): number {
    return this.#downstream.bufferedBytes + this.#outbox.queuedUnits;
  }

  send(text: string): void {
    this.#outbox.send(text);
  }

  answer(id: number, result: object, sessionId?: string): void {
    this.send(JSON.stringify(sessionId === undefined ? { id, result } : { id, result, sessionId }));
  }

  /** Answers a command that Berth ran in its place. */
  conclude({ id, sessionId }: CdpCommand, outcome: Outcome): void {
    if ("error" in outcome) this.refuse(id, outcome.error, sessionId);
    else this.answer(id, outcome.result, sessionId);
  }

  refuse(id: number | undefined, error: CdpError, sessionId?: string): void {
    this.send(
      JSON.stringify({ ...(id !== undefined && { id }), error, ...(sessionId !== undefined && { sessionId }) }),
    );
  }

  /** The same for a command on one of its sessions; the root's id is not for the client to see. */
  refuseOn(session: MuxSession, id: number, error: CdpError): void {
    this.refuse(id, error, session === this.root ? undefined : session.id);
  }

  /** Closes the socket after what was already queued. */
  close(close: TransportClose): void {
    this.#outbox.drain();
    this.#downstream.close(close);
  }

  #tally({ method, units }: WaitingCommand, by: 1 | -1): void {
    this.waiting.count += by;
    this.waiting.units += by * units;
    if (method === "Target.createTarget") this.waiting.targets += by;
    if (method === "Target.createBrowserContext") this.waiting.contexts += by;
  }
}
