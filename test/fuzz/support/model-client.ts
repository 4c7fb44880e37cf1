import type { MuxClient } from "../../../src/cdp/mux-client.ts";
import { FakeClient } from "../../support/worker/fake-client.ts";

/** Fails the run, with words that say what is wrong. */
export function must(holds: boolean, otherwise: () => string): asserts holds {
  if (!holds) throw new Error(otherwise());
}

/** A message as a client reads it. */
export interface Reading {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly sessionId?: string;
}

/** A command that must get an answer. */
export interface Waiting {
  readonly session: string;
  readonly id: number;
  readonly method: string;
  readonly units: number;
  /** Sent to a tab that the client knows to have crashed: Berth answers it after 5 s. */
  readonly isBounded: boolean;
  /** The context that it names. */
  readonly contextId: unknown;
}

/** A socket that is closed takes nothing more, as the real one. */
export class ClosableSocket extends FakeClient {
  override send(text: string): void {
    if (this.closedWith === undefined) super.send(text);
  }
}

export const keyOf = (session: string, id: number): string => `${session} ${id}`;

/** One client: what it was told, and what it has yet to be told. */
export class ModelClient {
  readonly name: string;
  readonly socket: ClosableSocket;
  readonly mux: MuxClient;
  /** It asked for one page; when that goes, so does its connection. */
  readonly isOfPage: boolean;
  /** Sessions that it was told of, with the one that each was told in. Some have ended. */
  readonly announced = new Map<string, string>();
  readonly ended = new Set<string>();
  /** Targets that it was shown. */
  readonly seen = new Set<string>();
  /** The same by session, as far as the session's discovery described them. */
  readonly described = new Set<string>();
  /** Events, by session and method, that it has to be told. */
  readonly toHear = new Set<string>();
  /** Commands that Berth has to have waiting, by the model's reckoning. */
  readonly waiting = new Map<string, Waiting>();
  /** Commands that this client has no answer to, by what it read. */
  readonly unanswered = new Set<string>();
  /** Sessions whose tab it was told has crashed. */
  readonly crashed = new Set<string>();
  /** Why its connection may be closed. */
  readonly mayClose = new Set<number>();
  readonly #ids = new Map<string, number>();
  #read = 0;

  constructor({ name, socket, mux, isOfPage }: Pick<ModelClient, "name" | "socket" | "mux" | "isOfPage">) {
    this.name = name;
    this.socket = socket;
    this.mux = mux;
    this.isOfPage = isOfPage;
  }

  get root(): string {
    return this.mux.root.id;
  }

  /** Sessions that it may use, its root first. */
  get sessions(): readonly string[] {
    return [this.root, ...[...this.announced.keys()].filter((id) => !this.ended.has(id))];
  }

  /** Ids count from 1 on every session: they coincide all the time, and are never used anew. */
  takeId(session: string): number {
    const id = (this.#ids.get(session) ?? 0) + 1;
    this.#ids.set(session, id);
    return id;
  }

  /** What it was sent since the last call. */
  read(): readonly string[] {
    const texts = this.socket.texts.slice(this.#read);
    this.#read = this.socket.texts.length;
    return texts;
  }

  announce(session: string, parent: string): void {
    this.announced.set(session, parent);
  }

  /** A session and all that was told of in it; answers them. */
  end(session: string): readonly string[] {
    this.ended.add(session);
    const children = [...this.announced].filter(([, parent]) => parent === session).map(([id]) => id);
    return [session, ...children.flatMap((id) => this.end(id))];
  }

  /** The commands that wait on some sessions will be answered by Berth itself. */
  settle(matches: (command: Waiting) => boolean): void {
    for (const [key, command] of this.waiting) if (matches(command)) this.waiting.delete(key);
  }
}
