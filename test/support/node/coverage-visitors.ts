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

/** What the clients have in common. */
interface Driver {
  openTab(): Promise<Tab>;
  send(method: "Target.createTarget" | "Target.closeTarget", params: object): Promise<{ readonly targetId?: string }>;
}

export type ClientName = "raw" | "puppeteer" | "playwright";

const DRIVERS: Readonly<Record<ClientName, (clients: Clients, cdpUrl: string) => Promise<Driver>>> = {
  async raw(clients, cdpUrl) {
    const socket = await clients.socket(cdpUrl);
    const send: Driver["send"] = async (method, params) => {
      const { result, error } = await socket.send(method, params);
      if (error) throw new Error(`${method}: ${error.message}`);
      return result as { readonly targetId?: string };
    };
    return {
      send,
      async openTab() {
        const page = await RawPage.open(socket);
        return {
          goto: (url) => page.navigate(url),
          close: () => send("Target.closeTarget", { targetId: page.targetId }),
        };
      },
    };
  },
  async puppeteer(clients, cdpUrl) {
    const browser = await clients.puppeteer(cdpUrl);
    const connection = await browser.target().createCDPSession();
    return {
      openTab: () => browser.newPage(),
      send: (method, params) => connection.send(method, params as never) as Promise<{ readonly targetId?: string }>,
    };
  },
  async playwright(clients, cdpUrl) {
    const browser = await clients.playwright(cdpUrl);
    const connection = await browser.newBrowserCDPSession();
    return {
      openTab: () => defaultContext(browser).newPage(),
      send: (method, params) => connection.send(method, params as never) as Promise<{ readonly targetId?: string }>,
    };
  },
};

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
      const missing = await site.missing(run, SPAWNED);
      await tab.goto(site.urlOf(run, LAST));
      missing.push(...(await site.missing(run, [LAST])));
      await driver.send("Target.closeTarget", { targetId });
      await tab.close();
      return missing;
    },
  };
}
