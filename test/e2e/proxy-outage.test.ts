import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect } from "vitest";
import { type Clients, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { test as base } from "../support/node/proxies/proxied-berth.ts";
import { startHttpProxy, startSocksProxy, type TestProxy } from "../support/node/proxies/test-proxies.ts";

const EXIT = "127.0.0.2";
const PATIENCE = { timeout: 60_000 };
const LONG_MS = 60_000;

/** What a page that has loaded already can still try. Each is told apart by its path. */
const ATTEMPTS = ["fetch", "beacon", "image", "websocket", "worker", "frame", "popup"] as const;

/** Tries everything; resolves with how the fetch, the socket, the image and the worker ended. */
const TRY_ALL = `(async () => {
  const outcome = (target, good) => new Promise((resolve) => {
    target.addEventListener(good, () => resolve("through"));
    target.addEventListener("error", () => resolve("failed"));
  });
  navigator.sendBeacon("/beacon", "body");
  document.body.append(Object.assign(document.createElement("iframe"), { src: "/frame" }));
  window.open("/popup", "_blank", "noopener");
  return Promise.all([
    fetch("/fetch", { cache: "no-store" }).then(() => "through", () => "failed"),
    outcome(new WebSocket(location.origin.replace("http", "ws") + "/websocket"), "open"),
    outcome(Object.assign(new Image(), { src: "/image?" + Math.random() }), "load"),
    outcome(new Worker("/worker?" + Math.random()), "message"),
  ]);
})()`;

/** A site that notes each connection's address: a connection on which nothing is asked is a leak as well. */
async function serveOutageSite() {
  const connectionsFrom = new Set<string>();
  const asked = new Set<string>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    asked.add(new URL(request.url ?? "/", "http://site").pathname.slice(1));
    // The proxy may keep its connection for the next request.
    connectionsFrom.add(request.socket.remoteAddress ?? "");
    response.writeHead(200, { "content-type": "text/html", "cache-control": "no-store" }).end("<body>page");
  };
  const server = createServer(answer);
  server.on("connection", (socket) => connectionsFrom.add(socket.remoteAddress ?? ""));
  server.on("upgrade", (_request, socket) => {
    asked.add("websocket");
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (): readonly string[] => ATTEMPTS.filter((path) => asked.has(path)),
    connectionsFrom: (): readonly string[] => [...connectionsFrom],
    forget: () => {
      asked.clear();
      connectionsFrom.clear();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const test = base.extend("outage", async ({}, { onCleanup }) => {
  const site = await serveOutageSite();
  onCleanup(() => site.close());
  return site;
});

interface Page {
  goto(url: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

const FIRST_PAGES = {
  puppeteer: async (clients: Clients, url: string): Promise<Page> => firstPuppeteerPage(await clients.puppeteer(url)),
  playwright: async (clients: Clients, url: string): Promise<Page> =>
    firstPlaywrightPage(await clients.playwright(url)),
} as const;

const PROXIES = {
  "an HTTP proxy": () => startHttpProxy({ exit: EXIT }),
  "an HTTPS proxy": () => startHttpProxy({ exit: EXIT, isSecure: true }),
  "a SOCKS5 proxy": () => startSocksProxy({ exit: EXIT }),
} as const satisfies Readonly<Record<string, () => Promise<TestProxy>>>;

const CASES = [
  ["puppeteer", "an HTTP proxy"],
  ["playwright", "an HTTPS proxy"],
  ["puppeteer", "a SOCKS5 proxy"],
  ["playwright", "a SOCKS5 proxy"],
] as const;

describe("a page that has loaded, without its proxy", () => {
  for (const [client, kind] of CASES) {
    test(
      `gets nothing out past ${kind}, with ${client}`,
      { timeout: LONG_MS },
      async ({ proxied, proxiedApi, clients, outage }) => {
        const proxy = await PROXIES[kind]();
        clients.own(() => proxy.crash());
        const { id, cdpUrl } = await proxied.create("anchor", {
          session: { proxy: { type: "custom", active: true, server: proxy.server, username: "", password: "" } },
        });
        const page = await FIRST_PAGES[client](clients, cdpUrl);
        const status = async () => (await proxiedApi.describe(id)).proxy?.status;
        await page.goto(`${outage.origin}/page`);
        expect(outage.connectionsFrom()).toEqual([EXIT]);
        await proxy.crash();
        outage.forget();
        expect(await page.evaluate(TRY_ALL)).toEqual(Array(4).fill("failed"));
        await expect.poll(status, PATIENCE).toBe("unreachable");
        expect(outage.connectionsFrom()).toEqual([]);
        await proxy.restart();
        await page.goto(`${outage.origin}/page`);
        await expect.poll(status, PATIENCE).toBe("verified");
        expect(outage.connectionsFrom()).toEqual([EXIT]);
      },
    );
  }

  test("would get everything out if it had none", { timeout: LONG_MS }, async ({ proxied, clients, outage }) => {
    const { cdpUrl } = await proxied.create("anchor");
    const page = await FIRST_PAGES.puppeteer(clients, cdpUrl);
    await page.goto(`${outage.origin}/page`);
    await page.evaluate(`void ${TRY_ALL}`);
    await expect.poll(() => outage.asked(), PATIENCE).toEqual(ATTEMPTS);
  });
});
