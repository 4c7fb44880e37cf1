import { describe, expect } from "vitest";
import type { Page as PlaywrightPage } from "playwright-core";
import type { Page as PuppeteerPage, WebWorker } from "puppeteer-core";
import { defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { test } from "../support/node/test.ts";

const AT_MAX = { stealth: "max" };

const LOADS = 200;
const TABS = 4;
/** Loads take some 50 ms; one that waits for something that does not come takes this long. */
const STALLED_MS = 10_000;

const OBSERVED = "[navigator.userAgent, Intl.DateTimeFormat().resolvedOptions().timeZone]";

interface LoadingPage {
  goto(url: string, options: { timeout: number }): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

/** Loads pages of two sites in turn, so that tabs keep changing their process. */
async function loadPages(pages: readonly LoadingPage[], origin: string): Promise<readonly unknown[]> {
  const other = origin.replace("127.0.0.1", "localhost");
  const paths = [`${origin}/`, `${other}/frames`, `${origin}/workers`, `${other}/second`];
  const waiting = Array.from({ length: LOADS }, (_, index) => paths[index % paths.length] ?? origin).values();
  const titles: unknown[] = [];
  const load = async (page: LoadingPage) => {
    for (const url of waiting) {
      await page.goto(url, { timeout: STALLED_MS });
      titles.push(await page.evaluate("document.title"));
    }
  };
  await Promise.all(pages.map(load));
  return titles;
}

describe("puppeteer-core at max, unmodified", () => {
  test("navigates, finds and clicks", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(`${site.origin}/form`);
    await page.locator("input[name=word]").fill("stealthily");
    await Promise.all([page.waitForNavigation(), page.locator("button").click()]);
    expect(await page.$eval("#word", (element) => element.textContent)).toBe("word=stealthily");
    await page.goBack();
    await page.reload();
    expect(await page.title()).toBe("Form");
    await page.setContent("<b>content</b>");
    await page.waitForFunction(() => document.querySelector("b")?.textContent === "content");
  });

  test("works in frames, popups and workers", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(`${site.origin}/frames`);
    const frame = await page.waitForFrame((candidate) => candidate.name() === "inner");
    expect(await frame.evaluate(() => document.title)).toBe("Second");
    expect(
      await frame
        .locator("h1")
        .map((heading) => heading.textContent)
        .wait(),
    ).toBe("Second");
    await page.goto(`${site.origin}/popups`);
    const opened = new Promise<PuppeteerPage | null>((done) => page.once("popup", done));
    await page.click("#open");
    const popup = await opened;
    await popup?.waitForSelector("h1");
    expect(await popup?.evaluate(() => document.title)).toBe("Third");
    const started = new Promise<WebWorker>((done) => page.once("workercreated", done));
    await page.evaluate(() => void new Worker("/worker.js"));
    expect(await (await started).evaluate(() => self.location.pathname)).toBe("/worker.js");
  });

  test("exposes functions, holds handles and hears the page", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.exposeFunction("double", (value: number) => value * 2);
    await page.goto(site.origin);
    expect(await page.evaluate("double(21)")).toBe(42);
    await page.goto(`${site.origin}/second`);
    expect(await page.evaluate("double(4)")).toBe(8);
    const handle = await page.evaluateHandle(() => ({ list: [1, 2, 3] }));
    expect(await (await handle.getProperty("list")).jsonValue()).toEqual([1, 2, 3]);
    expect(await page.evaluate(({ list }) => list.length, handle)).toBe(3);
    // The browser itself logs that the site has no icon, sooner or later.
    const heard = new Promise<string>((done) =>
      page.on("console", (message) => message.type() === "log" && done(message.text())),
    );
    const failed = new Promise<unknown>((done) => page.once("pageerror", done));
    await page.evaluate(() => {
      console.log("said", { of: "the page" });
      // In a script of the page's: of others, and of what a client evaluates, browsers tell "Script error." only.
      document.body.append(
        Object.assign(document.createElement("script"), { textContent: 'throw new Error("of the page\'s own")' }),
      );
    });
    expect(await heard).toMatch(/^said/);
    expect(String(await failed)).toContain("of the page's own");
  });

  test("says what the client would rather have it say", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.setUserAgent({ userAgent: "Own/1.0" });
    await page.emulateTimezone("Pacific/Auckland");
    const response = await page.goto(site.origin);
    expect(response?.request().headers()["user-agent"]).toBe("Own/1.0");
    expect(await page.evaluate(OBSERVED)).toEqual(["Own/1.0", "Pacific/Auckland"]);
  });

  test(`loads ${LOADS} pages without a stall`, async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const pages = await Promise.all(Array.from({ length: TABS }, () => browser.newPage()));
    const titles = await loadPages(pages, site.origin);
    expect(titles).toHaveLength(LOADS);
    expect(new Set(titles)).toEqual(new Set(["Home", "Frames", "Workers", "Second"]));
  });
});

describe("playwright-core at max, unmodified", () => {
  test("navigates, finds and clicks", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.goto(`${site.origin}/form`);
    await page.locator("input[name=word]").fill("stealthily");
    await page.getByRole("button").click();
    expect(await page.locator("#word").innerText()).toBe("word=stealthily");
    await page.reload();
    expect(await page.title()).toBe("Submitted");
    await page.setContent("<b>content</b>");
    await page.waitForFunction(() => document.querySelector("b")?.textContent === "content");
  });

  test("works in frames, popups and workers", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.goto(`${site.origin}/frames`);
    expect(await page.frameLocator("iframe").locator("h1").innerText()).toBe("Second");
    expect(await page.frame("inner")?.evaluate(() => document.title)).toBe("Second");
    await page.goto(`${site.origin}/popups`);
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.locator("#noopener").click()]);
    await popup.waitForURL("**/second");
    expect(await popup.evaluate(() => document.title)).toBe("Second");
    const [worker] = await Promise.all([
      page.waitForEvent("worker"),
      page.evaluate(() => void new Worker("/worker.js")),
    ]);
    expect(await worker.evaluate(() => self.location.pathname)).toBe("/worker.js");
  });

  test("exposes functions, holds handles and hears the page", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const page = firstPlaywrightPage(browser);
    await page.exposeFunction("double", (value: number) => value * 2);
    await page.goto(site.origin);
    expect(await page.evaluate("double(21)")).toBe(42);
    await page.goto(`${site.origin}/second`);
    expect(await page.evaluate("double(4)")).toBe(8);
    const handle = await page.evaluateHandle(() => ({ list: [1, 2, 3] }));
    expect(await (await handle.getProperty("list")).jsonValue()).toEqual([1, 2, 3]);
    expect(await page.evaluate(({ list }) => list.length, handle)).toBe(3);
    const [heard, failed] = await Promise.all([
      page.waitForEvent("console"),
      page.waitForEvent("pageerror"),
      page.evaluate(() => {
        console.log("said", { of: "the page" });
        setTimeout(() => {
          throw new Error("of the page's own");
        });
      }),
    ]);
    expect(heard.text()).toMatch(/^said/);
    expect(failed.message).toBe("of the page's own");
  });

  test("says what the client would rather have it say", async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const context = await browser.newContext({ userAgent: "Own/1.0", timezoneId: "Pacific/Auckland", locale: "fr-FR" });
    const page = await context.newPage();
    const response = await page.goto(site.origin);
    expect(await response?.request().allHeaders()).toMatchObject({
      "user-agent": "Own/1.0",
      "accept-language": "fr-FR",
    });
    expect(await page.evaluate(OBSERVED)).toEqual(["Own/1.0", "Pacific/Auckland"]);
    expect(await page.evaluate(() => [navigator.language, (1.5).toLocaleString()])).toEqual(["fr-FR", "1,5"]);
  });

  test(`loads ${LOADS} pages without a stall`, async ({ sessions, clients, site }) => {
    const browser = await clients.playwright((await sessions.create("meshbrow", AT_MAX)).cdpUrl);
    const context = defaultContext(browser);
    const pages: PlaywrightPage[] = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
    const titles = await loadPages(pages, site.origin);
    expect(titles).toHaveLength(LOADS);
    expect(new Set(titles)).toEqual(new Set(["Home", "Frames", "Workers", "Second"]));
  });
});

describe("windows that pages open at standard", () => {
  /** Enough for the renderer to crash nearly always, if focus comes before a window runs. */
  const ROUNDS = 16;

  test("share their opener's renderer without harm", async ({ sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "standard" });
    const browser = await clients.puppeteer(cdpUrl);
    const page = await firstPuppeteerPage(browser);
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.goto(`${site.origin}/?${round}`);
      await page.evaluate(async () => {
        open("/second");
        open(`${location.origin.replace("127.0.0.1", "localhost")}/second`);
        open("/third", "_blank", "noopener");
        const blank = open("about:blank") as Window & typeof globalThis;
        const peer = new blank.RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:9" }] });
        peer.createDataChannel("a");
        await peer.setLocalDescription(await peer.createOffer());
      });
      const others = async () => (await browser.pages()).filter((each) => each !== page);
      await expect.poll(async () => (await others()).length).toBe(4);
      const opened = await others();
      expect(await Promise.all(opened.map((each) => each.evaluate(() => document.hasFocus())))).toEqual(
        opened.map(() => true),
      );
      await Promise.all(opened.map((each) => each.close()));
    }
  });
});
