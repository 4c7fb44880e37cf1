import type { Browser, Page } from "puppeteer-core";

/** A tab as the browser shows it, with what a script of it sees. */
export interface SeenTab {
  readonly targetId: string;
  readonly url: string;
  readonly mark: string | undefined;
  readonly cookie: string;
  readonly page: Page;
}

/** What a client finds: its library's pages, and what the protocol lists. */
export interface SeenTabs {
  readonly tabs: readonly SeenTab[];
  /** Ids of all pages that `Target.getTargets` lists. */
  readonly listed: readonly string[];
}

/** Looks at every tab, its state included. */
export async function lookAtTabs(browser: Browser): Promise<SeenTabs> {
  const pages = await browser.pages();
  const tabs = await Promise.all(pages.map(lookAt));
  const root = await browser.target().createCDPSession();
  const { targetInfos } = await root.send("Target.getTargets");
  await root.detach();
  return { tabs, listed: targetInfos.filter(({ type }) => type === "page").map(({ targetId }) => targetId) };
}

/** A blank page may not ask for cookies. */
const STATE = `({
  url: location.href,
  mark: window.__mark,
  cookie: location.protocol === "http:" ? document.cookie : "",
})`;

async function lookAt(page: Page): Promise<SeenTab> {
  const state = await page.evaluate(STATE);
  return { ...(state as Pick<SeenTab, "url" | "mark" | "cookie">), targetId: await targetIdOf(page), page };
}

/** The protocol's name of a tab: it stays the same over connections. */
export async function targetIdOf(page: Page): Promise<string> {
  const session = await page.createCDPSession();
  const { targetInfo } = await session.send("Target.getTargetInfo");
  await session.detach();
  return targetInfo.targetId;
}
