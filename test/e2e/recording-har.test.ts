import { harFromMessages } from "chrome-har";
import { har as validate } from "har-validator";
import type { Page } from "puppeteer-core";
import { describe } from "vitest";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import {
  LARGE_BYTES,
  MANY,
  type RecordingSite,
  SECRET_HEADER,
  serveRecordingSite,
} from "../support/node/recording-site.ts";
import { type Har, type HarEntry, Recordings } from "../support/node/recordings.ts";
import { test as base } from "../support/node/test.ts";

const test = base.extend("recordingSite", { scope: "file" }, async ({}, { onCleanup }): Promise<RecordingSite> => {
  const site = await serveRecordingSite();
  onCleanup(() => site.close());
  return site;
});

const PATIENCE = { timeout: 60_000 };

/** Opens a page of the site and waits until its script says that it is through. */
async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: "load" });
  await page.waitForFunction(() => document.title === "done", { polling: 50, ...PATIENCE });
}

const nameOf = ({ method, url }: { readonly method: string; readonly url: string }): string => `${method} ${url}`;

/** What left the browser: caches and service workers answer without asking. */
const fromNetwork = ({ log }: Har): readonly HarEntry[] =>
  log.entries.filter(
    ({ _fromCache, _fromServiceWorker, request, response }) =>
      _fromCache === undefined &&
      _fromServiceWorker !== true &&
      request.url.startsWith("http:") &&
      (response.status > 0 || response._error === null),
  );

const entriesOf = ({ log }: Har, path: string): readonly HarEntry[] =>
  log.entries.filter(({ request }) => new URL(request.url).pathname === path);

function entryOf(har: Har, path: string): HarEntry {
  const [entry, ...others] = entriesOf(har, path);
  if (entry === undefined || others.length > 0) throw new Error(`${others.length + 1} entries of ${path}`);
  return entry;
}

const header = (headers: HarEntry["request"]["headers"], name: string): readonly string[] =>
  headers.filter((each) => each.name.toLowerCase() === name).map(({ value }) => value);

/** The raw events of a page, and the HAR that an independent tool makes of them. */
interface Oracle {
  /** Ids of requests of the page's script whose end it has not heard of: the script may be through before them. */
  open(): readonly string[];
  har(): Har;
}

interface OracleParams {
  readonly requestId?: string;
  readonly type?: string;
}

/** Frames and workers tell of their documents' and scripts' ends to sessions of their own. */
const ENDS_HERE = new Set(["Fetch", "EventSource"]);

async function recordEvents(page: Page): Promise<Oracle> {
  const session = await page.createCDPSession();
  const messages: { method: string; params: OracleParams }[] = [];
  const connection = session as unknown as { on(event: string, listener: (params: OracleParams) => void): void };
  for (const event of ORACLE_EVENTS) connection.on(event, (params) => messages.push({ method: event, params }));
  await Promise.all([session.send("Page.enable"), session.send("Network.enable")]);
  const idsOf = (matches: (method: string, params: OracleParams) => boolean): readonly string[] =>
    messages.flatMap(({ method, params }) => (matches(method, params) ? [params.requestId ?? ""] : []));
  return {
    open: () => {
      const ended = new Set(idsOf((method) => /^Network\.loading(Finished|Failed)$/.test(method)));
      const asked = idsOf((method, { type = "" }) => method === "Network.requestWillBeSent" && ENDS_HERE.has(type));
      return asked.filter((requestId) => !ended.has(requestId));
    },
    har: () => harFromMessages(messages) as Har,
  };
}

const ORACLE_EVENTS = [
  "Page.frameStartedLoading",
  "Page.frameAttached",
  "Page.frameNavigated",
  "Page.frameStoppedLoading",
  "Page.domContentEventFired",
  "Page.loadEventFired",
  "Network.requestWillBeSent",
  "Network.requestServedFromCache",
  "Network.dataReceived",
  "Network.responseReceived",
  "Network.loadingFinished",
  "Network.loadingFailed",
];

describe("a recorded HAR", () => {
  test.for(["/redirects", "/posts", "/encodings", "/sockets", "/many"])(
    "of %s has every request of the site's own log, once, and agrees with chrome-har",
    async (path, { api, sessions, clients, recordingSite: site, expect }) => {
      const before = site.seen.length;
      const { id, cdpUrl } = await sessions.create("meshbrow", { recording: { har: true } });
      const browser = await clients.puppeteer({ browserWSEndpoint: cdpUrl, defaultViewport: null });
      const page = await firstPuppeteerPage(browser);
      const oracle = await recordEvents(page);
      await visit(page, site.origin + path);
      await expect.poll(() => oracle.open(), PATIENCE).toEqual([]);
      const expected = oracle.har();
      await api.destroy(id);
      const har = await new Recordings(api, id).har();

      await validate(har);
      const seen = site.seen.slice(before);
      expect(
        fromNetwork(har)
          .map(({ request }) => nameOf(request))
          .toSorted(),
      ).toEqual(seen.map(nameOf).toSorted());
      for (const one of seen) {
        const entry = fromNetwork(har).find(({ request }) => nameOf(request) === nameOf(one));
        // What became of a service worker's script, and how much came over the wire, Chromium does not always tell.
        if (one.url.endsWith("/sw/worker.js")) continue;
        expect.soft(entry?.response.status, nameOf(one)).toBe(one.status);
        if (one.method !== "OPTIONS" && one.status === 200 && !one.url.includes("/events")) {
          expect.soft(entry?.response.content.size, nameOf(one)).toBe(one.decodedBytes);
          const { bodySize = 0 } = entry?.response ?? {};
          expect.soft(Math.abs(bodySize - one.encodedBytes), nameOf(one)).toBeLessThan(64);
        }
      }
      for (const { request, response, timings } of expected.log.entries) {
        const own = har.log.entries.filter((each) => nameOf(each.request) === nameOf(request));
        expect
          .soft(
            own.map((each) => each.response.status),
            request.url,
          )
          .toContain(response.status);
        // How long a request had to wait before it began, chrome-har does not count.
        const spent = ({ dns, connect, send, wait, receive }: HarEntry["timings"]): number =>
          Math.max(0, dns) + Math.max(0, connect) + send + wait + receive;
        const nearest = Math.min(...own.map((each) => Math.abs(spent(each.timings) - spent(timings))));
        expect.soft(nearest, `time of ${request.url}`).toBeLessThan(Math.max(20, spent(timings) * 0.1));
      }
      for (const { time, timings } of har.log.entries) {
        const { ssl: _within, ...phases } = timings;
        const sum = Object.values(phases).reduce((total, ms) => total + Math.max(0, ms), 0);
        expect.soft(Math.abs(sum - time)).toBeLessThan(0.01);
      }
      const ids = har.log.pages.map((each) => each.id);
      for (const { pageref } of har.log.entries) if (pageref !== undefined) expect(ids).toContain(pageref);
    },
  );

  test("tells redirects, failures, frames and cookies apart", async ({
    api,
    sessions,
    clients,
    recordingSite,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: { har: true } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await visit(page, `${recordingSite.origin}/redirects`);
    await expect.poll(() => recordingSite.seen.some(({ url }) => url.endsWith("/from-frame")), PATIENCE).toBe(true);
    await api.destroy(id);
    const har = await new Recordings(api, id).har();

    const first = entryOf(har, "/redirects");
    expect(first.response).toMatchObject({ status: 301, redirectURL: "/redirects/2" });
    expect(first.response.cookies).toEqual([
      { name: "a", value: "[redacted]", path: "/", httpOnly: true },
      { name: "b", value: "[redacted]" },
    ]);
    expect(header(first.response.headers, "set-cookie")).toEqual(["a=[redacted]; Path=/; HttpOnly", "b=[redacted]"]);
    expect(header(entryOf(har, "/redirects/2").request.headers, "cookie")).toEqual(["a=[redacted]; b=[redacted]"]);
    expect(entryOf(har, "/moved").response).toMatchObject({ status: 307, redirectURL: "/landed" });
    expect(entryOf(har, "/missing.png").response.status).toBe(404);
    const refused = entryOf(har, "/refused");
    expect(refused.response).toMatchObject({ status: 0, _error: "net::ERR_UNSAFE_PORT" });
    expect(entryOf(har, "/pixel.gif").response.content).toMatchObject({ mimeType: "image/gif", encoding: "base64" });
    expect(entryOf(har, "/framed.js").pageref).toBe(first.pageref);
    expect(entryOf(har, "/from-frame")._initiator).toMatchObject({ type: "script" });
    expect(har.log.pages).toHaveLength(1);
    expect(har.log.pages[0]?.pageTimings.onLoad).toBeGreaterThan(0);
    // None of a name that the page sent once is there twice.
    const names = first.request.headers.map(({ name }) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  test("has what was posted and what came back, and no credential", async ({
    api,
    sessions,
    clients,
    recordingSite,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: { har: true } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await visit(page, `${recordingSite.origin}/posts`);
    await visit(page, `${recordingSite.origin}/encodings`);
    await api.destroy(id);
    const har = await new Recordings(api, id).har();

    expect(entryOf(har, "/echo/json").request.postData).toMatchObject({
      mimeType: "application/json",
      text: '{"word":"wörd"}',
    });
    expect(header(entryOf(har, "/echo/json").request.headers, "authorization")).toEqual(["[redacted]"]);
    expect(JSON.stringify(har)).not.toContain(SECRET_HEADER);
    expect(entryOf(har, "/echo/form").request.postData).toMatchObject({
      text: "a=1&b=two+words",
      params: [
        { name: "a", value: "1" },
        { name: "b", value: "two words" },
      ],
    });
    expect(entryOf(har, "/echo/multipart").request.postData?.text).toContain("value");
    // Chromium does not tell what is in a file.
    expect(entryOf(har, "/echo/file").request).toMatchObject({ method: "POST", bodySize: -1 });
    expect(entryOf(har, "/echo/put").request).toMatchObject({ method: "PUT", postData: { text: "put" } });
    expect(
      entriesOf(har, "/cors")
        .map(({ request }) => request.method)
        .toSorted(),
    ).toEqual(["OPTIONS", "POST"]);

    expect(entryOf(har, "/gzip").response.content).toMatchObject({
      size: 64_000,
      text: "again and again ".repeat(4000),
    });
    expect(entryOf(har, "/gzip").response.bodySize).toBeLessThan(2000);
    expect(entryOf(har, "/stream").response.content.text).toBe("first second third");
    expect(entryOf(har, "/stream").timings.receive).toBeGreaterThan(150);
    const large = entryOf(har, "/large").response.content;
    expect(large).toMatchObject({ size: LARGE_BYTES });
    expect(large.text).toBeUndefined();
    expect(entryOf(har, "/empty").response).toMatchObject({ status: 204, content: { size: 0 } });
    expect(entryOf(har, "/binary").response.content).toMatchObject({ text: "AP8B/g==", encoding: "base64" });
    expect(entriesOf(har, "/cached").map(({ _fromCache }) => _fromCache)).toEqual([undefined, "disk"]);
  });

  test("has WebSockets with their messages, service workers and workers", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: { har: true } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const begunAt = Date.now();
    await visit(page, `${site.origin}/sockets`);
    await api.destroy(id);
    const har = await new Recordings(api, id).har();

    const socket = entryOf(har, "/socket");
    expect(socket).toMatchObject({ request: { method: "GET" }, response: { status: 101 }, _resourceType: "websocket" });
    expect(socket._webSocketMessages?.map(({ type, opcode, data }) => [type, opcode, data])).toEqual([
      ["send", 1, "one"],
      ["receive", 1, "heard one"],
      ["send", 1, "two"],
      ["receive", 1, "heard two"],
      ["send", 2, "+vs="],
      ["receive", 2, "+vs="],
    ]);
    for (const { time } of socket._webSocketMessages ?? []) {
      expect(time * 1000).toBeGreaterThan(begunAt - 500);
      expect(time * 1000).toBeLessThan(Date.now() + 500);
    }
    const madeUp = entryOf(har, "/sw/made-up");
    expect(madeUp).toMatchObject({ _fromServiceWorker: true, response: { status: 200, content: { text: "made up" } } });
    expect(entryOf(har, "/sw/from-worker")).toMatchObject({ _target: "service_worker" });
    expect(entryOf(har, "/sw/passed-on")).toMatchObject({ _fromServiceWorker: true });
    expect(entryOf(har, "/asked-by-worker")).toMatchObject({ _target: "worker", pageref: "page_1" });
  });

  test(`keeps ${MANY} requests of several tabs apart, popups included`, async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: { har: true } });
    const browser = await clients.puppeteer(cdpUrl);
    const [first, second] = [await firstPuppeteerPage(browser), await browser.newPage()];
    const popup = new Promise<Page | null>((opened) => first.once("popup", opened));
    await Promise.all([visit(first, `${site.origin}/many?tab=1`), visit(second, `${site.origin}/posts?tab=2`)]);
    await first.evaluate((url) => void window.open(url), `${site.origin}/framed?popup`);
    const opened = await popup;
    await opened?.waitForNetworkIdle({ idleTime: 200 });
    await api.destroy(id);
    const har = await new Recordings(api, id).har();

    expect(har.log.pages.map(({ title }) => new URL(title).search).toSorted()).toEqual(["?popup", "?tab=1", "?tab=2"]);
    const small = entriesOf(har, "/small");
    expect(small).toHaveLength(MANY);
    const tabs = (entries: readonly HarEntry[]) => new Set(entries.map(({ _tab }) => _tab));
    expect(tabs(small).size).toBe(1);
    expect(tabs(entriesOf(har, "/echo/json"))).not.toEqual(tabs(small));
    expect(entryOf(har, "/framed").request.url).toContain("popup");
    await validate(har);
  });
});
