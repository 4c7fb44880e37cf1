import type { Protocol } from "devtools-protocol";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";
import type { PlayedTab } from "../../domain/extension-link.ts";
import type { ViewedTab } from "../../domain/live-view.ts";
import type { Send } from "./places.ts";

export interface TabBookOptions {
  /** The tabs that clients see. */
  readonly tabs: {
    list(): readonly ViewedTab[];
    readonly inUse: string | undefined;
    onChange(listener: () => void): () => void;
  };
  /** Hears of tabs as `chrome.tabs` names what happens to them. */
  readonly onEvent: (name: string, args: readonly unknown[]) => void;
}

/** The session's tabs as extensions number them, and what happens to them. */
export class TabBook implements TargetObserver {
  readonly readsNetwork = false;
  readonly #options: TabBookOptions;
  readonly #sends = new Map<string, Send>();
  readonly #loading = new Set<string>();
  readonly #told = new Map<string, PlayedTab>();

  constructor(options: TabBookOptions) {
    this.#options = options;
    for (const tab of options.tabs.list()) this.#told.set(tab.id, this.#played(tab, 0));
    options.tabs.onChange(() => this.#compare());
  }

  list(): readonly PlayedTab[] {
    return this.#options.tabs.list().map((tab, index) => this.#played(tab, index));
  }

  find(pageId: string): PlayedTab | undefined {
    return this.list().find(({ id }) => id === numberOf(pageId));
  }

  /** The page in a tab. @throws for a tab that is not there, in Chrome's words. */
  pageOf(tabId: unknown): { readonly pageId: string; readonly send: Send } {
    const pageId =
      tabId === null
        ? this.#options.tabs.inUse
        : this.#options.tabs.list().find(({ id }) => numberOf(id) === tabId)?.id;
    const send = pageId === undefined ? undefined : this.#sends.get(pageId);
    if (pageId === undefined || send === undefined) throw new Error(`No tab with id: ${String(tabId)}.`);
    return { pageId, send };
  }

  setUp({ info, send }: GatedTarget): readonly Promise<unknown>[] {
    if (info.type === "page") this.#sends.set(info.targetId, send);
    return [];
  }

  handle({ info }: GatedTarget, method: string, params: unknown): void {
    if (info.type !== "page") return;
    if (method === "Page.loadEventFired") this.#loaded(info.targetId);
    if (method !== "Page.frameNavigated") return;
    const { frame, type } = params as Protocol.Page.FrameNavigatedEvent;
    if (frame.parentId !== undefined) return;
    this.#loading.add(info.targetId);
    this.#tell(info.targetId, { status: "loading", url: frame.url });
    if (type === "BackForwardCacheRestore") this.#loaded(info.targetId);
  }

  gone({ info: { targetId } }: GatedTarget): void {
    this.#sends.delete(targetId);
    this.#loading.delete(targetId);
  }

  #loaded(pageId: string): void {
    if (this.#loading.delete(pageId)) this.#tell(pageId, { status: "complete" });
  }

  #tell(pageId: string, changes: object): void {
    const tab = this.find(pageId);
    if (tab !== undefined) this.#options.onEvent("tabs.onUpdated", [tab, changes]);
  }

  #compare(): void {
    const tabs = new Map(this.#options.tabs.list().map((tab, index) => [tab.id, this.#played(tab, index)]));
    for (const [pageId, tab] of this.#told) {
      if (tabs.has(pageId)) continue;
      this.#told.delete(pageId);
      this.#options.onEvent("tabs.onRemoved", [tab]);
    }
    for (const [pageId, tab] of tabs) {
      const before = this.#told.get(pageId);
      this.#told.set(pageId, tab);
      if (before === undefined) this.#options.onEvent("tabs.onCreated", [tab]);
      else if (before.title !== tab.title) this.#tell(pageId, { title: tab.title });
    }
  }

  #played({ id, url, title }: ViewedTab, index: number): PlayedTab {
    const isActive = id === this.#options.tabs.inUse;
    return { id: numberOf(id), index, url, title, isActive, isLoading: this.#loading.has(id) };
  }
}

/** A page's main frame is number 0. */
export const frameNumber = (pageId: string, frameId: string): number => (pageId === frameId ? 0 : numberOf(frameId));

/** A positive integer of 31 bits, as Chrome's, for an id of DevTools: the same whenever it is asked (FNV-1a). */
export function numberOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash >>> 1) | 1;
}
