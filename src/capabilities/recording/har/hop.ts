import type { Protocol } from "devtools-protocol";
import type { HeaderMap } from "./har-headers.ts";

export type RequestEvent = Protocol.Network.RequestWillBeSentEvent;
export type ResponseExtra = Protocol.Network.ResponseReceivedExtraInfoEvent;

/** One request and its response: a redirect begins another one under the same id. */
export interface Hop {
  readonly asked: RequestEvent;
  readonly from: Origin;
  readonly pageId: string | undefined;
  response?: Protocol.Network.Response;
  /** Seconds of the monotonic clock. */
  answeredAt?: number;
  servedFromMemory?: boolean;
  /** Bytes of the decoded body, and of the body as it came. */
  decodedBytes: number;
  encodedBytes: number;
  /** Whether `responseExtra` is to come. */
  expectsExtra: boolean;
  requestHeaders?: HeaderMap;
  responseExtra?: ResponseExtra;
  end?: HopEnd;
  body?: Body;
  postData?: string;
}

/** Who asked. */
export interface Origin {
  /** The page's target id; `undefined` for a worker of no page. */
  readonly tab: string | undefined;
  /** CDP target type. */
  readonly type: string;
}

export interface HopEnd {
  /** Seconds of the monotonic clock. */
  readonly at: number;
  /** Bytes on the wire, headers included; 0 where none are known. */
  readonly encodedBytes: number;
  readonly error?: string;
  readonly blocked?: string;
  readonly canceled?: boolean;
}

export interface Body {
  readonly text: string;
  readonly isBase64: boolean;
}
