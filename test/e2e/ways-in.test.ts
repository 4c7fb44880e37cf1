import { describe, expect } from "vitest";
import type { CreatedSession } from "../support/node/api.ts";
import { defaultContext } from "../support/node/clients.ts";
import { asHttp, pathUrl, queryUrl, tokenOf } from "../support/node/endpoints.ts";
import { test as base } from "../support/node/test.ts";

type Endpoint = (session: CreatedSession, apiKey: string) => string;

/** Every URL that a client may be given, for a session of either dialect. */
const SOCKET_URLS: readonly (readonly [string, Endpoint])[] = [
  ["/cdp/{id}?token=", (session) => pathUrl(session, { token: tokenOf(session) })],
  ["/cdp/{id}?apiKey=", (session, apiKey) => pathUrl(session, { apiKey })],
  ["/?token=&sessionId=", (session) => queryUrl(session, { token: tokenOf(session) })],
  ["/?apiKey=&sessionId=", (session, apiKey) => queryUrl(session, { apiKey })],
];

/** A session of each dialect, for clients that leave it as they found it. */
const test = base
  .extend("meshbrow", { scope: "file" }, async ({ api }, { onCleanup }) => {
    const session = await api.create("meshbrow");
    onCleanup(async () => void (await api.destroy(session.id)));
    return session;
  })
  .extend("anchor", { scope: "file" }, async ({ api }, { onCleanup }) => {
    const session = await api.create("anchor");
    onCleanup(async () => void (await api.destroy(session.id)));
    return session;
  });

describe.for(["meshbrow", "anchor"] as const)("a session of the %s dialect", (dialect) => {
  test.for(SOCKET_URLS)(
    "opens at %s for Puppeteer and shows it one page",
    async ([, endpoint], { berth, sessions, clients }) => {
      const session = await sessions.create(dialect);
      const browser = await clients.puppeteer(endpoint(session, berth.apiKey));
      const pages = await browser.pages();
      expect(pages.map((page) => page.url())).toEqual(["about:blank"]);
      expect(browser.browserContexts()).toHaveLength(1);
    },
  );

  test.for(SOCKET_URLS)(
    "opens at %s for Playwright and shows it one page",
    async ([, endpoint], { berth, sessions, clients }) => {
      const session = await sessions.create(dialect);
      const browser = await clients.playwright(endpoint(session, berth.apiKey));
      const pages = defaultContext(browser).pages();
      expect(pages.map((page) => page.url())).toEqual(["about:blank"]);
      expect(browser.contexts()).toHaveLength(1);
    },
  );

  test("is found by its http address, as a DevTools server is", async ({ sessions, clients }) => {
    const session = await sessions.create(dialect);
    const browserURL = asHttp(pathUrl(session, { token: tokenOf(session) }));
    const puppeteer = await clients.puppeteer({ browserURL });
    expect(await puppeteer.pages()).toHaveLength(1);
    const playwright = await clients.playwright(browserURL);
    expect(defaultContext(playwright).pages()).toHaveLength(1);
  });

  test("opens with the URL of a token minted for it", async ({ api, sessions, clients }) => {
    const session = await sessions.create(dialect);
    const { url } = await api.mintToken(session.id);
    const browser = await clients.playwright(url);
    expect(defaultContext(browser).pages()).toHaveLength(1);
  });
});

describe("initial_url", () => {
  test("is open, or opening, in the one page that the first client finds", async ({ sessions, clients, site }) => {
    const url = `${site.origin}/second`;
    const { cdpUrl } = await sessions.create("anchor", { session: { initial_url: url } });
    const browser = await clients.playwright(cdpUrl);
    const [page, ...others] = defaultContext(browser).pages();
    expect(others).toEqual([]);
    await page?.waitForURL(url);
    expect(await page?.title()).toBe("Second");
  });

  test("is the one page that Puppeteer finds, however early it comes", async ({ sessions, clients, site }) => {
    for (const url of [`${site.origin}/second`, "http://127.0.0.1:1/"]) {
      for (let round = 0; round < 4; round++) {
        const { cdpUrl } = await sessions.create("anchor", { session: { initial_url: url } });
        const browser = await clients.puppeteer(cdpUrl);
        expect(await browser.pages()).toHaveLength(1);
        await browser.close();
      }
    }
  });

  test("that cannot be reached leaves a session that works", async ({ sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create("anchor", { session: { initial_url: "http://127.0.0.1:1/" } });
    const browser = await clients.puppeteer(cdpUrl);
    const [page] = await browser.pages();
    await page?.goto(`${site.origin}/second`);
    expect(await page?.title()).toBe("Second");
  });
});
