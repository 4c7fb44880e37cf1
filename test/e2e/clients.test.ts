import { describe, expect } from "vitest";
import { firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { test } from "../support/node/test.ts";

describe("puppeteer-core", () => {
  test("finds one page", async ({ sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create();
    const browser = await clients.puppeteer(cdpUrl);
    expect(await browser.pages()).toHaveLength(1);
    const page = await firstPuppeteerPage(browser);
    await page.goto(site.origin);
    expect(await page.title()).toBe("Home");
  });
  test("finds one page pw", async ({ shared, clients, site }) => {
    const browser = await clients.playwright(shared.cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.goto(site.origin);
    expect(await page.title()).toBe("Home");
  });
});
