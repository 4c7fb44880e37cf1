import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";

/** A browser whose clipboard is used. */
export interface ClipboardBrowser {
  readonly connection: CdpConnection;
  readonly targets: { readonly sharesBrowser: boolean; readonly own?: { readonly id: string } | undefined };
  /** A blank tab that clients do not see. */
  openHiddenTab(contextId: string | undefined): Promise<{ readonly targetId: string }>;
}

type Send = GatedTarget["send"];

const WRITE = `function (text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  return document.execCommand("copy");
}`;
const FIELD = `{ const field = document.createElement("textarea"); document.body.append(field); field.focus(); }`;

const VALUE = 'document.querySelector("textarea").value';

/** Keys that Chromium's editor carries these commands out on, as CDP dispatches them. */
export const CLIPBOARD_KEYS = {
  paste: { key: "v", code: "KeyV", keyCode: 86, modifiers: 2, commands: ["paste"] },
  copy: { key: "c", code: "KeyC", keyCode: 67, modifiers: 2, commands: ["copy"] },
  cut: { key: "x", code: "KeyX", keyCode: 88, modifiers: 2, commands: ["cut"] },
};

/**
 * Puts a text on the browser's clipboard, from a tab of Berth's own: no page needs, or gets, the permission for it. Not
 * for a browser that sessions share: they would read each other's.
 */
export async function writeClipboard(browser: ClipboardBrowser, text: string): Promise<void> {
  await inOwnTab(browser, async (send) => {
    const { result } = await send("Runtime.evaluate", { expression: "globalThis" });
    const objectId = result.objectId ?? "";
    const call = { functionDeclaration: WRITE, objectId, arguments: [{ value: text }], userGesture: true };
    await send("Runtime.callFunctionOn", call);
  });
}

/** The text on the browser's clipboard; `""` when it holds none. */
export function readClipboard(browser: ClipboardBrowser): Promise<string> {
  return inOwnTab(browser, async (send) => {
    await send("Runtime.evaluate", { expression: FIELD });
    const { keyCode, ...key } = CLIPBOARD_KEYS.paste;
    await send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key, windowsVirtualKeyCode: keyCode });
    const { result } = await send("Runtime.evaluate", { expression: VALUE, returnByValue: true });
    return String(result.value ?? "");
  });
}

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
