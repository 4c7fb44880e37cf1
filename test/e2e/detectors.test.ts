import { describe, expect } from "vitest";
import { CdpSocket } from "../support/node/cdp-socket.ts";
import { type Clients, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import type { Verdicts } from "../support/node/detector-pages.ts";
import { DetectorSite } from "../support/node/detector-site.ts";
import { RawPage } from "../support/node/raw-page.ts";
import { test as base } from "../support/node/test.ts";

const test = base
  .extend("detectors", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await DetectorSite.serve();
    onCleanup(() => site.close());
    return site;
  })
  /** Chromium's headless shell, without plugins and notifications, is a browser of its own: nothing hides that. */
  .extend("isShell", { scope: "file" }, async ({ api }) => {
    const { id, cdpUrl } = await api.create("meshbrow", { stealth: "none" });
    const socket = await CdpSocket.open(cdpUrl);
    const { result } = await socket.send("Browser.getVersion");
    await socket.close();
    await api.destroy(id);
    return String(result?.["product"]).startsWith("HeadlessChrome/");
  });

/** Of 1: a software renderer alone is 0.1, and a sign of automation 0.12 or more. */
const MOST_HEADLESS = 0.1;
/** What fewer than three of the usual fonts add. */
const NO_FONTS = 0.08;

/** A word takes some microseconds to log; to describe a million numbers takes some thousand times as long. */
const DESCRIBED = 100;

/** Names that client libraries leave in stacks and globals. */
const CLIENT_NAMES = /pptr|puppeteer|playwright|utilityscript|__pw/i;

/** The part of a library's page in use. */
interface Page {
  goto(url: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
  click(selector: string): Promise<unknown>;
  title(): Promise<string>;
}

const PAGES = {
  // Puppeteer makes pages 800 × 600 unless told otherwise: a size that detectors know headless browsers by.
  puppeteer: async (clients: Clients, browserWSEndpoint: string): Promise<Page> =>
    firstPuppeteerPage(await clients.puppeteer({ browserWSEndpoint, defaultViewport: null })),
  playwright: async (clients: Clients, url: string): Promise<Page> =>
    firstPlaywrightPage(await clients.playwright(url)),
} as const;

/** Opens a page as a script does that has something to do there, and starts the detector with a click. */
const working = (page: Page) => async (url: string) => {
  await page.goto(url);
  await page.title();
  await page.evaluate("probe()");
  await page.click("#start");
};

/** WebGL is drawn by what the machine has: no graphics card and no Mesa is what remains to be found. */
function expectPerson({ found, checks, renderer }: Verdicts["fpscanner"]): void {
  expect(checks).toBe(21);
  expect(found).toEqual(renderer.includes("SwiftShader") ? ["hasSwiftshaderRenderer"] : []);
}

/** Fonts are the machine's own, as its renderer is. */
function expectAtHome({ isHeadless, fingerprintChecks: { fonts } }: Verdicts["headless-detector"]): void {
  expect(isHeadless).toBeLessThanOrEqual(MOST_HEADLESS + (fonts.suspicious ? NO_FONTS : 0));
}

describe("public detectors, at standard, with a client that only navigates", () => {
  test("find no bot", async ({ sessions, clients, detectors, isShell, skip }) => {
    skip(isShell, "the headless shell is found by what it lacks");
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "standard" });
    const page = await RawPage.first(await clients.socket(cdpUrl));
    const go = (url: string) => page.navigate(url);
    expect(await detectors.ask("botd", go)).toEqual({ bot: false, found: [], checks: 18 });
    expectPerson(await detectors.ask("fpscanner", go));
    expectAtHome(await detectors.ask("headless-detector", go));
  });

  test("find a bot without it", async ({ sessions, clients, detectors }) => {
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "none" });
    const page = await RawPage.first(await clients.socket(cdpUrl));
    // What a headless browser says that was not told otherwise at its launch.
    const userAgent = String(await page.evaluate("navigator.userAgent")).replace(/(Headless)?Chrome/, "HeadlessChrome");
    await page.socket.send("Emulation.setUserAgentOverride", { userAgent }, page.sessionId);
    const go = (url: string) => page.navigate(url);
    expect(await detectors.ask("botd", go)).toMatchObject({ bot: true });
    expect(await detectors.ask("fpscanner", go)).toMatchObject({ bot: true });
    expect((await detectors.ask("headless-detector", go)).isHeadless).toBeGreaterThan(MOST_HEADLESS);
  });

  test("know a visitor again", async ({ sessions, clients, detectors }) => {
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "standard" });
    const page = await RawPage.first(await clients.socket(cdpUrl));
    const { visitorId } = await detectors.ask("fingerprintjs", (url) => page.navigate(url));
    const again = await detectors.ask("fingerprintjs", (url) => page.navigate(url));
    expect(again.visitorId).toBe(visitorId);
  });
});

describe.for(["puppeteer", "playwright"] as const)("at max, with %s at work in the page", (client) => {
  test("public detectors find no bot", async ({ sessions, clients, detectors, isShell, skip }) => {
    skip(isShell, "the headless shell is found by what it lacks");
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "max" });
    const go = working(await PAGES[client](clients, cdpUrl));
    expect(await detectors.ask("botd", go, "when clicked")).toEqual({ bot: false, found: [], checks: 18 });
    expectPerson(await detectors.ask("fpscanner", go, "when clicked"));
    expectAtHome(await detectors.ask("headless-detector", go, "when clicked"));
  });

  test("a page sees nothing of it", async ({ sessions, clients, detectors }) => {
    const unwatched = await clients.socket((await sessions.create("meshbrow", { stealth: "none" })).cdpUrl);
    const alone = await detectors.ask("traces", (url) => unwatched.send("Target.createTarget", { url }));
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "max" });
    const traces = await detectors.ask("traces", working(await PAGES[client](clients, cdpUrl)), "when clicked");
    expect(traces.errorReads).toEqual(alone.errorReads);
    expect(traces.slowLogs).toBeLessThan(DESCRIBED);
    expect(traces.newGlobals).toEqual(alone.newGlobals);
    expect(traces.stacks).toHaveLength(2);
    for (const stack of traces.stacks) expect(stack).not.toMatch(CLIENT_NAMES);
  });

  test("a page sees it all if the client is to hear everything", async ({ sessions, clients, detectors }) => {
    const { cdpUrl } = await sessions.create("meshbrow", { stealth: "max", console: "all" });
    const traces = await detectors.ask("traces", working(await PAGES[client](clients, cdpUrl)), "when clicked");
    expect(traces.errorReads.prepareStackTrace).toBeGreaterThan(0);
    expect(traces.slowLogs).toBeGreaterThan(DESCRIBED);
  });
});
