import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";

type Commands = ProtocolMapping.Commands;
type Params<M extends keyof Commands> = Commands[M]["paramsType"];
type Returns<M extends keyof Commands> = Commands[M]["returnType"];

/** A command of ours that did not succeed. Holds no parameters: they may be secret. */
export class CdpCommandError extends Error {
  override readonly name = "CdpCommandError";
  readonly method: string;

  constructor(method: string, reason: string) {
    super(`${method}: ${reason}`);
    this.method = method;
  }
}

interface PendingCommand {
  readonly method: string;
  readonly sessionId: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: CdpCommandError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** An event that belongs to Berth itself; `sessionId` is `""` for the root. */
export interface CdpEvent {
  readonly method: string;
  readonly params: unknown;
  readonly sessionId: string;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const LOWEST_ID = -(2 ** 31);

/**
 * Berth's own commands on the upstream socket. Their ids are negative, so that an answer cannot be mistaken
 * for a client's; each ends by its response, its time limit, or the connection's close.
 */
export class CdpConnection {
  readonly #post: (text: string) => void;
  readonly #pending = new Map<number, PendingCommand>();
  readonly #listeners = new Set<(event: CdpEvent) => void>();
  readonly #ignored = new Set<string>();
  #nextId = -1;
  #closed: string | undefined;

  constructor(post: (text: string) => void) {
    this.#post = post;
  }

  /**
   * Sends one command and answers its result.
   *
   * @throws CdpCommandError when the browser refuses it, when no answer comes in `timeoutMs` (20 s), or when
   * the connection closes.
   */
  send<M extends keyof Commands>(
    method: M,
    params: Params<M>[0],
    { sessionId = "", timeoutMs = DEFAULT_TIMEOUT_MS }: { sessionId?: string; timeoutMs?: number } = {},
  ): Promise<Returns<M>> {
    if (this.#closed !== undefined) return Promise.reject(new CdpCommandError(method, this.#closed));
    const id = this.#takeId();
    return new Promise<Returns<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new CdpCommandError(method, `no answer in ${timeoutMs} ms`));
      }, timeoutMs);
      // The browser answers a method with that method's result: the one place where a CDP result gets its type.
      this.#pending.set(id, { method, sessionId, resolve: resolve as (result: unknown) => void, reject, timer });
      this.#post(JSON.stringify(sessionId === "" ? { id, method, params } : { id, method, params, sessionId }));
    });
  }

  /** Hands over an upstream message that is not a client's. Unknown ids (answers after a time limit) are dropped. */
  receive(text: string, sessionId: string): void {
    if (this.#ignored.size > 0 && this.#ignored.has(eventOf(text))) return;
    const message: unknown = JSON.parse(text);
    if (typeof message !== "object" || message === null) return;
    if ("method" in message && typeof message.method === "string") {
      const event = { method: message.method, params: "params" in message ? message.params : {}, sessionId };
      for (const listener of this.#listeners) listener(event);
      return;
    }
    if (!("id" in message) || typeof message.id !== "number") return;
    const pending = this.#take(message.id);
    if (!pending) return;
    if ("error" in message) pending.reject(new CdpCommandError(pending.method, errorText(message.error)));
    else pending.resolve("result" in message ? message.result : {});
  }

  /** Events that nobody is to hear: they are not even parsed. */
  ignore(methods: readonly string[]): void {
    for (const method of methods) this.#ignored.add(method);
  }

  /** Whether the connection is over. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** @returns what ends the listening. */
  onEvent(listener: (event: CdpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rejects whatever waits for a session that is gone. */
  detached(sessionId: string): void {
    this.#rejectWhere((pending) => pending.sessionId === sessionId, "the target was closed");
  }

  /** Rejects whatever is pending, and all that comes later. */
  close(reason: string): void {
    this.#closed = reason;
    this.#rejectWhere(() => true, reason);
  }

  #rejectWhere(matches: (pending: PendingCommand) => boolean, reason: string): void {
    for (const [id, pending] of this.#pending) {
      if (matches(pending)) this.#take(id)?.reject(new CdpCommandError(pending.method, reason));
    }
  }

  #take(id: number): PendingCommand | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = id === LOWEST_ID ? -1 : id - 1;
    return id;
  }
}

const METHOD = '{"method":"';

/** The method of an event as Chromium writes it, method first; `""` for anything else. */
const eventOf = (text: string): string =>
  text.startsWith(METHOD) ? text.slice(METHOD.length, text.indexOf('"', METHOD.length)) : "";

function errorText(error: unknown): string {
  const hasMessage = typeof error === "object" && error !== null && "message" in error;
  return hasMessage && typeof error.message === "string" ? error.message : "refused";
}
