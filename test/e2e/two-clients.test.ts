import type { BrowserContext, Page as PlaywrightPage } from "playwright-core";
import { type Browser as PuppeteerBrowser, type Page as PuppeteerPage, TargetType } from "puppeteer-core";
import { describe, expect } from "vitest";
import { type Clients, defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { isPng } from "../support/node/images.ts";
import { type Sessions, test as base } from "../support/node/test.ts";

async function connectPair({ sessions, clients }: { readonly sessions: Sessions; readonly clients: Clients }) {
  const session = await sessions.create();
  const puppeteer = await clients.puppeteer(session.cdpUrl);
  const playwright = await clients.playwright(session.cdpUrl);
  return { session, puppeteer, playwright, context: defaultContext(playwright) };
}

type Pair = Awaited<ReturnType<typeof connectPair>>;

/** One session with a client of each library connected. */
const test = base.extend("pair", ({ sessions, clients }) => connectPair({ sessions, clients }));

const puppeteerPageAt = async (browser: PuppeteerBrowser, url: string): Promise<PuppeteerPage> => {
  const target = await browser.waitForTarget(
    (candidate) => candidate.type() === TargetType.PAGE && candidate.url() === url,
  );
  const page = await target.page();
  if (!page) throw new Error(`no page at ${url}`);
  return page;
};

const playwrightPageAt = (context: BrowserContext, url: string): Promise<PlaywrightPage> =>
  expect
    .poll(() => context.pages().find((page) => page.url() === url))
    .toBeDefined()
    .then(() => context.pages().find((page) => page.url() === url) as PlaywrightPage);

/** A page as each of the two sees it. */
const bothAt = ({ puppeteer, context }: Pair, url: string): Promise<[PuppeteerPage, PlaywrightPage]> =>
  Promise.all([puppeteerPageAt(puppeteer, url), playwrightPageAt(context, url)]);

describe("Puppeteer and Playwright on one session", () => {
  test("see the same first page", async ({ pair, site }) => {
    const { puppeteer, playwright } = pair;
    const [theirs, ours] = [await firstPuppeteerPage(puppeteer), firstPlaywrightPage(playwright)];
    await theirs.goto(`${site.origin}/second`);
    await ours.waitForURL(`${site.origin}/second`);
    expect(await ours.title()).toBe("Second");
    expect(await puppeteer.pages()).toHaveLength(1);
    expect(defaultContext(playwright).pages()).toHaveLength(1);
  });

  test("see the pages that the other opens, and see them close", async ({ pair, site }) => {
    const { puppeteer, context } = pair;
    const made = await puppeteer.newPage();
    await made.goto(`${site.origin}/second`);
    const seen = await playwrightPageAt(context, `${site.origin}/second`);
    expect(await seen.title()).toBe("Second");
    const closed = seen.waitForEvent("close");
    await made.close();
    await closed;

    const other = await context.newPage();
    await other.goto(`${site.origin}/third`);
    const back = await puppeteerPageAt(puppeteer, `${site.origin}/third`);
    expect(await back.title()).toBe("Third");
    const gone = new Promise<unknown>((done) => back.once("close", done));
    await other.close();
    await gone;
    expect(await puppeteer.pages()).toHaveLength(1);
    expect(context.pages()).toHaveLength(1);
  });

  test("drive pages of their own at the same time", async ({ pair, site }) => {
    const { puppeteer, context } = pair;
    const [left, right] = await Promise.all([puppeteer.newPage(), context.newPage()]);
    const visits = ["/", "/second", "/third", "/form", "/second", "/"];
    const titles = async (goto: (url: string) => Promise<string>) => {
      const seen: string[] = [];
      for (const path of visits) seen.push(await goto(site.origin + path));
      return seen;
    };
    const [byPuppeteer, byPlaywright] = await Promise.all([
      titles(async (url) => (await left.goto(url), left.title())),
      titles(async (url) => (await right.goto(url), right.title())),
    ]);
    const expected = ["Home", "Second", "Third", "Form", "Second", "Home"];
    expect(byPuppeteer).toEqual(expected);
    expect(byPlaywright).toEqual(expected);
  });

  test.for(["#open", "#noopener", "#blank"])(
    "both get the popup behind %s, whoever clicks",
    async (button, { pair, site }) => {
      const { puppeteer, context } = pair;
      const path = button === "#open" ? "/third" : "/second";
      const left = await puppeteer.newPage();
      await left.goto(`${site.origin}/popups`);
      await left.click(button);
      const [popup, seen] = await bothAt(pair, site.origin + path);
      expect(await popup.$eval("h1", (heading) => heading.textContent)).toBe(await seen.locator("h1").innerText());
      const closed = seen.waitForEvent("close");
      await popup.close();
      await closed;

      const right = await context.newPage();
      await right.goto(`${site.origin}/popups`);
      await right.locator(button).click();
      const [theirs, mine] = await bothAt(pair, site.origin + path);
      expect(await mine.locator("h1").innerText()).toBe(await theirs.$eval("h1", (heading) => heading.textContent));
    },
  );

  test("both get dedicated, shared and service workers", async ({ pair, site }) => {
    const { puppeteer, context } = pair;
    const page = await puppeteer.newPage();
    await page.goto(`${site.origin}/workers`);
    const other = await playwrightPageAt(context, `${site.origin}/workers`);
    const answer = await page.evaluate(
      () =>
        new Promise((done) => {
          const worker = new Worker("/worker.js");
          Object.assign(window, { worker });
          worker.addEventListener("message", ({ data }) => done(data));
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
          worker.postMessage("hello");
        }),
    );
    expect(answer).toBe("worker heard hello");
    await expect.poll(() => page.workers().length).toBe(1);
    await expect.poll(() => other.workers().length).toBe(1);
    expect(await page.workers()[0]?.evaluate(() => 1 + 1)).toBe(2);
    expect(await other.workers()[0]?.evaluate(() => 2 + 2)).toBe(4);

    const shared = await other.evaluate(
      () =>
        new Promise((done) => {
          const { port } = new SharedWorker("/shared-worker.js");
          port.addEventListener("message", ({ data }) => done(data));
          port.start();
          port.postMessage("hello");
        }),
    );
    expect(shared).toBe("shared");

    await other.evaluate(() =>
      navigator.serviceWorker.register("/service-worker.js").then(() => navigator.serviceWorker.ready),
    );
    await expect.poll(() => context.serviceWorkers().length).toBe(1);
    await puppeteer.waitForTarget((target) => target.type() === TargetType.SERVICE_WORKER);
    await page.reload();
    expect(await page.evaluate(async () => (await fetch("/from-worker")).text())).toBe("service");
  });

  test("answer the dialogs of their own pages while the other leaves them alone", async ({ pair }) => {
    const { puppeteer, context } = pair;
    // Without a listener Playwright dismisses every dialog of the browser at once.
    const seen: string[] = [];
    context.on("dialog", (dialog) => {
      seen.push(dialog.message());
      if (dialog.message().startsWith("for Playwright")) void dialog.accept();
    });
    const left = await puppeteer.newPage();
    left.on("dialog", (dialog) => void dialog.accept("from Puppeteer"));
    expect(await left.evaluate(() => prompt("for Puppeteer"))).toBe("from Puppeteer");

    const right = await context.newPage();
    expect(await right.evaluate(() => confirm("for Playwright"))).toBe(true);
    expect(seen).toEqual(["for Puppeteer", "for Playwright"]);
    expect(await left.evaluate(() => 1 + 1)).toBe(2);
  });

  test("both answer one dialog: the first answer counts and neither is hurt", async ({ pair, site }) => {
    const { puppeteer, context } = pair;
    const left = await puppeteer.newPage();
    await left.goto(site.origin);
    const right = await playwrightPageAt(context, `${site.origin}/`);
    left.on("dialog", (dialog) => void dialog.accept().catch(() => undefined));
    right.on("dialog", (dialog) => void dialog.accept().catch(() => undefined));
    for (let round = 0; round < 5; round++) expect(await left.evaluate(() => confirm("both"))).toBe(true);
    expect(await right.evaluate(() => document.title)).toBe("Home");
    expect(await left.title()).toBe("Home");
  });

  test("keep contexts that they make to themselves", async ({ pair, site }) => {
    const { puppeteer, playwright, context } = pair;
    const theirs = await puppeteer.createBrowserContext();
    const hidden = await theirs.newPage();
    await hidden.goto(`${site.origin}/second`);
    const mine = await playwright.newContext();
    const other = await mine.newPage();
    await other.goto(`${site.origin}/third`);
    await hidden.evaluate(() => (document.cookie = "who=puppeteer"));
    expect(await other.evaluate(() => document.cookie)).toBe("");

    expect(playwright.contexts()).toHaveLength(2);
    expect(context.pages()).toHaveLength(1);
    expect(puppeteer.browserContexts()).toHaveLength(2);
    expect((await puppeteer.pages()).map((page) => page.url())).not.toContain(`${site.origin}/third`);
    await theirs.close();
    expect(await other.title()).toBe("Third");
    await mine.close();
    expect(await puppeteer.pages()).toHaveLength(1);
  });

  test("download side by side", async ({ pair, site }) => {
    const { puppeteer, playwright } = pair;
    const mine = await playwright.newContext({ acceptDownloads: true });
    const theirs = await puppeteer.createBrowserContext({ downloadBehavior: { policy: "deny" } });
    const [right, left] = await Promise.all([mine.newPage(), theirs.newPage()]);
    await Promise.all([right.goto(site.origin), left.goto(site.origin)]);
    const cdp = await puppeteer.target().createCDPSession();
    await cdp.send("Browser.setDownloadBehavior", {
      behavior: "deny",
      eventsEnabled: true,
      ...(theirs.id !== undefined && { browserContextId: theirs.id }),
    });
    const { frameTree } = await (await left.createCDPSession()).send("Page.getFrameTree");
    const denied = new Promise<string>((done) => {
      // Chromium tells of every context's downloads; only this page's are meant.
      const own = new Set<string>();
      cdp.on("Browser.downloadWillBegin", ({ guid, frameId }) => frameId === frameTree.frame.id && own.add(guid));
      cdp.on("Browser.downloadProgress", ({ guid, state }) => own.has(guid) && state !== "inProgress" && done(state));
    });
    const [download] = await Promise.all([
      right.waitForEvent("download"),
      right.evaluate(() => location.assign("/report")),
      left.evaluate(() => location.assign("/report")),
    ]);
    expect(download.suggestedFilename()).toBe("report.csv");
    expect(await download.failure()).toBeNull();
    expect(await denied).toBe("canceled");
  });

  test("take screenshots of one page at once", async ({ pair, site }) => {
    const { puppeteer, context } = pair;
    const left = await puppeteer.newPage();
    await left.goto(`${site.origin}/second`);
    const right = await playwrightPageAt(context, `${site.origin}/second`);
    const shots = await Promise.all([left.screenshot(), right.screenshot(), left.screenshot(), right.screenshot()]);
    expect(shots.map(isPng)).toEqual([true, true, true, true]);
  });

  test("trace, each in its own way, while the other works", async ({ pair, site }) => {
    const { puppeteer, playwright, context } = pair;
    const [left, right] = await Promise.all([puppeteer.newPage(), context.newPage()]);
    await Promise.all([left.tracing.start(), context.tracing.start({ snapshots: true })]);
    await Promise.all([left.goto(`${site.origin}/second`), right.goto(`${site.origin}/third`)]);
    const [trace] = await Promise.all([left.tracing.stop(), context.tracing.stop()]);
    expect(Buffer.from(trace ?? []).toString()).toContain("/second");

    await playwright.startTracing(right);
    await Promise.all([left.goto(site.origin), right.goto(`${site.origin}/second`)]);
    expect((await playwright.stopTracing()).toString()).toContain("/second");
  });

  test("intercept requests of their own pages", async ({ pair, site }) => {
    const { puppeteer, context } = pair;
    const [left, right] = await Promise.all([puppeteer.newPage(), context.newPage()]);
    await left.setRequestInterception(true);
    left.on("request", (request) => {
      const mocked = request.url().endsWith("/api/value");
      void (mocked
        ? request.respond({ contentType: "application/json", body: '{"from":"left"}' })
        : request.continue());
    });
    await right.route("**/api/value", (route) => route.fulfill({ json: { from: "right" } }));
    await Promise.all([left.goto(site.origin), right.goto(site.origin)]);
    const read = async () => (await fetch("/api/value")).json() as Promise<unknown>;
    expect(await Promise.all([left.evaluate(read), right.evaluate(read)])).toEqual([
      { from: "left" },
      { from: "right" },
    ]);
    const third = await context.newPage();
    await third.goto(site.origin);
    expect(await third.evaluate(read)).toEqual({ from: "site" });
  });

  test("leave without taking the other along", async ({ pair, clients, site }) => {
    const { session, puppeteer, playwright, context } = pair;
    const page = await context.newPage();
    await page.goto(`${site.origin}/second`);
    await puppeteer.disconnect();
    expect(await page.title()).toBe("Second");
    await page.goto(`${site.origin}/third`);
    const returned = await clients.puppeteer(session.cdpUrl);
    await playwright.close();
    expect(playwright.isConnected()).toBe(false);
    const kept = await puppeteerPageAt(returned, `${site.origin}/third`);
    expect(await kept.title()).toBe("Third");
  });
});
