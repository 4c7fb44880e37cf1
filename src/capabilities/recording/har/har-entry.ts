import { findHeader, type HeaderMap, type RedactedHeaders } from "./har-headers.ts";
import { requestCookies, responseCookies, toHeaders, withoutPassword } from "./har-headers.ts";
import { toTimings, totalOf } from "./har-timings.ts";
import type { HarContent, HarEntry, HarRequest, HarResponse, PostData } from "./har-types.ts";
import type { Hop } from "./hop.ts";

/** HAR's "not known". */
const UNKNOWN = -1;
const UNFINISHED = "The request had not ended when the recording did";

/** The entry of a request that has ended, or that will not be heard of any more. */
export function toEntry(hop: Hop, redacted: RedactedHeaders): HarEntry {
  const { asked, from, pageId, response, end } = hop;
  const moments = { askedAt: asked.timestamp, answeredAt: hop.answeredAt, endedAt: end?.at };
  const timings = toTimings(moments, isCached(hop) ? undefined : response?.timing);
  const ip = response?.remoteIPAddress?.replace(/^\[(.*)\]$/, "$1");
  const { connectionId = 0 } = response ?? {};
  const cache = fromCache(hop);
  return {
    ...(pageId !== undefined && { pageref: pageId }),
    startedDateTime: new Date(asked.wallTime * 1000).toISOString(),
    time: totalOf(timings),
    request: toRequest(hop, redacted),
    response: toResponse(hop, redacted),
    cache: {},
    timings,
    ...(ip !== undefined && ip !== "" && { serverIPAddress: ip }),
    ...(connectionId > 0 && { connection: String(connectionId) }),
    ...(end === undefined && { comment: UNFINISHED }),
    _initiator: initiatorOf(hop),
    ...(asked.type !== undefined && { _resourceType: asked.type.toLowerCase() }),
    _priority: asked.request.initialPriority,
    ...(cache !== undefined && { _fromCache: cache }),
    ...(response?.fromServiceWorker === true && { _fromServiceWorker: true }),
    ...(from.type !== "page" && from.type !== "iframe" && { _target: from.type }),
    ...(from.tab !== undefined && { _tab: from.tab }),
  };
}

const isCached = (hop: Hop): boolean => fromCache(hop) !== undefined;

function fromCache({ servedFromMemory, response }: Hop): HarEntry["_fromCache"] | undefined {
  if (response?.fromPrefetchCache === true) return "prefetch";
  if (servedFromMemory === true) return "memory";
  return response?.fromDiskCache === true ? "disk" : undefined;
}

/** Frames of a stack that are kept: enough to see who asked. */
const STACK_FRAMES = 8;

function initiatorOf({ asked: { initiator } }: Hop): object {
  const { type, url, lineNumber, columnNumber, requestId, stack } = initiator;
  const callFrames = stack?.callFrames.slice(0, STACK_FRAMES);
  return {
    type,
    ...(url !== undefined && { url: withoutPassword(url) }),
    ...(lineNumber !== undefined && { lineNumber }),
    ...(columnNumber !== undefined && { columnNumber }),
    ...(requestId !== undefined && { requestId }),
    ...(callFrames !== undefined && { stack: { callFrames } }),
  };
}

/** As HARs write it; Chromium says `h2`, `h3`, `http/1.1`. */
function versionOf(protocol: string | undefined): string {
  if (protocol === undefined || protocol === "") return "unknown";
  return protocol.startsWith("http/1") ? protocol.toUpperCase() : protocol;
}

function toRequest(hop: Hop, redacted: RedactedHeaders): HarRequest {
  const { request } = hop.asked;
  const headers: HeaderMap = hop.requestHeaders ?? hop.response?.requestHeaders ?? request.headers;
  const url = withoutPassword(request.url + (request.urlFragment ?? ""));
  const postData = toPostData(hop, headers);
  return {
    method: request.method,
    url,
    httpVersion: versionOf(hop.response?.protocol),
    cookies: requestCookies(headers, redacted),
    headers: toHeaders(headers, redacted),
    queryString: URL.canParse(url) ? [...new URL(url).searchParams].map(([name, value]) => ({ name, value })) : [],
    ...(postData !== undefined && { postData }),
    headersSize: hop.response?.requestHeadersText?.length ?? UNKNOWN,
    bodySize: postData === undefined ? (request.hasPostData === true ? UNKNOWN : 0) : bytesOf(postData.text),
  };
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

function toPostData({ postData }: Hop, headers: HeaderMap): PostData | undefined {
  if (postData === undefined) return undefined;
  const mimeType = findHeader(headers, "content-type") ?? "application/octet-stream";
  const isForm = mimeType.startsWith("application/x-www-form-urlencoded");
  const params = isForm ? [...new URLSearchParams(postData)].map(([name, value]) => ({ name, value })) : [];
  return { mimeType, text: postData, params };
}

function toResponse(hop: Hop, redacted: RedactedHeaders): HarResponse {
  const { response, responseExtra, end } = hop;
  const headers: HeaderMap = responseExtra?.headers ?? response?.headers ?? {};
  const error = end?.error;
  const sizes = sizesOf(hop);
  return {
    status: responseExtra?.statusCode ?? response?.status ?? 0,
    statusText: response?.statusText ?? "",
    httpVersion: versionOf(response?.protocol),
    cookies: responseCookies(headers, redacted),
    headers: toHeaders(headers, redacted),
    content: contentOf(hop),
    redirectURL: findHeader(headers, "location") ?? "",
    headersSize: sizes.headers,
    bodySize: sizes.body,
    _transferSize: sizes.transfer,
    _error: error ?? null,
    ...(end?.blocked !== undefined && { _blockedReason: end.blocked }),
    ...(end?.canceled === true && { _canceled: true }),
  };
}

function sizesOf(hop: Hop): { readonly headers: number; readonly body: number; readonly transfer: number } {
  const { response, responseExtra, end, encodedBytes } = hop;
  if (response === undefined) return { headers: UNKNOWN, body: UNKNOWN, transfer: 0 };
  if (isCached(hop)) return { headers: UNKNOWN, body: 0, transfer: 0 };
  const transfer = end === undefined || end.encodedBytes === 0 ? response.encodedDataLength : end.encodedBytes;
  const headers = responseExtra?.headersText?.length ?? response.headersText?.length;
  // Data is not always told of; HTTP/2 does not tell how long the headers are.
  const rest = headers === undefined ? 0 : Math.max(0, transfer - headers);
  const told = encodedBytes > 0 ? encodedBytes : rest;
  const body = told === 0 && hop.decodedBytes > 0 ? untoldBody(hop, transfer) : told;
  return { headers: headers ?? UNKNOWN, body, transfer };
}

/** Of a worker's own script Chromium counts the headers alone: uncompressed, it is as long as it came. */
const untoldBody = (hop: Hop, transfer: number): number =>
  transfer > 0 && !isCompressed(hop) ? hop.decodedBytes : UNKNOWN;

const isCompressed = ({ response }: Hop): boolean =>
  findHeader(response?.headers ?? {}, "content-encoding") !== undefined;

function contentOf(hop: Hop): HarContent {
  const { response, body, encodedBytes } = hop;
  // Of what a service worker hands on unread, only what came is told.
  const decodedBytes = hop.decodedBytes === 0 && !isCompressed(hop) ? encodedBytes : hop.decodedBytes;
  const compression = decodedBytes - encodedBytes;
  return {
    size: decodedBytes,
    mimeType: response?.mimeType ?? "x-unknown",
    ...(encodedBytes > 0 && compression > 0 && { compression }),
    ...(body !== undefined && { text: body.text }),
    ...(body?.isBase64 === true && { encoding: "base64" }),
  };
}
