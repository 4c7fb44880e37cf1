import type { FrameTree, KnownFrame } from "../../cdp/frame-tree.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";

type Send = GatedTarget["send"];

/** What became of text that was to go where the cursor is. */
export type Insertion = "inserted" | "moved" | "uneditable";

/** Frames within frames; more of them nobody types into. */
const DEEPEST = 16;

const ACTIVE = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return /^(iframe|frame)$/.test(active?.localName ?? "") ? active : location.href;
})()`;

/** Checks and inserts in one go: a document that has been left meanwhile gets nothing. */
const INSERT = `function (origin, value) {
  if (location.origin !== origin) return "moved";
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  // What has lost the cursor may still have the selection.
  if (!active || !(active.isContentEditable || /^(input|textarea)$/.test(active.localName))) return "uneditable";
  return document.execCommand("insertText", false, value) ? "inserted" : "uneditable";
}`;

/** The document of a page that has the cursor, in whatever frame that is. */
export class FocusedDocument {
  readonly url: string;
  readonly #send: Send;
  readonly #contextId: number;

  private constructor(url: string, send: Send, contextId: number) {
    this.url = url;
    this.#send = send;
    this.#contextId = contextId;
  }

  /**
   * Asked in worlds of their own, which pages do not see.
   *
   * @returns `undefined` where there is none that may be asked.
   */
  static async find(frames: Pick<FrameTree, "find">, pageId: string): Promise<FocusedDocument | undefined> {
    let frame = frames.find(pageId);
    for (let depth = 0; frame !== undefined && depth < DEEPEST; depth += 1) {
      const within: FocusedDocument | string | undefined = await FocusedDocument.#lookInto(frame);
      if (typeof within !== "string") return within;
      frame = frames.find(within);
    }
    return undefined;
  }

  /** The frame's document, or the id of the frame in it that has the cursor. */
  static async #lookInto({ id: frameId, target }: KnownFrame): Promise<FocusedDocument | string | undefined> {
    const { send } = target;
    const { executionContextId: contextId } = await send("Page.createIsolatedWorld", { frameId, worldName: "" });
    const { result } = await send("Runtime.evaluate", { expression: ACTIVE, contextId, silent: true });
    if (typeof result.value === "string") return new FocusedDocument(result.value, send, contextId);
    if (result.objectId === undefined) return undefined;
    return (await send("DOM.describeNode", { objectId: result.objectId })).node.frameId;
  }

  /**
   * Puts text where the cursor is, as if it were typed. It goes to this document, or nowhere.
   *
   * @throws CdpCommandError when the document has gone.
   */
  async insert(text: string): Promise<Insertion> {
    const { result } = await this.#send("Runtime.callFunctionOn", {
      functionDeclaration: INSERT,
      executionContextId: this.#contextId,
      arguments: [{ value: new URL(this.url).origin }, { value: text }],
      returnByValue: true,
      silent: true,
    });
    return (result.value as Insertion | undefined) ?? "uneditable";
  }
}
