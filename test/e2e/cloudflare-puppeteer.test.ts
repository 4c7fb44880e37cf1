import { connect } from "@cloudflare/puppeteer";
import { describe, expect } from "vitest";
import { startPuppeteerWorker } from "../support/node/puppeteer-worker/start.ts";
import { defaultContext } from "../support/node/clients.ts";
import { test as base } from "../support/node/test.ts";

const test = base.extend("worker", { scope: "file" }, async ({}, { onCleanup }) => {
  const worker = await startPuppeteerWorker();
  onCleanup(() => worker.stop());
  return worker;
});

describe("@cloudflare/puppeteer in a Worker", () => {
  test("drives a session that stands where its browser binding would", async ({ worker, sessions, site }) => {
    const { cdpUrl } = await sessions.create();
    const visited = await worker.visit({ cdpUrl, url: `${site.origin}/second` });
    expect(visited).toMatchObject({ pages: 1, title: "Second", mocked: { from: "worker" } });
    expect(visited.screenshotBytes).toBeGreaterThan(500);
  });

  test("shares a session with Playwright and leaves its pages behind", async ({ worker, sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create("anchor");
    const browser = await clients.playwright(cdpUrl);
    const page = await defaultContext(browser).newPage();
    await page.goto(`${site.origin}/third`);
    const visited = await worker.visit({ cdpUrl, url: `${site.origin}/second` });
    expect(visited.pages).toBe(2);
    expect(await page.title()).toBe("Third");
    const urls = () =>
      defaultContext(browser)
        .pages()
        .map((each) => each.url());
    await expect.poll(urls).toEqual(["about:blank", `${site.origin}/third`, `${site.origin}/second`]);
  });
});

describe("@cloudflare/puppeteer in Node", () => {
  test("connects by browserWSEndpoint", async ({ sessions, clients, site }) => {
    const { cdpUrl } = await sessions.create();
    const browser = await connect({ browserWSEndpoint: cdpUrl });
    clients.own(() => browser.disconnect());
    const [page, ...others] = await browser.pages();
    expect(others).toEqual([]);
    await page?.goto(`${site.origin}/second`);
    expect(await page?.title()).toBe("Second");
  });
});
