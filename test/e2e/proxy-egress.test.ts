import { describe, expect, onTestFinished } from "vitest";
import { type Clients, defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { test } from "../support/node/proxies/proxied-berth.ts";
import { serveProxiedSite } from "../support/node/proxies/proxied-site.ts";
import { loseBrowserSocket } from "../support/node/raw-page.ts";
import { startHttpProxy, startSocksProxy, type TestProxy } from "../support/node/proxies/test-proxies.ts";

const LOGIN = { username: "user", password: "pass word:1" };
const EXIT = "127.0.0.2";
/** A page with workers, popups and a download, on a busy machine. */
const PATIENCE = { timeout: 60_000 };
/** Of the silence watch, the heartbeat that follows it and a new socket. */
const RESTORED_WITHIN = { timeout: 40_000 };

/** The part of a library's page in use. */
interface Page {
  goto(url: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

/** A client's first page, and one in a context that it makes. */
const CLIENTS = {
  puppeteer: async (clients: Clients, url: string) => {
    const browser = await clients.puppeteer(url);
    return {
      first: (await firstPuppeteerPage(browser)) as Page,
      inNewContext: async (): Promise<Page> => (await browser.createBrowserContext()).newPage(),
      leave: () => browser.disconnect(),
    };
  },
  playwright: async (clients: Clients, url: string) => {
    const browser = await clients.playwright(url);
    // Without a listener Playwright saves downloads on the browser's machine.
    defaultContext(browser).on("page", () => undefined);
    return {
      first: firstPlaywrightPage(browser) as Page,
      inNewContext: async (): Promise<Page> => (await browser.newContext()).newPage(),
      leave: () => browser.close(),
    };
  },
} as const;
type ClientName = keyof typeof CLIENTS;

/** The page opens windows of its own accord. */
const WITH_POPUPS = { browser: { popup_blocker: { active: false } } };

const custom = ({ server }: TestProxy, { username, password } = { username: "", password: "" }) => ({
  ...WITH_POPUPS,
  session: { proxy: { type: "custom", active: true, server, username, password } },
});

/** Loads a page that makes every kind of request, and waits until all of them have come from the exit. */
async function expectAllThrough(page: Page): Promise<void> {
  // One that the browser has never seen: its service worker would be there already.
  const target = await serveProxiedSite();
  onTestFinished(() => target.close());
  await page.goto(target.pageUrl);
  await expect.poll(() => target.missing(EXIT), PATIENCE).toEqual([]);
  // WebRTC has asked whom it would ask by then.
  await expect.poll(() => page.evaluate("document.title"), PATIENCE).toBe("gathered");
  expect(target.connectionsFrom()).toEqual([EXIT]);
  expect(target.stunPackets()).toBe(0);
}

describe("without a proxy", () => {
  test("the site sees requests and packets of the machine itself", async ({ proxied, clients, target }) => {
    const { cdpUrl } = await proxied.create("anchor", WITH_POPUPS);
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(target.pageUrl);
    await expect.poll(() => target.missing("127.0.0.1"), PATIENCE).toEqual([]);
    await expect.poll(() => target.stunPackets(), PATIENCE).toBeGreaterThan(0);
  });
});

describe.for(["puppeteer", "playwright"] as const)("every kind of request goes through the proxy, with %s", (name) => {
  const open = (clients: Clients, url: string) => CLIENTS[name satisfies ClientName](clients, url);

  test("an HTTP proxy with a password: at first, after a reconnect, after a restore, in a new context", async ({
    proxied,
    proxiedApi,
    clients,
  }) => {
    const proxy = await startHttpProxy({ exit: EXIT, login: LOGIN });
    clients.own(() => proxy.crash());
    const { id, cdpUrl } = await proxied.create("anchor", custom(proxy, LOGIN));
    const before = await open(clients, cdpUrl);
    await expectAllThrough(before.first);
    await before.leave();
    const again = await open(clients, cdpUrl);
    await expectAllThrough(again.first);
    await expectAllThrough(await again.inNewContext());
    await loseBrowserSocket(clients, cdpUrl);
    await expect.poll(async () => (await proxiedApi.describe(id)).metrics.restores, RESTORED_WITHIN).toBe(1);
    const restored = await open(clients, cdpUrl);
    await expectAllThrough(restored.first);
    expect((await proxiedApi.describe(id)).proxy).toMatchObject({ ip: EXIT, status: "verified" });
  }, 120_000);

  test("an HTTPS proxy with a password", async ({ proxied, clients }) => {
    const proxy = await startHttpProxy({ exit: EXIT, login: LOGIN, isSecure: true });
    clients.own(() => proxy.crash());
    const { cdpUrl } = await proxied.create("anchor", custom(proxy, LOGIN));
    const { first, inNewContext } = await open(clients, cdpUrl);
    await expectAllThrough(first);
    await expectAllThrough(await inNewContext());
  }, 60_000);

  test("a SOCKS5 proxy: at first, after a reconnect, in a new context", async ({ proxied, clients }) => {
    const proxy = await startSocksProxy({ exit: EXIT });
    clients.own(() => proxy.crash());
    const { cdpUrl } = await proxied.create("anchor", custom(proxy));
    const before = await open(clients, cdpUrl);
    await expectAllThrough(before.first);
    await before.leave();
    const again = await open(clients, cdpUrl);
    await expectAllThrough(again.first);
    await expectAllThrough(await again.inNewContext());
    expect(proxy.logins.accepted).toBeGreaterThan(0);
  }, 90_000);
});

describe.for(["puppeteer", "playwright"] as const)("a proxy that dies, with %s", (name) => {
  test("takes the pages with it, and nothing goes around it; they load again when it is back", async ({
    proxied,
    proxiedApi,
    clients,
    target,
  }) => {
    const proxy = await startHttpProxy({ exit: EXIT, login: LOGIN });
    clients.own(() => proxy.crash());
    const { id, cdpUrl } = await proxied.create("anchor", custom(proxy, LOGIN));
    const { first: page } = await CLIENTS[name](clients, cdpUrl);
    await page.goto(target.origin);
    const status = async () => (await proxiedApi.describe(id)).proxy?.status;
    expect(await status()).toBe("verified");
    await proxy.crash();
    target.forget();
    await expect(page.goto(target.pageUrl)).rejects.toThrow(/ERR_PROXY_CONNECTION_FAILED/);
    await expect.poll(status, PATIENCE).toBe("unreachable");
    expect(target.requestsFrom()).toEqual([]);
    await proxy.restart();
    // The error page of before may still be on its way, and ends a navigation that is begun meanwhile.
    const load = () => page.goto(`${target.origin}/image`).then(() => "loaded", String);
    await expect.poll(load, PATIENCE).toBe("loaded");
    await expect.poll(status, PATIENCE).toBe("verified");
    expect(new Set(target.requestsFrom())).toEqual(new Set([EXIT]));
  }, 60_000);
});

describe("the traffic of a session", () => {
  test("is counted where it came through its proxy", async ({ proxied, proxiedApi, clients, target }) => {
    const proxy = await startHttpProxy({ exit: EXIT });
    clients.own(() => proxy.crash());
    const { id, cdpUrl } = await proxied.create("anchor", custom(proxy));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(`${target.origin}/image`);
    // What never touched the network costs nothing.
    await page.goto(`data:text/html,${"x".repeat(100_000)}`);
    const bytes = async () => (await proxiedApi.describe(id)).metrics.proxyBytes;
    await expect.poll(bytes, PATIENCE).toBeGreaterThan("<h1></h1>".length);
    expect(await bytes()).toBeLessThan(10_000);
  }, 60_000);
});
