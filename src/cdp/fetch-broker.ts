import type { CdpConnection, CdpEvent } from "./cdp-connection.ts";

/** A request that stands still before it leaves the browser (CDP `Fetch.requestPaused`, at the browser's own level). */
export interface PausedRequest {
  readonly requestId: string;
  readonly request: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  /** Of the frame that asked; a page's main frame has its target's id. */
  readonly frameId: string;
}

export interface RequestPattern {
  /** `*` and `?` are wildcards; every URL when it is absent. */
  readonly urlPattern?: string;
  readonly resourceType: "Document" | "Other";
}

/** What a request goes on with, other than as it is. */
export interface Ruling {
  /** In place of all that it had. */
  readonly headers?: { name: string; value: string }[];
  /** The page shows that the request failed; nobody else is asked. */
  readonly fails?: boolean;
}

/** Somebody who has a say in what leaves the browser. */
export interface RequestHandler {
  /** What it wants to see; what others want comes to it as well. */
  readonly patterns: () => readonly RequestPattern[];
  /** `undefined` lets the request be, as it must with requests that are none of the handler's. */
  readonly rule: (request: PausedRequest) => Ruling | undefined | Promise<Ruling | undefined>;
}

/**
 * The one who pauses requests on the browser's own level, where `Fetch.enable` replaces the patterns of before.
 * Handlers are asked one after the other, in the order in which they came.
 */
export class FetchBroker {
  readonly #connection: CdpConnection;
  readonly #handlers: RequestHandler[] = [];

  constructor(connection: CdpConnection) {
    this.#connection = connection;
    connection.onEvent((event) => this.#onEvent(event));
  }

  /** Answers when nothing that the handler wants to see leaves unseen any more. */
  async use(handler: RequestHandler): Promise<void> {
    this.#handlers.push(handler);
    await this.changed();
  }

  /** A handler wants to see other requests than before. */
  async changed(): Promise<void> {
    const patterns = this.#handlers.flatMap((handler) => [...handler.patterns()]);
    if (patterns.length === 0) await this.#connection.send("Fetch.disable", undefined);
    else await this.#connection.send("Fetch.enable", { patterns });
  }

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    if (method !== "Fetch.requestPaused" || sessionId !== "") return;
    this.#decide({ paused: params as PausedRequest, next: 0, ruling: {} });
  }

  /** Without a pause of its own where nobody needs one: most requests pass at once. */
  #decide(decision: Decision): void {
    const { paused, ruling } = decision;
    const handler = ruling.fails === true ? undefined : this.#handlers[decision.next];
    if (handler === undefined) return this.#answer(paused, ruling);
    const next = (ruled: Ruling | undefined): void =>
      this.#decide({ paused, next: decision.next + 1, ruling: { ...ruling, ...ruled } });
    const ruled = handler.rule(paused);
    if (ruled instanceof Promise) ruled.then(next, () => next({ fails: true }));
    else next(ruled);
  }

  #answer({ requestId }: PausedRequest, { headers, fails = false }: Ruling): void {
    const answered = fails
      ? this.#connection.send("Fetch.failRequest", { requestId, errorReason: "Failed" })
      : this.#connection.send("Fetch.continueRequest", { requestId, ...(headers && { headers }) });
    // A request that was given up meanwhile needs no answer.
    answered.catch(() => undefined);
  }
}

/** How far a request has come. */
interface Decision {
  readonly paused: PausedRequest;
  /** The handler to ask, by position. */
  readonly next: number;
  readonly ruling: Ruling;
}
