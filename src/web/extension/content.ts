import { type ContentGroup, type ExtensionConfig, LINK, type StyleText } from "../../domain/extension-link.ts";
import { askedPermissions } from "../../domain/extension-manifest.ts";
import { isMatched } from "./addresses.ts";
import { Place } from "./place.ts";
import { remoteStorage } from "./remote-storage.ts";
import { coreApi } from "./runtime-api.ts";
import { addStyle, removeStyle } from "./styles.ts";
import { tabReader } from "./tabs-api.ts";
import { thisDocument } from "./this-document.ts";

/** What the session's object finds in the world of an extension in somebody's page. */
interface ContentLink {
  next(acknowledged: number): Promise<string>;
  deliver(json: string): void;
  /** Runs a group of content scripts when its time comes; groups that are not for this document are left out. */
  run(group: number, scripts: () => void): void;
  style(style: StyleText, isRemoved: boolean): void;
}

/**
 * Makes the world of an extension in a document: nothing where none of its content scripts is for the document.
 *
 * @param isAsked it is wanted in any case.
 */
export function openWorld(config: ExtensionConfig, groups: readonly ContentGroup[], isAsked: boolean): void {
  if (LINK in self) return;
  const here = thisDocument();
  const wanted = new Map([...groups.entries()].filter(([, group]) => isMatched(group, here)));
  if (wanted.size === 0 && !isAsked) return;
  const place = new Place();
  expose(contentApi(place, config));
  const link: ContentLink = {
    next: (acknowledged) => place.next(acknowledged),
    deliver: (json) => place.deliver(json),
    run: (at, scripts) => {
      const group = wanted.get(at);
      // Once, whoever else has brought it.
      wanted.delete(at);
      if (group !== undefined) runWhenDue(group.runAt, scripts);
    },
    style: (style, isRemoved) => (isRemoved ? removeStyle : addStyle)(style),
  };
  Object.defineProperty(self, LINK, { value: link });
  for (const { css } of wanted.values()) for (const style of css) addStyle(style);
  // Whoever writes to it waits for its scripts of the document's beginning only: others listen later.
  place.ready();
}

/** Runs a group of content scripts in the page's own world, where there is nothing of the extension's but its code. */
export function runInPage(group: ContentGroup, scripts: () => void): void {
  if (isMatched(group, thisDocument())) runWhenDue(group.runAt, scripts);
}

/** What Chrome gives content scripts. */
function contentApi(place: Place, config: ExtensionConfig): object {
  const toTab = tabReader(config.manifest);
  const { api } = coreApi({ place, config, toTab });
  return askedPermissions(config.manifest).includes("storage") ? { ...api, storage: remoteStorage(place) } : api;
}

/** As `chrome`, and as `browser`. */
export function expose(api: object): void {
  for (const name of ["chrome", "browser"]) {
    Object.defineProperty(self, name, { value: api, writable: true, enumerable: true, configurable: true });
  }
}

function runWhenDue(runAt: ContentGroup["runAt"], scripts: () => void): void {
  const run = (): void => scripts.call(self);
  if (runAt === "document_start") {
    whenThereIsARoot(run);
    return;
  }
  if (document.readyState !== "loading") {
    run();
    return;
  }
  const later = (): unknown => setTimeout(run);
  const due = runAt === "document_end" ? run : later;
  // Before the page's own listeners, which may keep others from hearing.
  window.addEventListener("DOMContentLoaded", due, { once: true, capture: true });
}

/** A new document has no root for a moment; with it, and before the page's first script, it has one. */
function whenThereIsARoot(run: () => void): void {
  // The compiler knows nothing of documents without one.
  const hasRoot = (): boolean => (document.documentElement as Element | null) !== null;
  if (hasRoot()) {
    run();
    return;
  }
  const observer = new MutationObserver(() => {
    if (!hasRoot()) return;
    observer.disconnect();
    run();
  });
  observer.observe(document, { childList: true });
}
