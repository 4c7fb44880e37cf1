import { describe, expect } from "vitest";
import { defaultContext, firstPuppeteerPage } from "../support/node/clients.ts";
import { listBrowserProcesses } from "../support/node/processes.ts";
import { test } from "../support/node/test.ts";

describe("a client that comes back", () => {
  test("finds its tabs, its cookies and its contexts as it left them", async ({ sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create();
    const first = await clients.puppeteer(cdpUrl);
    const page = await firstPuppeteerPage(first);
    await page.goto(`${site.origin}/second`);
    await page.evaluate(() => Object.assign(window, { kept: "in memory" }));
    const context = await first.createBrowserContext();
    const inContext = await context.newPage();
    await inContext.goto(`${site.origin}/third`);
    await first.disconnect();

    const second = await clients.puppeteer(cdpUrl);
    const urls = async () => (await second.pages()).map((each) => each.url()).toSorted();
    await expect.poll(urls).toEqual([`${site.origin}/second`, `${site.origin}/third`]);
    expect(second.browserContexts()).toHaveLength(2);
    const kept = (await second.pages()).find((each) => each.url().endsWith("/second"));
    expect(await kept?.evaluate(() => (window as Window & { kept?: string }).kept)).toBe("in memory");
  });

  test("by the other library finds the same tabs", async ({ sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create();
    const first = await clients.playwright(cdpUrl);
    await defaultContext(first).pages()[0]?.goto(`${site.origin}/second`);
    await (await defaultContext(first).newPage()).goto(`${site.origin}/third`);
    await first.close();
    const second = await clients.puppeteer(cdpUrl);
    const urls = async () => (await second.pages()).map((page) => page.url()).toSorted();
    await expect.poll(urls).toEqual([`${site.origin}/second`, `${site.origin}/third`]);
  });
});

describe("a session's status", () => {
  test("follows its clients: ready, active, idle, active", async ({ api, sessions, clients }) => {
    const { id, cdpUrl } = await sessions.create();
    const status = async () => (await api.describe(id)).status;
    expect(await status()).toBe("ready");
    const browser = await clients.puppeteer(cdpUrl);
    expect(await status()).toBe("active");
    const socket = await clients.socket(cdpUrl);
    await browser.disconnect();
    expect(await status()).toBe("active");
    await socket.close();
    await expect.poll(status).toBe("idle");
    await clients.playwright(cdpUrl);
    expect(await status()).toBe("active");
  });

  test("counts pages and messages", async ({ api, sessions, clients, site }) => {
    const { id, cdpUrl } = await sessions.create();
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(`${site.origin}/second`);
    await page.goto(`${site.origin}/third`);
    const { metrics } = await api.describe(id);
    expect(metrics.pagesVisited).toBe(2);
    expect(metrics.cdpMessages).toBeGreaterThan(10);
  });
});

describe("a session ends", () => {
  test("when Puppeteer closes the browser, and other clients are told", async ({ api, sessions, clients }) => {
    const { id, cdpUrl } = await sessions.create();
    const browser = await clients.puppeteer(cdpUrl);
    const playwright = await clients.playwright(cdpUrl);
    const socket = await clients.socket(cdpUrl);
    await socket.send("Browser.getVersion");
    const disconnected = new Promise<unknown>((done) => playwright.once("disconnected", done));
    await browser.close();
    expect(await socket.closed).toEqual({ code: 4000, reason: "the session was destroyed on request" });
    await disconnected;
    await expect
      .poll(() => api.describe(id))
      .toMatchObject({ status: "destroyed", endReason: "requested", cdpUrl: null });
    await expect.poll(() => api.countActive()).toBe(0);
  });

  test("when it is deleted, once: both libraries are disconnected", async ({ api, sessions, clients }) => {
    const { id, cdpUrl } = await sessions.create();
    const puppeteer = await clients.puppeteer(cdpUrl);
    const playwright = await clients.playwright(cdpUrl);
    const socket = await clients.socket(cdpUrl);
    await socket.send("Browser.getVersion");
    const disconnected = Promise.all([
      new Promise<unknown>((done) => puppeteer.once("disconnected", done)),
      new Promise<unknown>((done) => playwright.once("disconnected", done)),
    ]);
    const answer = await api.destroy(id);
    expect(answer).toMatchObject({ status: 200, body: { id, status: "destroyed" } });
    expect(await socket.closed).toEqual({ code: 4000, reason: "the session was destroyed on request" });
    await disconnected;
    expect((await api.destroy(id)).status).toBe(404);
    expect(await api.describe(id)).toMatchObject({ status: "destroyed", endReason: "requested" });
  });

  test("at its maximum duration, with clients connected", async ({ api, sessions, clients }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { timeout: 10 });
    const { expiresAt } = await api.describe(id);
    const socket = await clients.socket(cdpUrl);
    await socket.send("Browser.getVersion");
    expect(await socket.closed).toEqual({ code: 4002, reason: "the session reached its maximum duration" });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt) - 50);
    await expect.poll(() => api.describe(id)).toMatchObject({ status: "destroyed", endReason: "expired" });
  });

  test("and takes its browser along, however it ends", async ({ api, sessions, clients }) => {
    await expect.poll(() => listBrowserProcesses()).toEqual([]);
    const [closed, deleted, expired] = await Promise.all([
      sessions.create(),
      sessions.create("anchor"),
      sessions.create("meshbrow", { timeout: 10 }),
    ]);
    expect(listBrowserProcesses().length).toBeGreaterThan(0);
    await (await clients.puppeteer(closed.cdpUrl)).close();
    await api.destroy(deleted.id);
    await expect.poll(async () => (await api.describe(expired.id)).status).toBe("destroyed");
    await expect.poll(() => listBrowserProcesses()).toEqual([]);
  });

  test("for clients of either dialect and by either dialect's DELETE", async ({ api, sessions }) => {
    const [meshbrow, anchor] = await Promise.all([sessions.create("meshbrow"), sessions.create("anchor")]);
    const ended = await api.call("anchor", `/v1/sessions/${meshbrow.id}`, { method: "DELETE" });
    expect(ended).toMatchObject({ status: 200, body: { data: { status: "success" } } });
    expect(await api.destroy(anchor.id)).toMatchObject({ status: 200, body: { status: "destroyed" } });
    expect(await api.describe(meshbrow.id)).toMatchObject({ status: "destroyed" });
  });
});
