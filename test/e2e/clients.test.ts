import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WebWorker } from "puppeteer-core";
import { describe, expect } from "vitest";
import { defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { isPng } from "../support/node/images.ts";
import { test } from "../support/node/test.ts";

describe("puppeteer-core, unmodified", () => {
  test("navigates, evaluates, fills a form and takes screenshots and a PDF", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create()).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(`${site.origin}/form`);
    await page.type("input[name=word]", "naïve 日本");
    await Promise.all([page.waitForNavigation(), page.click("button")]);
    expect(await page.$eval("#word", (element) => decodeURIComponent(element.textContent ?? ""))).toBe(
      "word=naïve+日本",
    );
    expect(isPng(await page.screenshot())).toBe(true);
    expect(
      Buffer.from(await page.pdf())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
  });

  test("follows redirects, frames, popups and workers", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create()).cdpUrl);
    const page = await browser.newPage();
    const response = await page.goto(`${site.origin}/redirect`);
    expect(response?.request().redirectChain()).toHaveLength(1);
    expect(await page.title()).toBe("Second");
    await page.goto(`${site.origin}/frames`);
    const frame = await page.waitForFrame((candidate) => candidate.name() === "inner");
    expect(await frame.title()).toBe("Second");
    await page.goto(`${site.origin}/popups`);
    const [popup] = await Promise.all([
      new Promise<typeof page | null>((done) => page.once("popup", done)),
      page.click("#open"),
    ]);
    await popup?.waitForSelector("h1");
    expect(await popup?.title()).toBe("Third");
    const [worker] = await Promise.all([
      new Promise<WebWorker>((done) => page.once("workercreated", done)),
      page.evaluate(() => void new Worker("/worker.js")),
    ]);
    expect(await worker.evaluate(() => self.location.pathname)).toBe("/worker.js");
  });

  test("keeps contexts of its own apart from the default one", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create()).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(site.origin);
    await browser.setCookie({ name: "who", value: "default", domain: "127.0.0.1" });
    const context = await browser.createBrowserContext();
    const other = await context.newPage();
    await other.goto(site.origin);
    expect(await other.evaluate(() => document.cookie)).toBe("");
    expect(await page.evaluate(() => document.cookie)).toBe("who=default");
    await context.close();
    expect(browser.browserContexts()).toHaveLength(1);
    expect(await browser.pages()).toEqual([page]);
  });

  test("intercepts requests", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create()).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.setRequestInterception(true);
    page.on("request", (request) => {
      const mocked = request.url().endsWith("/api/value");
      void (mocked
        ? request.respond({ contentType: "application/json", body: '{"from":"mock"}' })
        : request.continue());
    });
    await page.goto(site.origin);
    expect(await page.evaluate(async () => (await fetch("/api/value")).json())).toEqual({ from: "mock" });
  });
});

describe("playwright-core, unmodified", () => {
  test("navigates, evaluates, fills a form and takes screenshots", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create()).cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.goto(`${site.origin}/form`);
    await page.locator("input[name=word]").fill("naïve 日本");
    await page.getByRole("button").click();
    expect(decodeURIComponent(await page.locator("#word").innerText())).toBe("word=naïve+日本");
    expect(isPng(await page.screenshot())).toBe(true);
  });

  test("follows redirects, frames, popups and workers", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create()).cdpUrl);
    const page = await defaultContext(browser).newPage();
    const response = await page.goto(`${site.origin}/redirect`);
    expect(response?.request().redirectedFrom()?.url()).toBe(`${site.origin}/redirect`);
    await page.goto(`${site.origin}/frames`);
    expect(await page.frameLocator("iframe").locator("h1").innerText()).toBe("Second");
    await page.goto(`${site.origin}/popups`);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.locator("#noopener").click()]);
    await popup.waitForURL("**/second");
    const [worker] = await Promise.all([
      page.waitForEvent("worker"),
      page.evaluate(() => void new Worker("/worker.js")),
    ]);
    expect(await worker.evaluate(() => self.location.pathname)).toBe("/worker.js");
  });

  test("keeps contexts of its own apart from the default one", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create()).cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.goto(site.origin);
    await defaultContext(browser).addCookies([{ name: "who", value: "default", url: site.origin }]);
    const context = await browser.newContext({ locale: "de-DE", timezoneId: "Asia/Tokyo" });
    const other = await context.newPage();
    await other.goto(site.origin);
    expect(await other.evaluate(() => [document.cookie, navigator.language])).toEqual(["", "de-DE"]);
    expect(await page.evaluate(() => document.cookie)).toBe("who=default");
    await context.close();
    expect(browser.contexts()).toHaveLength(1);
    expect(defaultContext(browser).pages()).toEqual([page]);
  });

  test("records a trace of its own and one of the browser's", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create()).cdpUrl);
    const page = firstPlaywrightPage(browser);
    const file = join(mkdtempSync(join(tmpdir(), "trace-")), "trace.zip");
    await defaultContext(browser).tracing.start({ screenshots: true, snapshots: true });
    await page.goto(site.origin);
    await defaultContext(browser).tracing.stop({ path: file });
    expect(readFileSync(file).subarray(0, 2).toString()).toBe("PK");
    await browser.startTracing(page);
    await page.goto(`${site.origin}/second`);
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: unknown[] };
    expect(trace.traceEvents.length).toBeGreaterThan(100);
  });

  test("routes requests and sees dialogs and downloads", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create()).cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.route("**/api/value", (route) => route.fulfill({ json: { from: "mock" } }));
    await page.goto(site.origin);
    expect(await page.evaluate(async () => (await fetch("/api/value")).json())).toEqual({ from: "mock" });
    page.once("dialog", (dialog) => void dialog.accept("an answer"));
    expect(await page.evaluate(() => prompt("a question"))).toBe("an answer");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate(() => location.assign("/report")),
    ]);
    expect(download.suggestedFilename()).toBe("report.csv");
    expect(await download.failure()).toBeNull();
  });
});

describe("both libraries", () => {
  const LOCAL_URLS = [
    "file:///etc/passwd",
    "chrome://version",
    "chrome://settings",
    "devtools://devtools/bundled/inspector.html",
  ];

  test("are refused pages of the browser's machine by Puppeteer's navigation", async ({ shared, clients }) => {
    const browser = await clients.puppeteer(shared.cdpUrl);
    const page = await browser.newPage();
    for (const url of LOCAL_URLS) {
      await expect(page.goto(url), url).rejects.toThrow(/do not open/);
      expect(page.url()).toBe("about:blank");
    }
    await page.close();
  });

  test("are refused pages of the browser's machine by Playwright's navigation", async ({ shared, clients }) => {
    const browser = await clients.playwright(shared.cdpUrl);
    const page = await defaultContext(browser).newPage();
    for (const url of LOCAL_URLS) {
      await expect(page.goto(url), url).rejects.toThrow(/do not open/);
      expect(page.url()).toBe("about:blank");
    }
    await page.close();
  });
});
