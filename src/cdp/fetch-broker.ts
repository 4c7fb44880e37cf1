import type { Protocol } from "devtools-protocol";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import type { CdpConnection, CdpEvent } from "./cdp-connection.ts";

export type ResourceType = Protocol.Network.ResourceType;

/** A request that stands still before it leaves the browser (CDP `Fetch.requestPaused`, at the browser's own level). */
export interface PausedRequest {
  readonly requestId: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Of the frame that asked; a page's main frame has its target's id. */
  readonly frameId: string;
  readonly resourceType: ResourceType;
}

/** The same once it is answered, before the page hears of the answer. */
export interface PausedResponse extends PausedRequest {
  readonly responseStatusCode: number;
  readonly responseHeaders: readonly HeaderEntry[];
}

export interface HeaderEntry {
  readonly name: string;
  readonly value: string;
}

export interface RequestPattern {
  /** `*` and `?` are wildcards; every URL when it is absent. */
  readonly urlPattern?: string;
  readonly resourceType?: ResourceType;
  /** Before the request leaves, which is what is meant when it is absent, or when its answer has come. */
  readonly requestStage?: "Request" | "Response";
}

/** What a request goes on with, other than as it is. */
export interface Ruling {
  /** In place of all that it had. */
  readonly headers?: readonly HeaderEntry[];
  /** The page shows that the request failed, as at the network's fault or as an extension's doing; nobody else is asked. */
  readonly fails?: "Failed" | "BlockedByClient";
  /** An answer in the server's place; nobody else is asked. */
  readonly answer?: {
    readonly status: number;
    readonly headers: readonly HeaderEntry[];
    /** Base64; none when it is absent. */
    readonly body?: string;
  };
}

/** Somebody who has a say in what leaves the browser, and in what comes back. */
export interface RequestHandler {
  /** What it wants to see; what others want comes to it as well. */
  readonly patterns: () => readonly RequestPattern[];
  /** `undefined` lets the request be, as it must with requests that are none of the handler's. */
  readonly rule?: (request: PausedRequest) => Ruling | undefined | Promise<Ruling | undefined>;
  /** What the page is to see in place of the answer; `undefined` leaves it. */
  readonly revise?: (response: PausedResponse) => Revision | undefined;
}

/** An answer with other headers. */
export interface Revision {
  readonly headers: readonly HeaderEntry[];
  /**
   * Whether the browser is to read them as it reads a server's. It has read those that decide about frames and windows
   * before the pause, and heeds what it read; an answer that is made anew is read again, and held in memory for it.
   */
  readonly isAnew?: boolean;
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
    if (handler.patterns().length > 0) await this.changed();
  }

  /** A handler wants to see other requests than before. */
  async changed(): Promise<void> {
    const patterns = this.#handlers.flatMap((handler) => [...handler.patterns()]);
    if (patterns.length === 0) await this.#connection.send("Fetch.disable", undefined);
    else await this.#connection.send("Fetch.enable", { patterns });
  }

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    if (method !== "Fetch.requestPaused" || sessionId !== "") return;
    const event = params as Protocol.Fetch.RequestPausedEvent;
    if (event.responseErrorReason !== undefined) this.#send("Fetch.continueRequest", { requestId: event.requestId });
    else if (event.responseStatusCode === undefined) this.#decide({ paused: event, next: 0, ruling: {} });
    else this.#revise({ ...event, responseStatusCode: event.responseStatusCode });
  }

  /** Without a pause of its own where nobody needs one: most requests pass at once. */
  #decide(decision: Decision): void {
    const { paused, ruling } = decision;
    const isDecided = ruling.fails !== undefined || ruling.answer !== undefined;
    const handler = isDecided ? undefined : this.#handlers[decision.next];
    if (handler === undefined) return this.#answer(paused, ruling);
    const next = (ruled: Ruling | undefined): void =>
      this.#decide({ paused, next: decision.next + 1, ruling: { ...ruling, ...ruled } });
    const ruled = handler.rule?.(withHeaders(paused, ruling.headers));
    if (ruled instanceof Promise) ruled.then(next, () => next({ fails: "Failed" }));
    else next(ruled);
  }

  #answer({ requestId }: PausedRequest, { headers, fails, answer }: Ruling): void {
    if (fails !== undefined) return this.#send("Fetch.failRequest", { requestId, errorReason: fails });
    if (answer !== undefined) {
      const { status: responseCode, headers: given, body } = answer;
      const fulfilled = { requestId, responseCode, responseHeaders: [...given], ...(body !== undefined && { body }) };
      return this.#send("Fetch.fulfillRequest", fulfilled);
    }
    this.#send("Fetch.continueRequest", { requestId, ...(headers && { headers: [...headers] }) });
  }

  #revise(event: Omit<Protocol.Fetch.RequestPausedEvent, "responseStatusCode"> & { responseStatusCode: number }): void {
    const { requestId, responseStatusCode: responseCode, responseHeaders: before = [] } = event;
    let headers: readonly HeaderEntry[] = before;
    let isAnew = false;
    for (const handler of this.#handlers) {
      const revision = handler.revise?.({ ...event, responseHeaders: headers });
      headers = revision?.headers ?? headers;
      isAnew ||= revision?.isAnew === true;
    }
    if (headers === before) return this.#send("Fetch.continueRequest", { requestId });
    // Headers alone are not taken: the status has to come along.
    const revised = { requestId, responseCode, responseHeaders: [...headers] };
    if (isAnew && responseCode < 300) void this.#answerAnew(revised);
    else this.#send("Fetch.continueResponse", revised);
  }

  /** Never rejects. */
  async #answerAnew(revised: Protocol.Fetch.FulfillRequestRequest): Promise<void> {
    const { requestId, responseHeaders = [] } = revised;
    try {
      const { body, base64Encoded } = await this.#connection.send("Fetch.getResponseBody", { requestId });
      const encoded = base64Encoded ? body : new TextEncoder().encode(body).toBase64();
      // The body has been decoded.
      const headers = responseHeaders.filter(({ name }) => !/^content-(encoding|length)$/i.test(name));
      this.#send("Fetch.fulfillRequest", { ...revised, responseHeaders: headers, body: encoded });
    } catch {
      // Too large to be held, or a download: it goes on as far as it can.
      this.#send("Fetch.continueResponse", revised);
    }
  }

  #send<M extends Answer>(method: M, params: ProtocolMapping.Commands[M]["paramsType"][0]): void {
    // A request that was given up meanwhile needs no answer.
    this.#connection.send(method, params).catch(() => undefined);
  }
}

/** A handler sees what those before it have made of a request. */
function withHeaders(paused: PausedRequest, headers: readonly HeaderEntry[] | undefined): PausedRequest {
  if (headers === undefined) return paused;
  const changed = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  return { ...paused, request: { ...paused.request, headers: changed } };
}

type Answer = "Fetch.failRequest" | "Fetch.fulfillRequest" | "Fetch.continueRequest" | "Fetch.continueResponse";

/** How far a request has come. */
interface Decision {
  readonly paused: PausedRequest;
  /** The handler to ask, by position. */
  readonly next: number;
  readonly ruling: Ruling;
}
