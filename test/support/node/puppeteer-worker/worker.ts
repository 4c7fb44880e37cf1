import { type Browser, type BrowserWorker, connect } from "@cloudflare/puppeteer";

/** What the test asks of this Worker, and what it answers with. */
export interface Visit {
  /** A session's `cdpUrl`. */
  readonly cdpUrl: string;
  readonly url: string;
}

export interface Visited {
  readonly pages: number;
  readonly title: string;
  readonly screenshotBytes: number;
  readonly mocked: unknown;
}

/** A program of a user: a Worker that drives a session with Cloudflare's own Puppeteer. */
export default {
  async fetch(request: Request): Promise<Response> {
    const visit: Visit = await request.json();
    const browser = await openSession(visit.cdpUrl);
    try {
      return Response.json(await use(browser, visit.url));
    } finally {
      await browser.disconnect();
    }
  },
};

/**
 * The library takes any object with a `fetch` for the browser binding. Its `connect({browserWSEndpoint})` is for
 * Node: in a Worker it picks the package `ws`, which refuses to run there.
 */
function openSession(cdpUrl: string): Promise<Browser> {
  const address = cdpUrl.replace(/^ws/, "http");
  const binding: BrowserWorker = { fetch: (_path: RequestInfo | URL, init?: RequestInit) => fetch(address, init) };
  return connect(binding, "session");
}

async function use(browser: Browser, url: string): Promise<Visited> {
  const pages = await browser.pages();
  const page = await browser.newPage();
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const isMocked = request.url().endsWith("/api/value");
    void (isMocked
      ? request.respond({ contentType: "application/json", body: '{"from":"worker"}' })
      : request.continue());
  });
  await page.goto(url);
  const mocked: unknown = await page.evaluate('fetch("/api/value").then((response) => response.json())');
  const screenshot = await page.screenshot();
  return { pages: pages.length, title: await page.title(), screenshotBytes: screenshot.length, mocked };
}
