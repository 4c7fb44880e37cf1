import type { Page } from "puppeteer-core";
import type { SeenEvent } from "./live-site.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A person in front of a live view: what they see and do, and what the page of the session notices of it. */
export class LiveViewer {
  /** The live view's own page, in a browser of its own. */
  readonly page: Page;
  /** The session's page, as a client of the session sees it. */
  readonly remote: Page;

  constructor(page: Page, remote: Page) {
    this.page = page;
    this.remote = remote;
  }

  /** Opens the view and waits for a picture of the tab as it is now. */
  static async open(page: Page, { url, remote }: { readonly url: string; readonly remote: Page }): Promise<LiveViewer> {
    await page.goto(url);
    const viewer = new LiveViewer(page, remote);
    await viewer.seen();
    return viewer;
  }

  /** Waits until something was drawn. */
  async seen(): Promise<void> {
    await this.page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("[data-testid=screen]");
      const veil = document.querySelector<HTMLElement>(".veil");
      return canvas !== null && canvas.width !== 300 && veil?.hidden === true;
    });
  }

  /** Where the viewer sees the middle of an element of the session's page. */
  async where(selector: string): Promise<Point> {
    const at = await this.remote.$eval(selector, (found) => {
      const { left, top, width, height } = found.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    return this.whereAt(at);
  }

  /** Where the viewer sees a place of the session's viewport. */
  async whereAt({ x, y }: Point): Promise<Point> {
    // What is on the screen is the tab that is meant.
    await this.page.waitForSelector(".stage:not(.stale)");
    const viewport = await this.remote.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    const box = await this.page.$eval("[data-testid=screen]", (canvas) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      return { left, top, width, height };
    });
    return { x: box.left + (x / viewport.width) * box.width, y: box.top + (y / viewport.height) * box.height };
  }

  async click(
    selector: string,
    options: { readonly count?: number; readonly button?: "left" | "right" } = {},
  ): Promise<void> {
    const { x, y } = await this.where(selector);
    await this.page.mouse.click(x, y, options);
  }

  /** What the session's page has noticed. */
  log(): Promise<readonly SeenEvent[]> {
    return this.remote.evaluate(() => (globalThis as unknown as { log: SeenEvent[] }).log);
  }

  /** Waits until the session's page has noticed this; answers the first of it. */
  async noticed(type: string, on: string): Promise<SeenEvent> {
    const found = await this.remote.waitForFunction(
      (type, on) =>
        (globalThis as unknown as { log: SeenEvent[] }).log.find((event) => event.type === type && event.on === on),
      {},
      type,
      on,
    );
    return (await found.jsonValue()) as SeenEvent;
  }

  /** Forgets what was noticed so far. */
  async forget(): Promise<void> {
    await this.remote.evaluate(() => void ((globalThis as unknown as { log: SeenEvent[] }).log.length = 0));
  }

  /** Waits until an element of the session's page has this value. */
  async hasValue(selector: string, value: string): Promise<void> {
    await this.remote.waitForFunction(
      (selector, value) => document.querySelector<HTMLInputElement>(selector)?.value === value,
      {},
      selector,
      value,
    );
  }
}
