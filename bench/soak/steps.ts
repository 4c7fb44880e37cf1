import type { Browser, Page } from "puppeteer-core";
import type { Model } from "./model.ts";
import type { Random } from "./random.ts";
import { targetIdOf } from "./tabs.ts";

const MOST_TABS = 5;

/** What a step works with. */
export interface StepContext {
  readonly browser: Browser;
  readonly model: Model;
  readonly random: Random;
  /** The session's name, in its marks and cookies: another session's would be noticed. */
  readonly name: string;
  /** A page of this machine. */
  readonly pageUrl: string;
}

/** What a client does with its session; the model learns of it only once it is confirmed. */
export type Step = (context: StepContext) => Promise<void>;

/** Picks a step that the session can take now. */
export function pickStep({ model, random }: Pick<StepContext, "model" | "random">): readonly [name: string, Step] {
  return random.weighted<readonly [string, Step]>([
    [model.tabs.size < MOST_TABS ? 2 : 0, ["open a tab", openTab]],
    [model.tabs.size > 1 ? 2 : 0, ["close a tab", closeTab]],
    [4, ["navigate", navigateTab]],
    [4, ["evaluate", evaluateInTab]],
    [1, ["set a cookie", setCookie]],
  ]);
}

async function openTab(context: StepContext): Promise<void> {
  const { browser, model } = context;
  model.unconfirmed = { kind: "open" };
  const page = await browser.newPage();
  await navigate(context, page, await targetIdOf(page));
}

async function closeTab(context: StepContext): Promise<void> {
  const { model } = context;
  const [targetId, page] = await pickTab(context);
  model.unconfirmed = { kind: "close", targetId };
  await page.close();
  model.tabs.delete(targetId);
  model.unconfirmed = undefined;
}

async function navigateTab(context: StepContext): Promise<void> {
  const [targetId, page] = await pickTab(context);
  await navigate(context, page, targetId);
}

/** Loads a page and marks it; the tab is expected as it is then. */
export async function navigate(context: StepContext, page: Page, targetId: string): Promise<void> {
  const { model, random, name, pageUrl } = context;
  const url = `${pageUrl}?${name}-${random.below(1e9)}`;
  const mark = `${name}-${random.below(1e9)}`;
  model.unconfirmed = { kind: "navigate", targetId };
  model.tabs.set(targetId, { url, mark });
  await page.goto(url);
  await page.evaluate(`void (window.__mark = ${JSON.stringify(mark)})`);
  model.unconfirmed = undefined;
}

/** A script sees the state of its page. */
async function evaluateInTab(context: StepContext): Promise<void> {
  const [targetId, page] = await pickTab(context);
  const found = await page.evaluate("window.__mark");
  const expected = context.model.tabs.get(targetId)?.mark;
  if (found !== expected) throw new Error(`window.__mark is ${String(found)}, not ${String(expected)}`);
}

/** One cookie for all tabs of the session. */
export async function setCookie(context: StepContext): Promise<void> {
  const { model, random, name } = context;
  const cookie = `session=${name}-${random.below(1e9)}`;
  const [, page] = await pickTab(context);
  model.unconfirmed = { kind: "cookie" };
  await page.evaluate(`void (document.cookie = ${JSON.stringify(cookie)})`);
  model.cookie = cookie;
  model.unconfirmed = undefined;
}

async function pickTab({ browser, model, random }: StepContext): Promise<readonly [targetId: string, page: Page]> {
  const wanted = random.pick([...model.tabs.keys()]);
  for (const page of await browser.pages()) {
    if ((await targetIdOf(page)) === wanted) return [wanted, page];
  }
  throw new Error(`there is no tab ${wanted}`);
}
