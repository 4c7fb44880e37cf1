import { isLocalUrl, schemeOf } from "../../cdp/local-url.ts";
import type { Injection, PlayedTab, StyleInjection } from "../../domain/extension-link.ts";
import { isObject, isText, type JsonObject } from "../../domain/json-shapes.ts";
import type { EmulatedExtension } from "./emulated-extension.ts";
import type { EmulatingBrowser } from "./extension-emulation.ts";
import type { Whereabouts } from "./places.ts";
import type { ScriptInjection } from "./script-injection.ts";
import type { TabBook } from "./tab-book.ts";

/** Carries out methods of `chrome.declarativeNetRequest`. */
export interface RuleMethods {
  call(method: string, args: readonly unknown[]): unknown;
}

export interface BrowserApisOptions {
  readonly browser: EmulatingBrowser;
  readonly book: TabBook;
  readonly scripts: ScriptInjection;
  readonly rulesOf: (extension: EmulatedExtension) => RuleMethods | undefined;
}

/** What extensions' code asks of the browser: everything that takes more than the page that it runs in. */
export class BrowserApis {
  readonly #options: BrowserApisOptions;

  constructor(options: BrowserApisOptions) {
    this.#options = options;
  }

  /** @throws what the extension is to hear, in Chrome's words where it has some. */
  async call({ extension, isForeign, pageId }: Whereabouts, api: string, args: readonly unknown[]): Promise<unknown> {
    if (isForeign) throw new Error(`chrome.${api} is not for content scripts`);
    const { book, scripts, rulesOf } = this.#options;
    const [first, second] = args;
    switch (api) {
      case "tabs.list":
        return book.list();
      case "tabs.current":
        return pageId === undefined ? null : book.find(pageId);
      case "tabs.create":
        return this.#create(isObject(first) ? first : {});
      case "tabs.update":
        return this.#update(first, isObject(second) ? second : {});
      case "tabs.remove":
        return this.#remove(Array.isArray(first) ? first : []);
      case "tabs.reload": {
        const ignoreCache = isObject(second) && second["bypassCache"] === true;
        await book.pageOf(first).send("Page.reload", { ignoreCache });
        return undefined;
      }
      case "scripting.run":
        return scripts.run(extension, first as Injection);
      case "scripting.style":
        return scripts.style(extension, first as StyleInjection);
      default:
        return rulesOf(extension)?.call(api.slice(api.indexOf(".") + 1), args);
    }
  }

  async #create({ url, active }: JsonObject): Promise<PlayedTab | undefined> {
    const { browser, book } = this.#options;
    const before = browser.tabs.inUse;
    const opened = await browser.openPage(isText(url) ? mustBeWeb(url) : "about:blank");
    if (active === false && before !== undefined) browser.tabs.use(before);
    return opened && book.find(opened.targetId);
  }

  async #update(tabId: unknown, { url, active }: JsonObject): Promise<PlayedTab | undefined> {
    const { browser, book } = this.#options;
    const { pageId, send } = book.pageOf(tabId);
    if (active === true) {
      await browser.connection.send("Target.activateTarget", { targetId: pageId });
      browser.tabs.use(pageId);
    }
    // A page may take its time to answer, and what it shows then is the browser's to say.
    if (isText(url)) send("Page.navigate", { url: mustBeWeb(url) }).catch(() => undefined);
    return book.find(pageId);
  }

  async #remove(tabIds: readonly unknown[]): Promise<void> {
    const { browser, book } = this.#options;
    const pages = tabIds.map((tabId) => book.pageOf(tabId).pageId);
    // A browser without tabs shows nothing and may close: the last one is followed by a blank one.
    if (new Set(pages).size === browser.tabs.list().length) await browser.openPage("about:blank");
    await Promise.all(pages.map((targetId) => browser.connection.send("Target.closeTarget", { targetId })));
  }
}

/** @throws for what sessions do not open, for whomever. */
function mustBeWeb(url: string): string {
  if (isLocalUrl(url) || schemeOf(url) === "javascript") throw new Error(`Sessions do not open "${url}".`);
  return url;
}
