import type { CDPSession, KeyInput, Page } from "@cloudflare/puppeteer";
import type { ControlAction, ControlResult, Place, PlaceOfSelector, ReadPage } from "../../domain/control.ts";
import { CLIPBOARD_KEYS, type ClipboardBrowser, readClipboard, writeClipboard } from "../clipboard/clipboard.ts";
import { ControlError } from "./control-error.ts";
import { keysOf } from "./keys.ts";
import { findElement } from "./page-elements.ts";

/** What acts on one page, as it is. */
export type PageAction = Exclude<ControlAction, ReadPage>;

export interface Stage {
  readonly page: Page;
  /** A protocol session of the page, for what Puppeteer has no words for. */
  readonly cdp: CDPSession;
  readonly clipboard: ClipboardBrowser;
}

/** Characters of a result: an answer that goes through a Durable Object's RPC is 32 MiB at most. */
const MOST_RESULT_UNITS = 8_000_000;
const DRAG_STEPS = 10;
const DONE: ControlResult = { kind: "done" };

/**
 * Does one thing to a page.
 *
 * @throws ControlError, and what Puppeteer throws for a page that does not take it.
 */
export async function perform(stage: Stage, action: PageAction): Promise<ControlResult> {
  switch (action.kind) {
    case "goto":
      return goTo(stage.page, action);
    case "evaluate":
      return evaluate(stage, action);
    case "extract":
    case "waitFor":
    case "screenshot":
      return look(stage.page, action);
    case "readClipboard":
    case "writeClipboard":
    case "copy":
    case "paste":
      return useClipboard(stage, action);
    case "click":
    case "mouse":
    case "drag":
    case "wheel":
    case "scroll":
    case "type":
    case "fill":
    case "shortcut":
      await act(stage, action);
      return DONE;
    default:
      return action satisfies never;
  }
}

async function goTo(page: Page, { url, until, timeoutMs }: Extract<ControlAction, { kind: "goto" }>) {
  if (until === "none") {
    // Sent, and no more: the page may take its time.
    page.goto(url, { timeout: timeoutMs }).catch(() => undefined);
    return { kind: "page", url, title: "" } as const;
  }
  await page.goto(url, { waitUntil: until === "networkidle" ? "networkidle2" : until, timeout: timeoutMs });
  return { kind: "page", url: page.url(), title: await page.title() } as const;
}

/** An expression, or the body of a function; promises are waited for. */
async function evaluate(
  { cdp }: Stage,
  { script, timeoutMs }: Extract<ControlAction, { kind: "evaluate" }>,
): Promise<ControlResult> {
  const asked = { returnByValue: true, awaitPromise: true, userGesture: true, timeout: timeoutMs };
  const run = (expression: string) => cdp.send("Runtime.evaluate", { ...asked, expression });
  let answer = await run(script);
  const failure = answer.exceptionDetails?.exception?.description ?? answer.exceptionDetails?.text;
  // `return` has no place in an expression.
  if (failure?.startsWith("SyntaxError: Illegal return statement") === true) {
    answer = await run(`(async () => {\n${script}\n})()`);
  }
  const { result, exceptionDetails } = answer;
  if (exceptionDetails !== undefined) {
    throw new ControlError("rejected", exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  const value: unknown = result.value ?? result.unserializableValue ?? null;
  if (JSON.stringify(value).length > MOST_RESULT_UNITS) {
    throw new ControlError("rejected", `the result is larger than ${MOST_RESULT_UNITS} characters`);
  }
  return { kind: "value", value };
}

async function look(
  page: Page,
  action: Extract<ControlAction, { kind: "extract" | "waitFor" | "screenshot" }>,
): Promise<ControlResult> {
  switch (action.kind) {
    case "extract": {
      const { selector, maxLength } = action;
      const property = action.as === "html" ? "outerHTML" : "innerText";
      const texts = await page.$$eval(
        selector,
        (found: readonly unknown[], property: string, most: number) =>
          found.slice(0, 1000).map((each) => {
            const shown = each as Readonly<Record<string, string | undefined>>;
            return (shown[property] ?? shown["textContent"] ?? "").slice(0, most);
          }),
        property,
        maxLength,
      );
      return { kind: "texts", texts };
    }
    case "waitFor":
      await findElement(page, { selector: action.selector, index: 0, timeoutMs: action.timeoutMs });
      return DONE;
    case "screenshot": {
      const { selector, fullPage } = action;
      const bytes = selector === null ? await page.screenshot({ fullPage }) : await screenshotOf(page, selector);
      return { kind: "file", bytes: new Uint8Array(bytes), contentType: "image/png" };
    }
    default:
      return action satisfies never;
  }
}

async function screenshotOf(page: Page, selector: string) {
  const found = await page.$(selector);
  if (found === null) throw new ControlError("rejected", `nothing matches ${selector}`);
  return found.screenshot();
}

async function useClipboard(
  { cdp, clipboard }: Stage,
  action: Extract<ControlAction, { kind: "readClipboard" | "writeClipboard" | "copy" | "paste" }>,
): Promise<ControlResult> {
  if (clipboard.targets.sharesBrowser) {
    throw new ControlError("rejected", "sessions of this deployment share a browser, and with it one clipboard");
  }
  const press = async ({ keyCode, ...key }: (typeof CLIPBOARD_KEYS)["copy"]): Promise<void> => {
    const what = { ...key, windowsVirtualKeyCode: keyCode };
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...what });
    await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...what });
  };
  switch (action.kind) {
    case "readClipboard":
      return { kind: "text", text: await readClipboard(clipboard) };
    case "writeClipboard":
      await writeClipboard(clipboard, action.text);
      return DONE;
    case "copy":
      await press(CLIPBOARD_KEYS.copy);
      return { kind: "text", text: await readClipboard(clipboard) };
    case "paste":
      if (action.text !== null) await writeClipboard(clipboard, action.text);
      await press(CLIPBOARD_KEYS.paste);
      return DONE;
    default:
      return action satisfies never;
  }
}

type InputAction = Extract<
  ControlAction,
  { kind: "click" | "mouse" | "drag" | "wheel" | "scroll" | "type" | "fill" | "shortcut" }
>;

async function act({ page, cdp }: Stage, action: InputAction): Promise<void> {
  switch (action.kind) {
    case "click":
      return click(page, action);
    case "mouse": {
      const { event, at, button } = action;
      if (event === "move") return page.mouse.move(at.x, at.y);
      // Not Puppeteer's: it refuses to let go of a button that it has not pressed itself.
      const pressed = { x: at.x, y: at.y, button, clickCount: 1 };
      const type = event === "down" ? "mousePressed" : "mouseReleased";
      await cdp.send("Input.dispatchMouseEvent", { type, ...pressed, buttons: event === "down" ? BITS[button] : 0 });
      return;
    }
    case "drag":
      return drag(page, action);
    case "wheel":
      return wheel(page, action);
    case "scroll":
      await page.evaluate(scrollScript(action.direction, action.amount));
      return;
    case "type":
      return page.keyboard.type(action.text, { delay: action.delayMs });
    case "fill":
      return fill(page, action);
    case "shortcut":
      return shortcut(page, action);
    default:
      return action satisfies never;
  }
}

const BITS = { left: 1, right: 2, middle: 4 } as const;

const isSelector = (at: Place | PlaceOfSelector): at is PlaceOfSelector => "selector" in at;

async function click(page: Page, { at, button, count }: Extract<ControlAction, { kind: "click" }>): Promise<void> {
  if (!isSelector(at)) return page.mouse.click(at.x, at.y, { button, count });
  const found = await findElement(page, at);
  await found.click({ button, count });
}

async function drag(page: Page, { from, to, button }: Extract<ControlAction, { kind: "drag" }>): Promise<void> {
  const { mouse } = page;
  await mouse.move(from.x, from.y);
  await mouse.down({ button });
  await mouse.move(to.x, to.y, { steps: DRAG_STEPS });
  await mouse.up({ button });
}

async function wheel(page: Page, { at, deltaX, deltaY, steps }: Extract<ControlAction, { kind: "wheel" }>) {
  await page.mouse.move(at.x, at.y);
  for (let left = steps; left > 0; left -= 1) {
    await page.mouse.wheel({ deltaX: deltaX / steps, deltaY: deltaY / steps });
  }
}

function scrollScript(direction: Extract<ControlAction, { kind: "scroll" }>["direction"], amount: number): string {
  switch (direction) {
    case "top":
      return "scrollTo({ top: 0, behavior: 'instant' })";
    case "bottom":
      return "scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })";
    case "up":
    case "down":
      return `scrollBy({ top: ${direction === "down" ? amount : -amount}, behavior: 'instant' })`;
    default:
      return direction satisfies never;
  }
}

async function fill(page: Page, { at, text, clear }: Extract<ControlAction, { kind: "fill" }>): Promise<void> {
  const found = await findElement(page, at);
  await found.focus();
  if (clear) {
    // As a person would: the page sees the selection replaced.
    await found.evaluate((field: unknown) => {
      const { select } = field as { select?: () => void };
      select?.call(field);
    });
    if (text === "") return page.keyboard.press("Backspace");
  }
  await page.keyboard.type(text);
}

async function shortcut(page: Page, { keys, holdMs }: Extract<ControlAction, { kind: "shortcut" }>): Promise<void> {
  const wanted = keysOf(keys);
  const pressed: KeyInput[] = [];
  try {
    for (const key of wanted) {
      await page.keyboard.down(key);
      pressed.unshift(key);
    }
    if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
  } finally {
    for (const key of pressed) await page.keyboard.up(key);
  }
}
