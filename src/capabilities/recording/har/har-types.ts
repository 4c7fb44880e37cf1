/*
 * HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as far as it is written here. Names that begin with `_`
 * are the format's way to say more; those here are the ones of Chromium's own HARs, unless something else is said.
 * Sizes are bytes, -1 where they are not known; times are milliseconds.
 */

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface Cookie extends Header {
  readonly path?: string;
  readonly domain?: string;
  /** ISO 8601. */
  readonly expires?: string;
  readonly httpOnly?: boolean;
  readonly secure?: boolean;
  readonly sameSite?: string;
}

export interface PostData {
  readonly mimeType: string;
  readonly text: string;
  readonly params: readonly Header[];
}

export interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly Cookie[];
  readonly headers: readonly Header[];
  readonly queryString: readonly Header[];
  readonly postData?: PostData;
  readonly headersSize: number;
  readonly bodySize: number;
}

export interface HarContent {
  readonly size: number;
  readonly mimeType: string;
  readonly compression?: number;
  readonly text?: string;
  readonly encoding?: "base64";
}

export interface HarResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly Cookie[];
  readonly headers: readonly Header[];
  readonly content: HarContent;
  readonly redirectURL: string;
  readonly headersSize: number;
  readonly bodySize: number;
  /** All that came over the wire. */
  readonly _transferSize: number;
  /** Chromium's name of what went wrong, such as `net::ERR_BLOCKED_BY_CLIENT`. */
  readonly _error: string | null;
  /** CDP's `Network.BlockedReason`. */
  readonly _blockedReason?: string;
  readonly _canceled?: true;
}

/** A WebSocket message. */
export interface SocketMessage {
  readonly type: "send" | "receive";
  /** Seconds since the epoch. */
  readonly time: number;
  /** 1 is text; 2 is binary, in base64. */
  readonly opcode: number;
  readonly data: string;
  /** Our own: UTF-16 code units that were left out of `data`. */
  readonly _omitted?: number;
}

export interface HarTimings {
  readonly blocked: number;
  readonly dns: number;
  readonly connect: number;
  /** Within `connect`. */
  readonly ssl: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}

export interface HarEntry {
  readonly pageref?: string;
  /** ISO 8601. */
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: object;
  readonly timings: HarTimings;
  readonly serverIPAddress?: string;
  readonly connection?: string;
  readonly comment?: string;
  readonly _initiator: object;
  readonly _resourceType?: string;
  readonly _priority?: string;
  readonly _fromCache?: "memory" | "disk" | "prefetch";
  /** Our own: a service worker answered; what it asked the network for has an entry of its own. */
  readonly _fromServiceWorker?: true;
  /** Our own: the CDP type of a worker that asked. */
  readonly _target?: string;
  /** Our own: the tab that asked, by the id of its CDP target. */
  readonly _tab?: string;
}

export interface HarPage {
  readonly id: string;
  /** ISO 8601. */
  readonly startedDateTime: string;
  readonly title: string;
  readonly pageTimings: { readonly onContentLoad: number; readonly onLoad: number };
  /** Our own: see {@link HarEntry._tab}. */
  readonly _tab: string;
}
