import type { Browser as PlaywrightBrowser, BrowserContext, Page as PlaywrightPage } from "playwright-core";
import { chromium } from "playwright-core";
import type { Browser as PuppeteerBrowser, ConnectOptions, Page as PuppeteerPage } from "puppeteer-core";
import { connect } from "puppeteer-core";
import { CdpSocket } from "./cdp-socket.ts";

/** Connects clients of a test and lets go of all of them at its end. */
export class Clients {
  readonly #closers: (() => Promise<void>)[] = [];

  async puppeteer(endpoint: string | ConnectOptions): Promise<PuppeteerBrowser> {
    const options = typeof endpoint === "string" ? { browserWSEndpoint: endpoint } : endpoint;
    const browser = await connect(options);
    this.#closers.push(() => browser.disconnect());
    return browser;
  }

  async playwright(endpoint: string): Promise<PlaywrightBrowser> {
    const browser = await chromium.connectOverCDP(endpoint);
    this.#closers.push(() => browser.close());
    return browser;
  }

  async socket(url: string): Promise<CdpSocket> {
    const socket = await CdpSocket.open(url);
    this.#closers.push(() => socket.close());
    return socket;
  }

  /** Has `close` called at the end of the test. */
  own(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async closeAll(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#closers.splice(0).map((close) => close()));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
  }
}

/** The tab that a session has when its first client comes. */
export async function firstPuppeteerPage(browser: PuppeteerBrowser): Promise<PuppeteerPage> {
  const [page] = await browser.pages();
  if (!page) throw new Error("the session has no page");
  return page;
}

export function defaultContext(browser: PlaywrightBrowser): BrowserContext {
  const [context] = browser.contexts();
  if (!context) throw new Error("the session has no default context");
  return context;
}

export function firstPlaywrightPage(browser: PlaywrightBrowser): PlaywrightPage {
  const [page] = defaultContext(browser).pages();
  if (!page) throw new Error("the session has no page");
  return page;
}
