import { describe, expect } from "vitest";
import { type Clients, defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { test as base } from "../support/node/proxies/proxied-berth.ts";
import { startHttpProxy, type TestProxy } from "../support/node/proxies/test-proxies.ts";
import { UDP_PAGES, type UdpPage, type UdpPlace } from "../support/node/proxies/udp-places.ts";
import { serveUdpSite } from "../support/node/proxies/udp-site.ts";

const EXIT = "127.0.0.2";
/** A connection that does have somebody to ask takes ten seconds to give up. */
const PATIENCE = { timeout: 60_000 };
const LONG_MS = 90_000;

const test = base
  .extend("proxy", { scope: "file" }, async ({}, { onCleanup }) => {
    const proxy = await startHttpProxy({ exit: EXIT });
    onCleanup(() => proxy.crash());
    return proxy;
  })
  .extend("udp", async ({}, { onCleanup }) => {
    const site = await serveUdpSite();
    onCleanup(() => site.close());
    return site;
  });

/** Pages open windows of their own accord. */
const WITH_POPUPS = { browser: { popup_blocker: { active: false } } };

const through = ({ server }: TestProxy) => ({
  ...WITH_POPUPS,
  session: { proxy: { type: "custom", active: true, server, username: "", password: "" } },
});

interface Page {
  goto(url: string): Promise<unknown>;
}

const FIRST_PAGES = {
  puppeteer: async (clients: Clients, url: string): Promise<Page> => firstPuppeteerPage(await clients.puppeteer(url)),
  playwright: async (clients: Clients, url: string): Promise<Page> => {
    const browser = await clients.playwright(url);
    defaultContext(browser).on("page", () => undefined);
    return firstPlaywrightPage(browser);
  },
} as const;

const PAGES = Object.entries(UDP_PAGES) as [UdpPage, readonly UdpPlace[]][];

describe("UDP of any document", () => {
  test("leaves a session without a proxy", { timeout: LONG_MS }, async ({ proxied, clients, udp }) => {
    const page = await FIRST_PAGES.puppeteer(clients, (await proxied.create("anchor", WITH_POPUPS)).cdpUrl);
    for (const [name, places] of PAGES) {
      await page.goto(udp.urlOf(name));
      await expect.poll(() => places.filter((place) => !udp.sent().includes(place)), PATIENCE).toEqual([]);
    }
  });

  for (const client of ["puppeteer", "playwright"] as const) {
    test(`stays in one with a proxy, to ${client}`, { timeout: LONG_MS }, async ({ proxied, proxy, clients, udp }) => {
      const page = await FIRST_PAGES[client](clients, (await proxied.create("anchor", through(proxy))).cdpUrl);
      for (const [name, places] of PAGES) {
        await page.goto(udp.urlOf(name));
        await expect.poll(() => places.filter((place) => udp.unfinished().includes(place)), PATIENCE).toEqual([]);
      }
      expect(udp.sent()).toEqual([]);
    });
  }
});
