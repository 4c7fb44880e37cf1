import type { Clock } from "../domain/clock.ts";
import type { CdpError } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import type { TransportClose } from "./transport.ts";

/** The socket toward one client, as the mux needs it. */
export interface Downstream {
  send(text: string): void;
  /** Bytes that the client has not taken yet. */
  readonly bufferedBytes: number;
  close(close: TransportClose): void;
}

/** Rewrites the result of an intercepted command before the client sees it. */
export type ResultRewriter = (result: Record<string, unknown>) => object;

/** Above this much unread data a client is cut off: one largest message must fit, and a 128 MB isolate must hold. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;

/** Everything that the mux knows of one connected client. */
export class MuxClient {
  /** The protocol session that the client takes for its connection: a browser's, or a page's. */
  readonly rootSessionId: string;
  /** Protocol sessions that belong to this client, the root included, and the session each was made in. */
  readonly sessions = new Map<string, string>();
  /** Auto-attached targets that are being let go unseen. */
  readonly discarded = new Set<string>();
  /** Sessions whose target stands still until this client lets it run. */
  readonly paused = new Set<string>();
  /** Targets that this client was not told of. */
  readonly unseenTargets = new Set<string>();
  readonly #interceptions = new Map<string, ResultRewriter>();
  readonly #downstream: Downstream;
  readonly #outbox: Outbox;

  constructor({ rootSessionId, downstream, clock }: { rootSessionId: string; downstream: Downstream; clock: Clock }) {
    this.rootSessionId = rootSessionId;
    this.sessions.set(rootSessionId, "");
    this.#downstream = downstream;
    this.#outbox = new Outbox((text) => downstream.send(text), clock);
  }

  /**
   * Forgets a detached session and what was attached through it, and answers all of them: the browser
   * announces the end of nested sessions only to a parent that no longer exists.
   */
  forget(sessionId: string): readonly string[] {
    if (!this.sessions.delete(sessionId)) return [];
    this.paused.delete(sessionId);
    const children = [...this.sessions].filter(([, parent]) => parent === sessionId);
    return [sessionId, ...children.flatMap(([child]) => this.forget(child))];
  }

  /** Sends `text` on, or answers `false` when the client does not read and must be cut off. */
  send(text: string): boolean {
    if (this.#downstream.bufferedBytes + this.#outbox.queuedUnits > MAX_UNREAD_BYTES) return false;
    this.#outbox.send(text);
    return true;
  }

  answer(id: number, result: object, sessionId?: string): void {
    this.send(JSON.stringify(sessionId === undefined ? { id, result } : { id, result, sessionId }));
  }

  refuse(id: number | undefined, error: CdpError, sessionId?: string): void {
    this.send(
      JSON.stringify({ ...(id !== undefined && { id }), error, ...(sessionId !== undefined && { sessionId }) }),
    );
  }

  /** Closes the socket after what was already queued. */
  close(close: TransportClose): void {
    this.#outbox.drain();
    this.#downstream.close(close);
  }

  get intercepts(): boolean {
    return this.#interceptions.size > 0;
  }

  intercept(sessionId: string, id: number, rewriter: ResultRewriter): void {
    this.#interceptions.set(`${sessionId}:${id}`, rewriter);
  }

  takeInterception(sessionId: string, id: number): ResultRewriter | undefined {
    const key = `${sessionId}:${id}`;
    const rewriter = this.#interceptions.get(key);
    this.#interceptions.delete(key);
    return rewriter;
  }
}
