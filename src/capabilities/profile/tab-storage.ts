import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { TargetInfo } from "../../cdp/targets.ts";
import type { TabContent } from "../../domain/profile-content.ts";

const WORLD = "storage";

type Items = TabContent["items"];

async function attached<T>(
  connection: CdpConnection,
  targetId: string,
  work: (on: { readonly sessionId: string }) => Promise<T>,
): Promise<T> {
  const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
  try {
    return await work({ sessionId });
  } finally {
    // The tab may have closed meanwhile.
    connection.send("Target.detachFromTarget", { sessionId }).catch(() => undefined);
  }
}

/** sessionStorage of the pages that tabs show now. A tab that closes meanwhile has none. */
export async function readTabs(connection: CdpConnection, pages: readonly TargetInfo[]): Promise<TabContent[]> {
  const tabs = await Promise.all(
    pages.map(({ targetId, url }) => readTab(connection, targetId, url).catch(() => undefined)),
  );
  return tabs.filter((tab) => tab !== undefined && tab.items.length > 0) as TabContent[];
}

async function readTab(connection: CdpConnection, targetId: string, url: string): Promise<TabContent | undefined> {
  if (!/^https?:/.test(url)) return undefined;
  const { origin } = new URL(url);
  return attached(connection, targetId, async (on) => {
    const { storageKey } = await connection.send("Storage.getStorageKey", { frameId: targetId }, on);
    const storageId = { storageKey, isLocalStorage: false };
    const { entries } = await connection.send("DOMStorage.getDOMStorageItems", { storageId }, on);
    return { origin, items: entries.map(([name = "", value = ""]) => [name, value] as const) };
  });
}

export interface RestoreTabsOptions {
  readonly connection: CdpConnection;
  /** The tab that is given what several may have had. */
  readonly targetId: string;
  readonly tabs: readonly TabContent[];
  readonly onRestored: (origin: string) => void;
}

/**
 * Gives a tab its sessionStorage back: when it first comes to an origin, in a world of its own, before the page's first
 * script. It has to be in place before the navigation begins: while one stands still, renderers take no commands.
 *
 * @returns when the tab may be navigated.
 */
export async function restoreTabs({ connection, targetId, tabs, onRestored }: RestoreTabsOptions): Promise<void> {
  const left = new Map(tabs.map(({ origin, items }) => [origin, items]));
  const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
  const on = { sessionId };
  const stop = connection.onEvent((event) => {
    if (event.sessionId !== sessionId || event.method !== "Page.frameNavigated") return;
    const { id, securityOrigin } = (event.params as FrameNavigated).frame;
    if (id !== targetId || !left.delete(securityOrigin)) return;
    onRestored(securityOrigin);
    if (left.size > 0) return;
    stop();
    // The script goes with the session. The tab may have closed meanwhile.
    connection.send("Target.detachFromTarget", on).catch(() => undefined);
  });
  const script = { source: sourceFor(left), worldName: WORLD };
  await Promise.all([
    connection.send("Page.enable", undefined, on),
    connection.send("Page.addScriptToEvaluateOnNewDocument", script, on),
  ]);
}

interface FrameNavigated {
  readonly frame: { readonly id: string; readonly securityOrigin: string };
}

/** What the tab has by then is what a page of it wrote since: newer than what was kept. */
const sourceFor = (tabs: ReadonlyMap<string, Items>): string => `if (top === self && sessionStorage.length === 0) {
  const items = new Map(${JSON.stringify([...tabs])}).get(location.origin) ?? [];
  for (const [name, value] of items) sessionStorage.setItem(name, value);
}`;
