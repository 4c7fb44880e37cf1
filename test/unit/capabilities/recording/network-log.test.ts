import { describe, expect, it } from "vitest";
import { NetworkLog } from "../../../../src/capabilities/recording/har/network-log.ts";
import type { HarEntry } from "../../../../src/capabilities/recording/har/har-types.ts";
import type { GatedTarget } from "../../../../src/cdp/target-gate.ts";

/** A log, a page whose bodies are these texts, and what was written. */
function setUp(bodies: Readonly<Record<string, string>> = {}) {
  const written: HarEntry[] = [];
  const ignore = (): void => undefined;
  const log = new NetworkLog({
    sink: { entry: (entry) => written.push(entry), socket: ignore, message: ignore, page: ignore },
    redactedHeaders: new Set(["cookie"]),
    maxBodyBytes: 1000,
    pageIdOf: () => "page_1",
  });
  const send = (_method: string, { requestId }: { requestId: string }) => {
    const body = bodies[requestId];
    return body === undefined ? Promise.reject(new Error("gone")) : Promise.resolve({ body, base64Encoded: false });
  };
  const info = { targetId: "T1", type: "page", title: "", url: "" };
  const page = { info, sessionId: "S1", pageId: "T1", send } as unknown as GatedTarget;
  const tell = (method: string, params: object): void => log.handle(page, `Network.${method}`, params);
  return { log, written, tell };
}

const URL = "https://shop.test/a";
const asked = (requestId: string, more: object = {}) => ({
  requestId,
  loaderId: "L",
  timestamp: 10,
  wallTime: 1_700_000_000,
  type: "Fetch",
  initiator: { type: "script" },
  request: { url: URL, method: "GET", headers: { Accept: "*/*" }, initialPriority: "High" },
  ...more,
});
const response = (status: number) => ({
  url: URL,
  status,
  statusText: "",
  headers: { "content-type": "text/plain" },
  mimeType: "text/plain",
  encodedDataLength: 100,
});
const finished = (requestId: string) => ({ requestId, timestamp: 11, encodedDataLength: 120 });
const headersOf = ({ request }: HarEntry) => request.headers.map(({ name, value }) => `${name}: ${value}`);

describe("the network log", () => {
  it("takes the headers of the wire, whether they are told before the request or after its end", async () => {
    for (const isEarly of [true, false]) {
      const { log, written, tell } = setUp();
      const extras = (): void => {
        tell("requestWillBeSentExtraInfo", { requestId: "1", headers: { Cookie: "a=secret", Host: "shop.test" } });
        tell("responseReceivedExtraInfo", {
          requestId: "1",
          headers: { "Content-Type": "text/plain" },
          statusCode: 203,
        });
      };
      if (isEarly) extras();
      tell("requestWillBeSent", asked("1"));
      tell("responseReceived", { requestId: "1", timestamp: 10.5, response: response(200), hasExtraInfo: true });
      tell("loadingFinished", finished("1"));
      if (!isEarly) extras();
      await log.drain();
      expect(written.map(headersOf)).toEqual([["Cookie: a=[redacted]", "Host: shop.test"]]);
      expect(written[0]?.response.status).toBe(203);
    }
  });

  it("gives every hop of a redirect its own headers", async () => {
    const { log, written, tell } = setUp();
    tell("requestWillBeSent", asked("1"));
    tell("requestWillBeSentExtraInfo", { requestId: "1", headers: { Hop: "1" } });
    tell("responseReceivedExtraInfo", { requestId: "1", headers: { Location: "/b" }, statusCode: 302 });
    tell(
      "requestWillBeSent",
      asked("1", { redirectResponse: response(302), redirectHasExtraInfo: true, timestamp: 12 }),
    );
    tell("requestWillBeSentExtraInfo", { requestId: "1", headers: { Hop: "2" } });
    tell("responseReceivedExtraInfo", { requestId: "1", headers: {}, statusCode: 200 });
    tell("responseReceived", { requestId: "1", timestamp: 13, response: response(200), hasExtraInfo: true });
    tell("loadingFinished", finished("1"));
    await log.drain();
    expect(written.map((entry) => [headersOf(entry), entry.response.status, entry.response.redirectURL])).toEqual([
      [["Hop: 1"], 302, "/b"],
      [["Hop: 2"], 200, ""],
    ]);
  });

  it("does not wait for ever for headers that never come", () => {
    const { log, written, tell } = setUp();
    tell("requestWillBeSent", asked("1"));
    tell("responseReceived", { requestId: "1", timestamp: 10.5, response: response(200), hasExtraInfo: true });
    tell("loadingFinished", finished("1"));
    log.settle();
    expect(written).toEqual([]);
    log.settle();
    expect(written.map(({ response: { status } }) => status)).toEqual([200]);
  });

  it("keeps bodies up to the limit, and the entry of a body that is gone", async () => {
    const { log, written, tell } = setUp({ small: "text", large: "x".repeat(2000) });
    for (const [requestId, dataLength] of [
      ["small", 4],
      ["large", 2000],
      ["gone", 4],
    ] as const) {
      tell("requestWillBeSent", asked(requestId));
      tell("responseReceived", { requestId, timestamp: 10.5, response: response(200) });
      tell("dataReceived", { requestId, dataLength, encodedDataLength: dataLength });
      tell("loadingFinished", finished(requestId));
    }
    await log.drain();
    const contents = written.map(({ response: { content } }) => [content.size, content.text]);
    expect(contents.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      [2000, undefined],
      [4, undefined],
      [4, "text"],
    ]);
  });

  it("knows how long a worker's script was on the wire, of which Chromium counts the headers alone", async () => {
    const { log, written, tell } = setUp();
    const packed = { ...response(200), headers: { "content-encoding": "gzip" } };
    for (const [requestId, answer] of [
      ["plain", response(200)],
      ["packed", packed],
      ["made up", { ...response(200), encodedDataLength: 0 }],
    ] as const) {
      tell("requestWillBeSent", asked(requestId));
      tell("responseReceived", { requestId, timestamp: 10.5, response: answer });
      tell("responseReceivedExtraInfo", { requestId, headers: answer.headers, headersText: "x".repeat(100) });
      tell("dataReceived", { requestId, dataLength: 563, encodedDataLength: 0 });
      tell("loadingFinished", { ...finished(requestId), encodedDataLength: answer.encodedDataLength });
    }
    await log.drain();
    expect(written.map(({ response: { bodySize, content } }) => [bodySize, content.size])).toEqual([
      [563, 563],
      [-1, 563],
      [-1, 563],
    ]);
  });

  it("writes a request once that two sessions tell of, and one that has not ended at the end", async () => {
    const { log, written, tell } = setUp();
    tell("requestWillBeSent", asked("1"));
    tell("requestWillBeSent", asked("1"));
    tell("loadingFailed", { requestId: "1", timestamp: 11, errorText: "net::ERR_FAILED", blockedReason: "csp" });
    tell("loadingFailed", { requestId: "1", timestamp: 11, errorText: "net::ERR_FAILED" });
    tell("requestWillBeSent", asked("1"));
    tell("requestWillBeSent", asked("2"));
    await log.drain();
    expect(written.map((entry) => [entry.response._error, entry.response._blockedReason, entry.comment])).toEqual([
      ["net::ERR_FAILED", "csp", undefined],
      [null, undefined, "The request had not ended when the recording did"],
    ]);
  });

  it("counts no time for a body whose end is not known, however late the page hears of its headers", async () => {
    const { log, written, tell } = setUp();
    const timing = { requestTime: 10, sendStart: 1, sendEnd: 2, receiveHeadersEnd: 30 };
    const unset = { dnsStart: -1, dnsEnd: -1, connectStart: -1, connectEnd: -1, sslStart: -1, sslEnd: -1 };
    for (const requestId of ["unread", "read"]) {
      tell("requestWillBeSent", asked(requestId));
      const answer = { ...response(200), timing: { ...unset, ...timing } };
      tell("responseReceived", { requestId, timestamp: 10.5, response: answer });
    }
    tell("loadingFinished", { ...finished("read"), timestamp: 10.05 });
    await log.drain();
    expect(written.map(({ timings: { wait, receive }, time }) => ({ wait, receive, time }))).toEqual([
      { wait: 28, receive: 20, time: 50 },
      { wait: 28, receive: 0, time: 30 },
    ]);
  });
});
