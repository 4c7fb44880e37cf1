import { describe } from "vitest";
import type { Page } from "puppeteer-core";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { test as base, type Web } from "../support/node/web/web.ts";

const PAGE = "http://www.offers.test/";

const test = base.extend("offers", { scope: "file" }, ({ web }) => {
  web.serve(
    PAGE,
    `<!doctype html><title>offers</title><link rel="icon" href="data:,"><h1>offers</h1>
<button id="open" onclick="window.opened = window.open('/offer') !== null">open</button>
<button id="sized" onclick="window.open('/sized', '', 'width=300,height=200')">sized</button>
<a id="link" target="_blank" href="/linked">link</a>
`,
  );
  return web;
});

/** What a page answers that does this of its own accord: what clients evaluate counts as a person's doing. */
async function bySelf(web: Web, page: Page, source: string): Promise<unknown> {
  web.serve(
    `${PAGE}self`,
    `<!doctype html><link rel="icon" href="data:,"><a id="link" target="_blank" href="/linked">link</a>
<iframe name="inner" src="/inner"></iframe><form id="form" target="_blank" action="/posted"></form>
<script>setTimeout(() => { window.result = (${source}); document.title = "tried"; })</script>`,
  );
  await page.goto(`${PAGE}self`);
  await page.waitForFunction(() => document.title === "tried");
  return page.evaluate("window.result");
}

const metricsOf = async (api: { call: (dialect: "anchor", path: string) => Promise<{ body: unknown }> }, id: string) =>
  ((await api.call("anchor", `/v1/sessions/${id}`)).body as { data: { metrics: { blocked_popups: number } } }).data
    .metrics;

describe("the popup blocker", () => {
  test("lets a click open its window", async ({ offers, surfers, clients, expect }) => {
    const browser = await clients.puppeteer((await surfers.create("anchor")).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(PAGE);
    const popup = new Promise<Page | null>((done) => page.once("popup", done));
    await page.click("#open");
    expect(new URL((await popup)?.url() ?? "").pathname).toMatch(/^\/offer$|blank$/);
    expect(await page.evaluate("window.opened")).toBe(true);
    expect(offers.asked).toContain("http://www.offers.test/offer");
    const linked = new Promise((done) => browser.once("targetcreated", done));
    await page.click("#link");
    await linked;
    expect(await browser.pages()).toHaveLength(3);
  });

  test("opens nothing that only the page wants, in whatever way", async ({
    offers,
    webApi,
    surfers,
    clients,
    expect,
  }) => {
    const { id, cdpUrl } = await surfers.create("anchor");
    const browser = await clients.puppeteer(cdpUrl);
    const page = await firstPuppeteerPage(browser);
    offers.forget();
    expect(await bySelf(offers, page, `window.open("/unasked") === null`)).toBe(true);
    expect(await bySelf(offers, page, `window.open("/unasked", "a", "width=10") === null`)).toBe(true);
    await bySelf(offers, page, `document.querySelector("#link").click()`);
    await bySelf(offers, page, `document.querySelector("#form").submit()`);
    // A frame of the page's is there already.
    expect(await bySelf(offers, page, `window.open("/framed", "inner") !== null`)).toBe(true);
    await expect.poll(() => offers.asked.map((url) => new URL(url).pathname)).toContain("/framed");
    await expect.poll(async () => (await metricsOf(webApi, id)).blocked_popups).toBeGreaterThanOrEqual(2);
    expect(await browser.pages()).toHaveLength(1);
    expect(offers.asked.filter((url) => /unasked|linked|posted/.test(url))).toEqual([]);
  });

  test("lets pages do as they like when it is off", async ({ offers, surfers, clients, expect }) => {
    const { cdpUrl } = await surfers.create("anchor", { browser: { popup_blocker: { active: false } } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    expect(await bySelf(offers, page, `window.open("/unasked") === null`)).toBe(false);
    await expect.poll(() => offers.asked).toContain("http://www.offers.test/unasked");
  });

  test("makes tabs of windows with a size where that is asked for", async ({
    offers: _offers,
    surfers,
    clients,
    expect,
  }) => {
    for (const active of [true, false]) {
      const body = { browser: { force_popups_as_tabs: { active } } };
      const page = await firstPuppeteerPage(await clients.puppeteer((await surfers.create("anchor", body)).cdpUrl));
      await page.goto(PAGE);
      const popup = new Promise<Page | null>((done) => page.once("popup", done));
      await page.click("#sized");
      const sized = await popup;
      await sized?.waitForSelector("p");
      expect(await sized?.evaluate(() => window.toolbar.visible)).toBe(active);
    }
  });
});
