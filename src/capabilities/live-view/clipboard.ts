import { CLIPBOARD_KEYS, type ClipboardBrowser, readClipboard, writeClipboard } from "../clipboard/clipboard.ts";
import type { TabView } from "./tab-view.ts";

/** Pastes as a person does: the page sees the key and a `paste` event, both trusted. */
export async function pasteInto(browser: ClipboardBrowser, view: TabView, text: string): Promise<void> {
  // A clipboard that other sessions read is none to put anything in.
  if (browser.targets.sharesBrowser) return view.send("Input.insertText", { text });
  await writeClipboard(browser, text);
  await view.press(CLIPBOARD_KEYS.paste);
}

/** What the page gives when it is asked to copy: its selection, or what its own script makes of that. */
export async function copyFrom(browser: ClipboardBrowser, view: TabView, isCut: boolean): Promise<string> {
  await view.press(isCut ? CLIPBOARD_KEYS.cut : CLIPBOARD_KEYS.copy);
  return browser.targets.sharesBrowser ? view.selectedText() : readClipboard(browser);
}
