import { chromium } from "playwright-core";
import { connect as connectPuppeteer } from "puppeteer-core";
import { interleave, type Round, settle, timed } from "../round.ts";

interface Loader {
  readonly metric: "page.puppeteer" | "page.playwright";
  /** Connects; answers how to load a URL in the first tab, and how to leave. */
  readonly connect: (cdpUrl: string) => Promise<{ goto(url: string): Promise<unknown>; leave(): Promise<unknown> }>;
}

export const LOADERS: readonly Loader[] = [
  {
    metric: "page.puppeteer",
    connect: async (browserWSEndpoint) => {
      const browser = await connectPuppeteer({ browserWSEndpoint });
      const page = (await browser.pages())[0] ?? (await browser.newPage());
      return { goto: (url) => page.goto(url, { waitUntil: "load" }), leave: () => browser.disconnect() };
    },
  },
  {
    metric: "page.playwright",
    connect: async (cdpUrl) => {
      const browser = await chromium.connectOverCDP(cdpUrl);
      const page = browser.contexts()[0]?.pages()[0];
      if (!page) throw new Error("Playwright sees no page.");
      return { goto: (url) => page.goto(url, { waitUntil: "load" }), leave: () => browser.close() };
    },
  },
];

/** A page with 100 subresources, which brings each client some 400 events. */
export async function measurePage(round: Round): Promise<void> {
  const { targets, settings, recorder, site, number } = round;
  const opened = await Promise.all(targets.map(async (target) => ({ target, session: await target.createSession() })));
  for (const { metric, connect } of LOADERS) {
    const clients = [];
    for (const { target, session } of opened) clients.push({ target, client: await connect(session.cdpUrl) });
    // The first load starts the site's renderer process.
    for (const { client } of clients) await client.goto(site.helloUrl);
    await interleave(round, { over: clients, times: settings.pageLoads }, async ({ target, client }, turn) => {
      const pair = `${number}.${turn}`;
      const { ms } = await timed(() => client.goto(`${site.pageUrl}?${pair}`));
      recorder.record({ metric, target: target.name, pair, value: ms });
    });
    for (const { client } of clients) await client.leave();
  }
  for (const { session } of opened) await session.release();
  await settle();
}
