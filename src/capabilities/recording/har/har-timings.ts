import type { Protocol } from "devtools-protocol";
import type { HarTimings } from "./har-types.ts";

/** When a request went on; seconds of the browser's monotonic clock. */
export interface Moments {
  /** The page asked for it. */
  readonly askedAt: number;
  /** Its response's headers were there. */
  readonly answeredAt: number | undefined;
  /** Not known of a body that the page leaves unread. */
  readonly endedAt: number | undefined;
}

/** HAR's "does not apply". */
const NONE = -1;
const MS = 1000;

const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
const between = (start: number, end: number): number => (start < 0 || end < 0 ? NONE : rounded(end - start));

/** Milliseconds of each phase (HAR 1.2, "timings"), from Chromium's `Network.ResourceTiming`. */
export function toTimings(moments: Moments, timing: Protocol.Network.ResourceTiming | undefined): HarTimings {
  const { askedAt } = moments;
  const answeredAt = moments.answeredAt ?? moments.endedAt ?? askedAt;
  // A timing from a cache, or from a service worker's own request, says nothing of this one.
  if (timing === undefined || timing.requestTime <= 0 || timing.sendEnd < 0) {
    const wait = rounded(Math.max(0, answeredAt - askedAt) * MS);
    const receive = rounded(Math.max(0, (moments.endedAt ?? answeredAt) - answeredAt) * MS);
    return { blocked: NONE, dns: NONE, connect: NONE, ssl: NONE, send: 0, wait, receive };
  }
  const first = [timing.dnsStart, timing.connectStart, timing.sendStart].find((start) => start >= 0) ?? 0;
  const headersEnd = timing.receiveHeadersEnd;
  // When the page heard of the headers says how busy the page was.
  const endedAt = moments.endedAt ?? timing.requestTime + headersEnd / MS;
  return {
    blocked: rounded(Math.max(0, (timing.requestTime - askedAt) * MS) + first),
    dns: between(timing.dnsStart, timing.dnsEnd),
    connect: between(timing.connectStart, timing.connectEnd),
    ssl: between(timing.sslStart, timing.sslEnd),
    send: Math.max(0, between(timing.sendStart, timing.sendEnd)),
    wait: rounded(Math.max(0, headersEnd - timing.sendEnd)),
    receive: rounded(Math.max(0, (endedAt - timing.requestTime) * MS - headersEnd)),
  };
}

/** The whole time: HAR's sum of all phases that apply. */
export const totalOf = ({ ssl: _within, ...phases }: HarTimings): number =>
  rounded(Object.values(phases).reduce((sum, ms) => sum + Math.max(0, ms), 0));
