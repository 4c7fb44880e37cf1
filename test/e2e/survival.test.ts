import type { Page as PuppeteerPage } from "puppeteer-core";
import { describe } from "vitest";
import { join } from "node:path";
import { runDir } from "../../scripts/local/paths.ts";
import { findBrowserProcesses } from "../../scripts/setup/browser-processes.mjs";
import { Api } from "../support/node/api.ts";
import { startBerthServer } from "../support/node/berth-server.ts";
import { refusalOf } from "../support/node/cdp-socket.ts";
import { defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { RawPage } from "../support/node/raw-page.ts";
import { Relay } from "../support/node/relay.ts";
import { SessionBrowser } from "../support/node/session-browser.ts";
import { test } from "../support/node/test.ts";

const MIB = 1024 * 1024;
const ROUNDS = 5;
/** For what is only a matter of time on a busy machine. */
const PATIENCE = { timeout: 60_000 };
/** Of the silence watch (5 to 10 s), the heartbeat that follows it and the attempt to connect (10 s each), plus some. */
const WEDGED_WITHIN_MS = 33_000;
/**
 * An answer that workerd does not read silences its socket: the silence watch, the heartbeat and a new socket. Before
 * that the browser writes 40 MB, for which it takes half a minute on a busy machine.
 */
const SILENCED_WITHIN_MS = 90_000;

type Marked = Window & { __mark?: string };

/** What anybody may know of a session whose browser is lost. */
const readEnd = async (api: Api, id: string) => {
  const { status, endReason, cdpUrl } = await api.describe(id);
  return { status, endReason, cdpUrl, slots: await api.countActive() };
};
const CRASHED = { status: "failed", endReason: "crashed", cdpUrl: null, slots: 0 };
const CRASHED_CLOSE = { code: 4005, reason: "the browser crashed or stopped answering" };

// Most of what these do is wait for a bound to pass, so they share the time.
describe.concurrent("a session survives", () => {
  test(`${ROUNDS} broken connections of both its clients`, async ({ admin, sessions, clients, site, expect }) => {
    const { api } = await admin.createAccount();
    const { id, cdpUrl } = await sessions.create("meshbrow", {}, api);
    const relay = await Relay.to(new URL(cdpUrl.replace(/^ws/, "http")));
    clients.own(() => relay.close());
    const status = async () => (await api.describe(id)).status;
    const connect = async () => {
      const puppeteer = await clients.puppeteer(relay.urlOf(cdpUrl));
      const playwright = await clients.playwright(relay.urlOf(cdpUrl));
      return { puppeteer, playwright };
    };

    let { puppeteer, playwright } = await connect();
    const [left, right] = [await firstPuppeteerPage(puppeteer), await defaultContext(playwright).newPage()];
    await Promise.all([left.goto(`${site.origin}/second`), right.goto(`${site.origin}/third`)]);
    await left.evaluate(() => ((window as Marked).__mark = document.cookie = "left=1"));
    await right.evaluate(() => ((window as Marked).__mark = "right"));

    for (let round = 1; round <= ROUNDS; round += 1) {
      const gone = Promise.all([
        new Promise((done) => puppeteer.once("disconnected", done)),
        new Promise((done) => playwright.once("disconnected", done)),
      ]);
      relay.cut();
      await gone;
      await expect.poll(status, PATIENCE).toBe("idle");
      ({ puppeteer, playwright } = await connect());
      expect(await status()).toBe("active");
      expect((await api.describe(id)).metrics.reconnects).toBe(2 * round);
      const marks = async (page: PuppeteerPage) => [page.url(), await page.evaluate(() => (window as Marked).__mark)];
      expect(Object.fromEntries(await Promise.all((await puppeteer.pages()).map(marks)))).toEqual({
        [`${site.origin}/second`]: "left=1",
        [`${site.origin}/third`]: "right",
      });
      expect(await defaultContext(playwright).cookies()).toMatchObject([{ name: "left", value: "1" }]);
      const titles = await Promise.all(
        defaultContext(playwright)
          .pages()
          .map((page) => page.title()),
      );
      expect(titles.toSorted()).toEqual(["Second", "Third"]);
    }
  });

  test("an answer over 32 MiB, which every client is told of", async ({ api, sessions, clients, site, expect }) => {
    const { id, cdpUrl } = await sessions.create();
    const [client, other] = [await clients.socket(cdpUrl), await clients.socket(cdpUrl)];
    const page = await RawPage.first(client);
    await page.navigate(`${site.origin}/second`);
    await expect.poll(() => page.evaluate("window.__mark = document.title"), PATIENCE).toBe("Second");
    const startedAt = performance.now();
    page.post(1, "Runtime.evaluate", { expression: "'x'.repeat(40_000_000)", returnByValue: true });
    const { error } = await client.waitFor((message) => message.id === 1, "error", SILENCED_WITHIN_MS);
    expect(error?.message).toMatch(/larger than 32 MiB/);
    const tookMs = performance.now() - startedAt;
    const RECONNECT = { code: 4001, reason: expect.stringMatching(/connect again to the same URL/) };
    expect(await Promise.all([client.closed, other.closed])).toEqual([RECONNECT, RECONNECT]);
    console.log(`answer over 32 MiB: error after ${Math.round(tookMs)} ms`);

    const back = await RawPage.first(await clients.socket(cdpUrl));
    expect(await back.evaluate("window.__mark")).toBe("Second");
    expect((await api.describe(id)).status).toBe("active");
  });

  test("no browser that was killed: both clients are told", async ({ admin, sessions, clients, expect }) => {
    const { api } = await admin.createAccount();
    const { id, cdpUrl } = await sessions.create("meshbrow", {}, api);
    const [one, other] = [await clients.socket(cdpUrl), await clients.socket(cdpUrl)];
    const browser = await SessionBrowser.behind(one);
    expect(browser.countProcesses()).toBeGreaterThan(1);
    const killedAt = performance.now();
    browser.signal("SIGKILL");
    expect(await Promise.all([one.closed, other.closed])).toEqual([CRASHED_CLOSE, CRASHED_CLOSE]);
    const tookMs = performance.now() - killedAt;
    console.log(`browser killed: clients told after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(5000);
    await expect.poll(() => readEnd(api, id), PATIENCE).toEqual(CRASHED);
    expect(await refusalOf(cdpUrl)).toBe(410);
    await expect.poll(() => browser.countProcesses(), PATIENCE).toBe(0);
  });

  test("no browser that answers nothing any more", async ({ admin, sessions, clients, expect }) => {
    const { api } = await admin.createAccount();
    const { id, cdpUrl } = await sessions.create("meshbrow", {}, api);
    const client = await clients.socket(cdpUrl);
    const browser = await SessionBrowser.behind(client);
    clients.own(async () => browser.signal("SIGKILL"));
    const stoppedAt = performance.now();
    browser.signal("SIGSTOP");
    client.sendRaw('{"id":1,"method":"Browser.getVersion"}');
    const { error } = await client.waitFor((message) => message.id === 1, "error", WEDGED_WITHIN_MS);
    expect(error?.message).toMatch(/connection to the browser broke/);
    const errorMs = performance.now() - stoppedAt;
    expect(await client.closed).toEqual(CRASHED_CLOSE);
    const closeMs = performance.now() - stoppedAt;
    console.log(`browser wedged: error after ${Math.round(errorMs)} ms, close after ${Math.round(closeMs)} ms`);
    expect(closeMs).toBeLessThan(WEDGED_WITHIN_MS);
    await expect.poll(() => readEnd(api, id), PATIENCE).toEqual(CRASHED);
    expect(await refusalOf(cdpUrl)).toBe(410);
    await expect.poll(() => browser.countProcesses(), PATIENCE).toBe(0);
  });
});

test("a message over 32 MiB ends its client alone", async ({ api, sessions, clients, expect }) => {
  const { id, cdpUrl } = await sessions.create();
  const [hostile, other] = [await clients.socket(cdpUrl), await clients.socket(cdpUrl)];
  const page = await RawPage.first(other);
  hostile.sendRaw(JSON.stringify({ id: 1, method: "Browser.getVersion", params: { text: "x".repeat(33 * MIB) } }));
  // The rest of the message is on its way when the server closes: a client may see that before the close frame.
  expect([1009, 1006]).toContain((await hostile.closed).code);
  expect(await page.evaluate("1 + 1")).toBe(2);
  expect((await api.describe(id)).status).toBe("active");
  const back = await RawPage.first(await clients.socket(cdpUrl));
  expect(await back.evaluate("2 + 2")).toBe(4);
});

test("a crashed tab takes no other along", async ({ api, sessions, clients, site, expect }) => {
  const { id, cdpUrl } = await sessions.create();
  const puppeteer = await clients.puppeteer(cdpUrl);
  const crashing = await firstPuppeteerPage(puppeteer);
  await crashing.goto(`${site.origin}/second`);
  const playwright = await clients.playwright(cdpUrl);
  const seen = firstPlaywrightPage(playwright);
  const bystander = await defaultContext(playwright).newPage();
  await bystander.goto(`${site.origin}/third`);

  const crashes = Promise.all([new Promise((done) => crashing.once("error", done)), seen.waitForEvent("crash")]);
  const cdp = await crashing.createCDPSession();
  await expect(cdp.send("Page.crash")).rejects.toThrow("Target crashed");
  await crashes;
  expect(await bystander.title()).toBe("Third");

  await crashing.goto(`${site.origin}/`);
  expect(await crashing.title()).toBe("Home");
  const fresh = await defaultContext(playwright).newPage();
  await fresh.goto(`${site.origin}/second`);
  expect(await fresh.title()).toBe("Second");
  expect((await api.describe(id)).status).toBe("active");
});

test("a server that is told to stop takes its clients' browsers along", async ({ clients, expect }) => {
  const dir = join(runDir(), "another");
  const { server, stop } = await startBerthServer(dir);
  clients.own(stop);
  const { cdpUrl } = await new Api(server).create("meshbrow");
  const puppeteer = await clients.puppeteer(cdpUrl);
  const socket = await clients.socket(cdpUrl);
  expect(findBrowserProcesses(dir).length).toBeGreaterThan(0);
  const disconnected = new Promise((done) => puppeteer.once("disconnected", done));
  await Promise.all([stop(), socket.closed, disconnected]);
  expect(findBrowserProcesses(dir)).toEqual([]);
});
