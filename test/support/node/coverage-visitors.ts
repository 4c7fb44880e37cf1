import type { Clients } from "./clients.ts";
import { defaultContext } from "./clients.ts";
import { CONTEXT_KINDS, type ContextKind } from "./coverage-scripts.ts";
import type { CoverageSite } from "./coverage-site.ts";
import { RawPage } from "./raw-page.ts";

/** A client that walks through the site, and closes its tabs again. */
export interface Visitor {
  /** Brings every kind of context about once in each of the runs, side by side; answers what never reported. */
  visit(runs: readonly string[]): Promise<readonly ContextKind[]>;
}

/** Only when all else is done, because it ends the page. */
const LAST = "page-cross-site-navigation";
const SPAWNED = CONTEXT_KINDS.filter((kind) => kind !== LAST);

interface Tab {
  goto(url: string): Promise<unknown>;
}

type BrowserCommand = `Target.${"createTarget" | "closeTarget" | "getTargets" | "createBrowserContext"}`;

interface BrowserAnswer {
  readonly browserContextId?: string;
  readonly targetInfos?: readonly { readonly targetId: string; readonly type: string; readonly url: string }[];
}

/** What the clients have in common. */
interface Driver {
  openTab(): Promise<Tab>;
  /** In a browser context of the client's own. */
  openTabApart(): Promise<Tab>;
  send(method: BrowserCommand, params?: object): Promise<BrowserAnswer>;
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
      return { goto: (url) => page.navigate(url) };
    };
    return {
      send,
      openTab: () => open(),
      openTabApart: async () => open((await send("Target.createBrowserContext")).browserContextId),
    };
  },
  async puppeteer(clients, cdpUrl) {
    const browser = await clients.puppeteer(cdpUrl);
    const connection = await browser.target().createCDPSession();
    return {
      openTab: () => browser.newPage(),
      openTabApart: async () => (await browser.createBrowserContext()).newPage(),
      send: (method, params) => connection.send(method, params) as Promise<BrowserAnswer>,
    };
  },
  async playwright(clients, cdpUrl) {
    const browser = await clients.playwright(cdpUrl);
    const connection = await browser.newBrowserCDPSession();
    return {
      openTab: () => defaultContext(browser).newPage(),
      // Its contexts bring a screen of their own otherwise.
      openTabApart: async () => (await browser.newContext({ viewport: null })).newPage(),
      send: (method, params) => connection.send(method, params) as Promise<BrowserAnswer>,
    };
  },
};

/** Connects a client by its name. */
export async function connectVisitor(
  client: ClientName,
  { clients, cdpUrl, site }: { readonly clients: Clients; readonly cdpUrl: string; readonly site: CoverageSite },
): Promise<Visitor> {
  const { openTab, openTabApart, send } = await DRIVERS[client](clients, cdpUrl);
  return {
    async visit(runs) {
      const tabs = await Promise.all(runs.map(begin));
      // Renderers are shared: whoever leaves or closes a tab does so when nothing is starting in another.
      const missing = [...tabs.map(({ missing }) => missing), ...(await Promise.all(tabs.map(end)))].flat();
      await closeTabs();
      return missing;
    },
  };

  async function begin(run: string) {
    const tab = await openTab();
    await tab.goto(site.urlOf(run, "page"));
    await send("Target.createTarget", { url: site.urlOf(run, "page-by-createTarget") });
    const tabApart = await openTabApart();
    await tabApart.goto(site.urlOf(run, "page-in-context-of-client"));
    return { run, tab, missing: await site.missing(run, SPAWNED) };
  }

  async function end({ run, tab }: { readonly run: string; readonly tab: Tab }) {
    await tab.goto(site.urlOf(run, LAST));
    return site.missing(run, [LAST]);
  }

  async function closeTabs() {
    const { targetInfos = [] } = await send("Target.getTargets");
    const tabs = targetInfos.filter(({ type, url }) => type === "page" && url.includes("/document?"));
    await Promise.all(tabs.map(({ targetId }) => send("Target.closeTarget", { targetId })));
  }
}
