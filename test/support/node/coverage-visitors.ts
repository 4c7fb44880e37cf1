import type { Clients } from "./clients.ts";
import { defaultContext } from "./clients.ts";
import { CONTEXT_KINDS, type ContextKind } from "./coverage-scripts.ts";
import type { CoverageSite } from "./coverage-site.ts";
import { RawPage } from "./raw-page.ts";

/** A client that walks through the site in tabs of its own. */
export interface Visitor {
  /** Brings every kind of context about once; resolves when the run's tabs are closed, with what never reported. */
  visit(run: string): Promise<readonly ContextKind[]>;
}

/** Only when the page has done its part, because it ends it. */
const LAST = "page-cross-site-navigation";
const SPAWNED = CONTEXT_KINDS.filter((kind) => kind !== LAST);

interface Tab {
  goto(url: string): Promise<unknown>;
  close(): Promise<unknown>;
}

type BrowserCommand = `Target.${"createTarget" | "closeTarget" | "createBrowserContext" | "disposeBrowserContext"}`;

interface BrowserAnswer {
  readonly targetId?: string;
  readonly browserContextId?: string;
}

/** What the clients have in common. */
interface Driver {
  openTab(): Promise<Tab>;
  /** In a browser context of the client's own, which goes with the tab. */
  openTabApart(): Promise<Tab>;
  send(method: BrowserCommand, params: object): Promise<BrowserAnswer>;
}

export type ClientName = "raw" | "puppeteer" | "playwright";

const DRIVERS: Readonly<Record<ClientName, (clients: Clients, cdpUrl: string) => Promise<Driver>>> = {
  async raw(clients, cdpUrl) {
    const socket = await clients.socket(cdpUrl);
    const send: Driver["send"] = async (method, params) => {
      const { result, error } = await socket.send(method, params);
      if (error) throw new Error(`${method}: ${error.message}`);
      return result as BrowserAnswer;
    };
    const open = async (browserContextId?: string): Promise<Tab> => {
      const page = await RawPage.open(socket, browserContextId);
      return {
        goto: (url) => page.navigate(url),
        close: () => send("Target.closeTarget", { targetId: page.targetId }),
      };
    };
    return {
      send,
      openTab: () => open(),
      async openTabApart() {
        const { browserContextId } = await send("Target.createBrowserContext", {});
        const { goto } = await open(browserContextId);
        return { goto, close: () => send("Target.disposeBrowserContext", { browserContextId }) };
      },
    };
  },
  async puppeteer(clients, cdpUrl) {
    const browser = await clients.puppeteer(cdpUrl);
    const connection = await browser.target().createCDPSession();
    return {
      openTab: () => browser.newPage(),
      openTabApart: async () => apart(await browser.createBrowserContext()),
      send: (method, params) => connection.send(method, params) as Promise<BrowserAnswer>,
    };
  },
  async playwright(clients, cdpUrl) {
    const browser = await clients.playwright(cdpUrl);
    const connection = await browser.newBrowserCDPSession();
    return {
      openTab: () => defaultContext(browser).newPage(),
      openTabApart: async () => apart(await browser.newContext({ viewport: null })),
      send: (method, params) => connection.send(method, params) as Promise<BrowserAnswer>,
    };
  },
};

async function apart(context: { newPage(): Promise<Tab>; close(): Promise<void> }): Promise<Tab> {
  const page = await context.newPage();
  return { goto: (url) => page.goto(url), close: () => context.close() };
}

/** Connects a client by its name. */
export async function connectVisitor(
  client: ClientName,
  { clients, cdpUrl, site }: { readonly clients: Clients; readonly cdpUrl: string; readonly site: CoverageSite },
): Promise<Visitor> {
  const driver = await DRIVERS[client](clients, cdpUrl);
  return {
    async visit(run) {
      const tab = await driver.openTab();
      await tab.goto(site.urlOf(run, "page"));
      const { targetId } = await driver.send("Target.createTarget", { url: site.urlOf(run, "page-by-createTarget") });
      const tabApart = await driver.openTabApart();
      await tabApart.goto(site.urlOf(run, "page-in-context-of-client"));
      const missing = await site.missing(run, SPAWNED);
      await tab.goto(site.urlOf(run, LAST));
      missing.push(...(await site.missing(run, [LAST])));
      await driver.send("Target.closeTarget", { targetId });
      await Promise.all([tab.close(), tabApart.close()]);
      return missing;
    },
  };
}
