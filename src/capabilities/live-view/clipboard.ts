import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { TabView } from "./tab-view.ts";

/** A browser whose clipboard is used. */
export interface ClipboardBrowser {
  readonly connection: CdpConnection;
  readonly targets: { readonly sharesBrowser: boolean; readonly own?: { readonly id: string } | undefined };
  /** A blank tab that clients do not see. */
  openHiddenTab(contextId: string | undefined): Promise<{ readonly targetId: string }>;
}

const PASTE = { key: "v", code: "KeyV", keyCode: 86, modifiers: 2, commands: ["paste"] };
const COPY = { key: "c", code: "KeyC", keyCode: 67, modifiers: 2, commands: ["copy"] };
const CUT = { key: "x", code: "KeyX", keyCode: 88, modifiers: 2, commands: ["cut"] };

const WRITE = `function (text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  return document.execCommand("copy");
}`;
const FIELD = `{ const field = document.createElement("textarea"); document.body.append(field); field.focus(); }`;

/**
 * Pastes as a person does: the page sees the key and a `paste` event, both trusted. The browser's clipboard is written
 * from a tab of Berth's own, so that no page needs, or has, the permission for it.
 */
export async function pasteInto(browser: ClipboardBrowser, view: TabView, text: string): Promise<void> {
  // A clipboard that other sessions read is none to put anything in.
  if (browser.targets.sharesBrowser) return view.send("Input.insertText", { text });
  await inOwnTab(browser, async (send) => {
    const { result } = await send("Runtime.evaluate", { expression: "globalThis" });
    const objectId = result.objectId ?? "";
    const call = { functionDeclaration: WRITE, objectId, arguments: [{ value: text }], userGesture: true };
    await send("Runtime.callFunctionOn", call);
  });
  await view.press(PASTE);
}

/** What the page gives when it is asked to copy: its selection, or what its own script makes of that. */
export async function copyFrom(browser: ClipboardBrowser, view: TabView, isCut: boolean): Promise<string> {
  await view.press(isCut ? CUT : COPY);
  if (browser.targets.sharesBrowser) return view.selectedText();
  return inOwnTab(browser, async (send) => {
    await send("Runtime.evaluate", { expression: FIELD });
    const paste = { windowsVirtualKeyCode: 86, key: "v", code: "KeyV", modifiers: 2, commands: ["paste"] };
    await send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...paste });
    const expression = 'document.querySelector("textarea").value';
    const { result } = await send("Runtime.evaluate", { expression, returnByValue: true });
    return String(result.value ?? "");
  });
}

type Send = TabView["send"];

async function inOwnTab<T>(browser: ClipboardBrowser, work: (send: Send) => Promise<T>): Promise<T> {
  const { connection, targets } = browser;
  const { targetId } = await browser.openHiddenTab(targets.own?.id);
  try {
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const send: Send = (method, params) => connection.send(method, params, { sessionId });
    // Only a focused document reaches the clipboard.
    await send("Emulation.setFocusEmulationEnabled", { enabled: true });
    return await work(send);
  } finally {
    connection.send("Target.closeTarget", { targetId }).catch(() => undefined);
  }
}
