import { askedPermissions } from "../../domain/extension-manifest.ts";
import type { ExtensionManifest } from "../../domain/extension.ts";
import type { PlayedTab } from "../../domain/extension-link.ts";
import { matchesAny } from "../../domain/match-pattern.ts";
import { methods, splitCallback } from "./answers.ts";
import { matchesAnyGlob } from "./addresses.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import { ExtensionEvent } from "./events.ts";
import type { Messages } from "./messages.ts";
import type { Place } from "./place.ts";
import type { Ports } from "./ports.ts";
import { nameIn } from "./runtime-api.ts";

/** A tab as `chrome.tabs` shows it. */
export type Tab = Readonly<Record<string, unknown>>;

/** All tabs of a session are in one window. */
export const WINDOW_ID = 1;
const WINDOW_ID_CURRENT = -2;

/** Addresses and titles are for those who may see them. */
export function tabReader(manifest: ExtensionManifest): (tab: PlayedTab) => Tab {
  const asked = askedPermissions(manifest);
  const seesAll = asked.includes("tabs");
  return ({ id, index, url, title, isActive, isLoading }) => ({
    id,
    index,
    windowId: WINDOW_ID,
    active: isActive,
    highlighted: isActive,
    selected: isActive,
    pinned: false,
    audible: false,
    mutedInfo: { muted: false },
    discarded: false,
    autoDiscardable: true,
    frozen: false,
    incognito: false,
    groupId: -1,
    splitViewId: -1,
    status: isLoading ? "loading" : "complete",
    ...((seesAll || matchesAny(asked, url)) && { url, title }),
  });
}

export interface TabsOptions {
  readonly place: Place;
  readonly messages: Messages;
  readonly ports: Ports;
  readonly toTab: (tab: PlayedTab) => Tab;
}

/** `chrome.tabs`, and what it hears of tabs. */
export function tabsApi({ place, messages, ports, toTab }: TabsOptions) {
  const events = {
    onCreated: new ExtensionEvent(),
    onUpdated: new ExtensionEvent(),
    onRemoved: new ExtensionEvent(),
    onActivated: new ExtensionEvent(),
  };
  const api = {
    ...events,
    TAB_ID_NONE: -1,
    TAB_INDEX_NONE: -1,
    ...ENUMERATIONS.tabs,
    ...tabMethods(place, toTab),
    sendMessage: (tabId: number, ...rest: unknown[]): unknown => {
      const [[message, options], callback] = splitCallback(rest);
      return messages.send(inTab(tabId, options), message, callback);
    },
    connect: (tabId: number, details?: unknown): object => ports.connect(inTab(tabId, details), nameIn(details)),
  };
  const tell = (name: string, [tab, ...rest]: readonly unknown[]): void => {
    const told = tab as PlayedTab;
    if (name === "onCreated") return void events.onCreated.tell(toTab(told));
    if (name === "onUpdated")
      return void events.onUpdated.tell(told.id, seen(toTab(told), rest[0] as Tab), toTab(told));
    events.onRemoved.tell(told.id, { windowId: WINDOW_ID, isWindowClosing: false });
  };
  return { api, tell };
}

/** Those that the session's object carries out. */
function tabMethods(place: Place, toTab: TabsOptions["toTab"]) {
  const list = async (): Promise<readonly PlayedTab[]> =>
    (await place.ask("browser", "tabs.list", [])) as readonly PlayedTab[];
  const asked = async (name: string, ...args: readonly unknown[]): Promise<Tab> =>
    toTab((await place.ask("browser", `tabs.${name}`, args)) as PlayedTab);
  return methods({
    query: async (wanted: Tab = {}) => (await list()).map(toTab).filter((tab) => isWanted(tab, wanted)),
    get: async (id: number) => {
      const found = (await list()).find((tab) => tab.id === id);
      if (found === undefined) throw new Error(`No tab with id: ${id}.`);
      return toTab(found);
    },
    getCurrent: async () => {
      const current = (await place.ask("browser", "tabs.current", [])) as PlayedTab | null;
      return current === null ? undefined : toTab(current);
    },
    create: (properties: Tab = {}) => asked("create", withAddress(properties)),
    update: (...given: readonly unknown[]) => {
      const [id, properties] = typeof given[0] === "number" ? given : [null, given.find((each) => each)];
      return asked("update", id, withAddress((properties ?? {}) as Tab));
    },
    remove: (ids: number | readonly number[]) => place.ask("browser", "tabs.remove", [[ids].flat()]),
    reload: (...given: readonly unknown[]) => {
      const id = typeof given[0] === "number" ? given[0] : null;
      const properties = given.find((each) => typeof each === "object" && each !== null);
      return place.ask("browser", "tabs.reload", [id, properties ?? {}]);
    },
  });
}

/** Of what changed only what the extension may know. */
const seen = (tab: Tab, changes: Tab): Tab =>
  Object.fromEntries(Object.entries(changes).filter(([key]) => key === "status" || key in tab));

const withAddress = (properties: Tab): Tab => {
  const { url } = properties;
  // Relative addresses are the extension's own.
  return typeof url === "string" ? { ...properties, url: new URL(url, `${location.origin}/`).href } : properties;
};

function inTab(tabId: number, options: unknown): { readonly tabId: number; readonly frameId?: number } {
  const frameId = typeof options === "object" && options !== null && "frameId" in options ? options.frameId : undefined;
  return typeof frameId === "number" ? { tabId, frameId } : { tabId };
}

/** Whether a tab is what `tabs.query` asks for. */
export function isWanted(tab: Tab, wanted: Tab): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    if (value === undefined || value === null) return true;
    switch (key) {
      case "currentWindow":
      case "lastFocusedWindow":
        return value === true;
      case "windowId":
        return value === WINDOW_ID_CURRENT || value === WINDOW_ID;
      case "windowType":
        return value === "normal";
      case "muted":
        return value === false;
      case "url":
        return typeof tab["url"] === "string" && matchesAny([value].flat() as string[], tab["url"]);
      case "title":
        return typeof tab["title"] === "string" && typeof value === "string" && matchesAnyGlob([value], tab["title"]);
      default:
        return tab[key] === value;
    }
  });
}
