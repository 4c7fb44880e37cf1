import { describe } from "vitest";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { PAGE_URL, REQUESTING_PAGE, REQUESTS } from "../support/node/web/ad-requests.ts";
import { test } from "../support/node/web/web.ts";

interface Described {
  readonly data: {
    readonly configuration: { readonly browser: Readonly<Record<string, { readonly active: boolean }>> };
    readonly metrics: { readonly blocked_requests: number; readonly blocked_popups: number };
  };
}

const without = (url: string): string => url.replace(/\?.*$/, "");

const ADS_PAGE = `<!doctype html><title>ads</title><link rel="icon" href="data:,">
<style>.later { color: green }</style>
<div class="ad-banner" id="static">an ad</div><div id="onetrust-banner-sdk">consent?</div><p id="news">news</p>
<iframe src="http://inner.other.test/slot.html"></iframe>
<script>
setTimeout(() => {
  const late = Object.assign(document.createElement("div"), { id: "late", className: "sponsored-content", textContent: "ad" });
  document.body.append(late);
}, 200);
</script>`;
const SLOT = `<!doctype html><p class="advertisement" id="slot">an ad in a frame</p>`;

/** Ids of elements that are shown. */
const SHOWN = (ids: readonly string[]): string =>
  `${JSON.stringify(ids)}.filter((id) => document.getElementById(id)?.checkVisibility())`;

describe("ad blocking", () => {
  test("keeps every ad of a page with 200 requests from being asked for, and nothing else", async ({
    web,
    webApi,
    surfers,
    clients,
    expect,
  }) => {
    expect(REQUESTS).toHaveLength(200);
    web.serve(PAGE_URL, REQUESTING_PAGE);
    const { id, cdpUrl } = await surfers.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    web.forget();
    await page.goto(PAGE_URL);
    await page.waitForFunction(() => document.title === "asked");
    const wanted = REQUESTS.filter(({ isAd }) => !isAd).map(({ url }) => without(url));
    // Beacons end when nobody looks any more.
    await expect.poll(() => wanted.filter((url) => !web.asked.includes(url))).toEqual([]);
    const asked = web.asked.filter((url) => url !== PAGE_URL);
    expect(REQUESTS.filter(({ url, isAd }) => isAd && asked.includes(without(url)))).toEqual([]);
    const ads = REQUESTS.filter(({ isAd }) => isAd).length;
    const { body } = await webApi.call<Described>("anchor", `/v1/sessions/${id}`);
    expect(body.data.metrics.blocked_requests).toBe(ads);
    expect(body.data.configuration.browser).toMatchObject({ adblock: { active: true } });
  });

  test("is off for who says so", async ({ web, webApi, surfers, clients, expect }) => {
    web.serve(PAGE_URL, REQUESTING_PAGE);
    const { id, cdpUrl } = await surfers.create("anchor", { browser: { adblock: { active: false } } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    web.forget();
    await page.goto(PAGE_URL);
    // Browsers ask some of the others over HTTPS only, which is not what this web speaks.
    const ads = REQUESTS.filter(({ url, isAd }) => isAd && new URL(url).hostname.endsWith(".test"));
    expect(ads.length).toBeGreaterThan(5);
    await expect.poll(() => ads.filter(({ url }) => !web.asked.includes(without(url)))).toEqual([]);
    const { body } = await webApi.call<Described>("anchor", `/v1/sessions/${id}`);
    expect(body.data.metrics.blocked_requests).toBe(0);
    expect(body.data.configuration.browser).toMatchObject({
      adblock: { active: false },
      popup_blocker: { active: false },
    });
  });

  for (const library of ["puppeteer", "a client that intercepts requests"] as const) {
    test(`hides what lists name from ${library}, and the page finds no trace`, async ({
      web,
      surfers,
      clients,
      expect,
    }) => {
      web.serve("http://www.daily.test/", ADS_PAGE);
      web.serve("http://inner.other.test/slot.html", SLOT);
      const { cdpUrl } = await surfers.create("anchor");
      const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
      if (library !== "puppeteer") {
        await page.setRequestInterception(true);
        page.on("request", (request) => void request.continue());
      }
      await page.goto("http://www.daily.test/");
      await page.waitForSelector("#late");
      const ids = ["static", "onetrust-banner-sdk", "late", "news"];
      await expect.poll(() => page.evaluate(SHOWN(ids))).toEqual(["news"]);
      const frame = page.frames().find((each) => each.url().endsWith("/slot.html"));
      await expect.poll(() => frame?.evaluate(SHOWN(["slot"]))).toEqual([]);
      const sheets = await page.evaluate(() => ({
        sheets: document.styleSheets.length,
        adopted: document.adoptedStyleSheets.length,
        elements: document.querySelectorAll("style, link[rel=stylesheet]").length,
        inline: document.getElementById("static")?.getAttribute("style"),
      }));
      expect(sheets).toEqual({ sheets: 1, adopted: 0, elements: 1, inline: null });
    });
  }

  test("leaves consent banners where the popup blocker is off", async ({ web, surfers, clients, expect }) => {
    web.serve("http://www.daily.test/", ADS_PAGE);
    const { cdpUrl } = await surfers.create("anchor", { browser: { popup_blocker: { active: false } } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto("http://www.daily.test/");
    await expect.poll(() => page.evaluate(SHOWN(["static"]))).toEqual([]);
    expect(await page.evaluate(SHOWN(["onetrust-banner-sdk", "news"]))).toEqual(["onetrust-banner-sdk", "news"]);
  });
});
