import type { FrameTree, KnownFrame } from "../../cdp/frame-tree.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";
import type { Blocklist, PageFeatures } from "./blocklist.ts";
import { FEATURE_SCRIPT } from "./feature-script.ts";

const DOCUMENTS: ReadonlySet<string> = new Set(["page", "iframe"]);
const NEXT = "function () { return this.next(); }";
/** Longer than any document lives: the answer comes when the document has something new. */
const DAY_MS = 24 * 60 * 60 * 1000;

export interface HiddenElementsOptions {
  readonly lists: readonly Blocklist[];
  readonly frames: FrameTree;
}

/**
 * Hides what filter lists name in documents: ad slots, consent banners. The browser itself holds the style sheets, as
 * DevTools would: no page finds them in `document.styleSheets`.
 */
export class HiddenElements implements TargetObserver {
  readonly readsNetwork = false;
  readonly #lists: readonly Blocklist[];

  constructor({ lists, frames }: HiddenElementsOptions) {
    this.#lists = lists;
    frames.onDocument((frame) => void this.#hideIn(frame));
  }

  setUp({ info, send }: GatedTarget): readonly Promise<unknown>[] {
    if (!DOCUMENTS.has(info.type)) return [];
    const commands = [send("DOM.enable", {}), send("CSS.enable", undefined)];
    // A target that closes meanwhile has nothing to hide.
    return commands.map((command) => command.catch(() => undefined));
  }

  handle(): void {
    // Documents are told of by the frame tree.
  }

  gone(): void {
    // Its style sheets go with it.
  }

  /** Whatever fails does so because the document has gone; the next one is a new beginning. */
  async #hideIn(frame: KnownFrame): Promise<void> {
    if (!/^https?:/.test(frame.url)) return;
    try {
      const sheet = new StyleSheet(frame);
      await sheet.add(this.#css((list) => list.cssFor(frame.url)));
      await this.#follow(frame, sheet);
    } catch {
      // Nobody is there to see what was to be hidden.
    }
  }

  /** Most rules are for any site, and say what an element is called: they are looked up as names turn up. */
  async #follow({ id: frameId, url, target: { send } }: KnownFrame, sheet: StyleSheet): Promise<void> {
    const { executionContextId: contextId } = await send("Page.createIsolatedWorld", { frameId, worldName: "" });
    const { result: watch } = await send("Runtime.evaluate", { expression: FEATURE_SCRIPT, contextId, silent: true });
    if (watch.objectId === undefined) return;
    const asking = { functionDeclaration: NEXT, objectId: watch.objectId, awaitPromise: true, returnByValue: true };
    for (;;) {
      const { result } = await send("Runtime.callFunctionOn", { ...asking, silent: true }, { timeoutMs: DAY_MS });
      const features = result.value as PageFeatures | undefined;
      if (features === undefined) return;
      await sheet.add(this.#css((list) => list.cssForFeatures(url, features)));
    }
  }

  #css(of: (list: Blocklist) => string): string {
    return this.#lists.map(of).join("");
  }
}

/** One sheet a document, made when there is something to hide. */
class StyleSheet {
  readonly #frame: KnownFrame;
  #id: string | undefined;
  #text = "";

  constructor(frame: KnownFrame) {
    this.#frame = frame;
  }

  async add(css: string): Promise<void> {
    if (css === "") return;
    const { id: frameId, target } = this.#frame;
    this.#text += `${css}\n`;
    this.#id ??= (await target.send("CSS.createStyleSheet", { frameId, force: true })).styleSheetId;
    await target.send("CSS.setStyleSheetText", { styleSheetId: this.#id, text: this.#text });
  }
}
