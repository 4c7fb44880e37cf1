import type { Protocol } from "devtools-protocol";
import type { GatedTarget } from "../../../cdp/target-gate.ts";
import { toEntry } from "./har-entry.ts";
import type { HarOptions } from "./har-sink.ts";
import type { HopEnd, Hop, RequestEvent, ResponseExtra } from "./hop.ts";

type RequestExtra = Protocol.Network.RequestWillBeSentExtraInfoEvent;

/** What is known of one request id. */
interface Exchange {
  /** The last one is the one that is on its way. */
  current: Hop | undefined;
  /** Told before the hops that they are of; hops and extras come in one order, each. */
  readonly requestExtras: RequestExtra[];
  readonly responseExtras: ResponseExtra[];
  readonly awaitingRequest: Hop[];
  readonly awaitingResponse: Hop[];
}

export interface NetworkLogOptions extends HarOptions {
  readonly pageIdOf: (tab: string | undefined) => string | undefined;
}

/** Ids of requests that have ended: a late word of one must not begin another. */
const MAX_REMEMBERED = 1000;
/** Requests that are only known by their headers so far, or never will be known better. */
const MAX_UNBEGUN = 500;
const BODY_LIMIT_MS = 5000;
const HAS_NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
/** What never ends, and what nobody reads. */
const BODILESS_TYPES: ReadonlySet<string> = new Set([
  "Media",
  "EventSource",
  "Ping",
  "Preflight",
  "CSPViolationReport",
]);

/**
 * Puts requests together from the events of the Network domain, and lets go of each as soon as it has ended: what is
 * held in memory is what is on its way. Of the requests of a frame that moves to another process, two sessions tell
 * parts; their ids are the browser's own, and so the sessions do not matter here.
 */
export class NetworkLog {
  readonly #options: NetworkLogOptions;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #ended = new Set<string>();
  /** Hops that have ended and wait for their headers; whether they have waited before. */
  readonly #waiting = new Map<Hop, boolean>();
  readonly #reading = new Set<Promise<void>>();

  constructor(options: NetworkLogOptions) {
    this.#options = options;
  }

  handle(target: GatedTarget, method: string, params: unknown): void {
    switch (method) {
      case "Network.requestWillBeSent":
        return this.#asked(target, params as RequestEvent);
      case "Network.requestWillBeSentExtraInfo":
        return this.#requestExtra(params as RequestExtra);
      case "Network.requestServedFromCache":
        return this.#fromCache(params as Protocol.Network.RequestServedFromCacheEvent);
      case "Network.responseReceived":
        return this.#answered(params as Protocol.Network.ResponseReceivedEvent);
      case "Network.responseReceivedExtraInfo":
        return this.#responseExtra(params as ResponseExtra);
      case "Network.dataReceived":
        return this.#data(params as Protocol.Network.DataReceivedEvent);
      case "Network.loadingFinished":
        return this.#finished(target, params as Protocol.Network.LoadingFinishedEvent);
      case "Network.loadingFailed":
        return this.#failed(params as Protocol.Network.LoadingFailedEvent);
      default:
    }
  }

  /** To be called now and then: what never came is not waited for. */
  settle(): void {
    for (const [hop, hasWaited] of this.#waiting) {
      if (hasWaited) this.#write(hop);
      else this.#waiting.set(hop, true);
    }
  }

  /** The end of the recording: writes what there is, of unfinished requests too. */
  async drain(): Promise<void> {
    await Promise.all(this.#reading);
    for (const hop of this.#waiting.keys()) this.#write(hop);
    for (const { current } of this.#exchanges.values()) if (current !== undefined) this.#write(current);
    this.#exchanges.clear();
  }

  #asked({ info, pageId: tab }: GatedTarget, asked: RequestEvent): void {
    const { requestId, redirectResponse, request } = asked;
    if (this.#ended.has(requestId) || !/^https?:/.test(request.url)) return;
    const exchange = this.#exchangeOf(requestId);
    const before = exchange.current;
    if (before !== undefined && redirectResponse === undefined) return;
    if (before !== undefined && redirectResponse !== undefined) {
      this.#take(exchange, before, { response: redirectResponse, hasExtraInfo: asked.redirectHasExtraInfo });
      before.answeredAt = answeredAt(redirectResponse) ?? asked.timestamp;
      // Nobody reads what a redirect says besides.
      this.#end(before, { at: before.answeredAt, encodedBytes: redirectResponse.encodedDataLength });
    }
    const hop: Hop = {
      asked,
      from: { tab, type: info.type },
      pageId: this.#options.pageIdOf(tab),
      decodedBytes: 0,
      encodedBytes: 0,
      expectsExtra: false,
    };
    const postData = this.#postDataOf(request);
    if (postData !== undefined) hop.postData = postData;
    exchange.current = hop;
  }

  #postDataOf({ postData, postDataEntries = [] }: Protocol.Network.Request): string | undefined {
    if (postData !== undefined) return postData;
    const parts = postDataEntries.flatMap(({ bytes }) => (bytes === undefined ? [] : [atob(bytes)]));
    if (parts.length === 0) return undefined;
    const bytes = Uint8Array.from(parts.join(""), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  }

  #requestExtra(extra: RequestExtra): void {
    if (this.#ended.has(extra.requestId) && !this.#exchanges.has(extra.requestId)) return;
    const exchange = this.#exchangeOf(extra.requestId);
    exchange.requestExtras.push(extra);
    this.#match(exchange);
  }

  #responseExtra(extra: ResponseExtra): void {
    if (this.#ended.has(extra.requestId) && !this.#exchanges.has(extra.requestId)) return;
    const exchange = this.#exchangeOf(extra.requestId);
    exchange.responseExtras.push(extra);
    this.#match(exchange);
  }

  #fromCache({ requestId }: Protocol.Network.RequestServedFromCacheEvent): void {
    const hop = this.#exchanges.get(requestId)?.current;
    if (hop !== undefined) hop.servedFromMemory = true;
  }

  #answered(event: Protocol.Network.ResponseReceivedEvent): void {
    const exchange = this.#exchanges.get(event.requestId);
    if (exchange?.current === undefined) return;
    exchange.current.answeredAt = event.timestamp;
    this.#take(exchange, exchange.current, event);
  }

  #take(exchange: Exchange, hop: Hop, answer: Answer): void {
    hop.response = answer.response;
    hop.expectsExtra = answer.hasExtraInfo === true;
    if (!hop.expectsExtra) return;
    exchange.awaitingRequest.push(hop);
    exchange.awaitingResponse.push(hop);
    this.#match(exchange);
  }

  #match({ requestExtras, responseExtras, awaitingRequest, awaitingResponse }: Exchange): void {
    while (requestExtras.length > 0 && awaitingRequest.length > 0) {
      const [hop, extra] = [awaitingRequest.shift(), requestExtras.shift()];
      if (hop && extra) hop.requestHeaders = extra.headers;
    }
    while (responseExtras.length > 0 && awaitingResponse.length > 0) {
      const [hop, extra] = [awaitingResponse.shift(), responseExtras.shift()];
      if (hop === undefined || extra === undefined) return;
      hop.responseExtra = extra;
      if (this.#waiting.has(hop)) this.#write(hop);
    }
  }

  #data({ requestId, dataLength, encodedDataLength }: Protocol.Network.DataReceivedEvent): void {
    const hop = this.#exchanges.get(requestId)?.current;
    if (hop === undefined) return;
    hop.decodedBytes += dataLength;
    hop.encodedBytes += encodedDataLength;
  }

  #finished(target: GatedTarget, event: Protocol.Network.LoadingFinishedEvent): void {
    const { requestId, timestamp, encodedDataLength } = event;
    const hop = this.#close(requestId);
    if (hop === undefined) return;
    const end = { at: timestamp, encodedBytes: encodedDataLength };
    if (!this.#wantsBody(hop)) return this.#end(hop, end);
    const reading = this.#readBody(target, hop, requestId).then(() => {
      this.#reading.delete(reading);
      this.#end(hop, end);
    });
    this.#reading.add(reading);
  }

  #wantsBody({ asked: { type = "Other", request }, from, response, decodedBytes }: Hop): boolean {
    const { maxBodyBytes } = this.#options;
    if (response === undefined || maxBodyBytes === 0 || decodedBytes > maxBodyBytes) return false;
    if (HAS_NO_BODY.has(response.status) || BODILESS_TYPES.has(type) || request.method === "HEAD") return false;
    // Of what service workers ask for, Chromium tells no data.
    return decodedBytes > 0 || from.type === "service_worker";
  }

  /** A page that has gone on to another one takes its bodies with it. Never rejects. */
  async #readBody({ send }: GatedTarget, hop: Hop, requestId: string): Promise<void> {
    try {
      const { body, base64Encoded } = await send(
        "Network.getResponseBody",
        { requestId },
        { timeoutMs: BODY_LIMIT_MS },
      );
      // What was handed on unread cannot be read here either.
      if (body === "") return;
      hop.body = { text: body, isBase64: base64Encoded };
      if (hop.decodedBytes === 0) hop.decodedBytes = base64Encoded ? atob(body).length : bytesOf(body);
    } catch {
      // The entry says what is known.
    }
  }

  #failed(event: Protocol.Network.LoadingFailedEvent): void {
    const { requestId, timestamp, errorText, blockedReason, canceled = false } = event;
    const exchange = this.#exchanges.get(requestId);
    const hop = this.#close(requestId);
    if (hop === undefined) return;
    const headers = exchange?.requestExtras.shift()?.headers;
    if (hop.requestHeaders === undefined && headers !== undefined) hop.requestHeaders = headers;
    const error = errorText === "" && canceled ? "net::ERR_ABORTED" : errorText;
    this.#end(hop, {
      at: timestamp,
      encodedBytes: 0,
      error,
      ...(blockedReason !== undefined && { blocked: blockedReason }),
      canceled,
    });
  }

  /** The request is over; its headers may still be told. */
  #close(requestId: string): Hop | undefined {
    const exchange = this.#exchanges.get(requestId);
    const hop = exchange?.current;
    if (exchange === undefined || hop === undefined) return undefined;
    this.#ended.add(requestId);
    for (const oldest of this.#ended) {
      if (this.#ended.size <= MAX_REMEMBERED) break;
      this.#ended.delete(oldest);
    }
    if (exchange.awaitingResponse.length === 0) this.#exchanges.delete(requestId);
    exchange.current = undefined;
    return hop;
  }

  #end(hop: Hop, end: HopEnd): void {
    hop.end = end;
    if (hop.expectsExtra && hop.responseExtra === undefined) this.#waiting.set(hop, false);
    else this.#write(hop);
  }

  #write(hop: Hop): void {
    this.#waiting.delete(hop);
    const { requestId } = hop.asked;
    if (this.#ended.has(requestId)) this.#exchanges.delete(requestId);
    this.#options.sink.entry(toEntry(hop, this.#options.redactedHeaders));
  }

  #exchangeOf(requestId: string): Exchange {
    const known = this.#exchanges.get(requestId);
    if (known !== undefined) return known;
    const made = { requestExtras: [], responseExtras: [], awaitingRequest: [], awaitingResponse: [] };
    const exchange: Exchange = { current: undefined, ...made };
    this.#forgetUnbegun();
    this.#exchanges.set(requestId, exchange);
    return exchange;
  }

  /** Headers are told of requests, too, that no event begins (those of WebSockets). */
  #forgetUnbegun(): void {
    if (this.#exchanges.size < MAX_UNBEGUN) return;
    const unbegun = [...this.#exchanges].filter(([, { current, awaitingResponse }]) => {
      return current === undefined && awaitingResponse.length === 0;
    });
    for (const [requestId] of unbegun) this.#exchanges.delete(requestId);
  }
}

/** Seconds of the monotonic clock; `undefined` for what came from a cache. */
const answeredAt = ({ timing }: Protocol.Network.Response): number | undefined =>
  timing === undefined ? undefined : timing.requestTime + timing.receiveHeadersEnd / 1000;

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

interface Answer {
  readonly response: Protocol.Network.Response;
  readonly hasExtraInfo?: boolean | undefined;
}
