import type { Protocol } from "devtools-protocol";
import type { FrameTree, KnownFrame } from "../../cdp/frame-tree.ts";
import type { Injection, StyleInjection } from "../../domain/extension-link.ts";
import { packagePath } from "../../domain/extension-manifest.ts";
import { matchesAny } from "../../domain/match-pattern.ts";
import type { EmulatedExtension } from "./emulated-extension.ts";
import { linkExpression, worldSource } from "./page-code.ts";
import type { Places, Send } from "./places.ts";
import { frameNumber, type TabBook } from "./tab-book.ts";

export interface ScriptInjectionOptions {
  readonly kit: string;
  readonly frames: FrameTree;
  readonly places: Places;
  readonly book: TabBook;
}

/** What a frame's script came to, as `chrome.scripting` answers it. */
interface InjectionResult {
  readonly frameId: number;
  readonly documentId: string;
  readonly result: unknown;
}

/** A script may wait for its page, or for a person. */
const SCRIPT_LIMIT_MS = 10 * 60 * 1000;
const ONCE_PARSED = `document.readyState === "loading" && new Promise((resolve) =>
  document.addEventListener("DOMContentLoaded", () => resolve(), { once: true }))`;
const STYLE = "function (style, isRemoved) { this.style(style, isRemoved); }";

/** Runs what `chrome.scripting` is asked to run, in tabs that clients see. */
export class ScriptInjection {
  readonly #options: ScriptInjectionOptions;

  constructor(options: ScriptInjectionOptions) {
    this.#options = options;
  }

  async run(extension: EmulatedExtension, injection: Injection): Promise<readonly InjectionResult[]> {
    const sources = injection.files?.map((path) => extension.text(path)) ?? [];
    const frames = this.#frames(extension, injection);
    return thereStill(
      frames.map(async (frame) => {
        const value = await this.#runIn(extension, frame, { ...injection, sources });
        const frameId = frameNumber(frame.target.pageId ?? "", frame.id);
        return { frameId, documentId: frame.id, result: value ?? null };
      }),
    );
  }

  async style(extension: EmulatedExtension, injection: StyleInjection): Promise<void> {
    const { css, files = [], isRemoved } = injection;
    const own = files.map((path) => ({
      text: extension.css(path),
      base: `${extension.origin}/${packagePath(path)}`,
    }));
    const styles = css === undefined ? own : [{ text: css, base: `${extension.origin}/` }];
    await thereStill(
      this.#frames(extension, injection).map(async (frame) => {
        const { send } = frame.target;
        const contextId = await this.#world(extension, frame);
        const { result } = await send("Runtime.evaluate", { expression: linkExpression, contextId });
        const { objectId = "" } = result;
        for (const style of styles) {
          const given = [{ value: style }, { value: isRemoved }];
          await send("Runtime.callFunctionOn", { functionDeclaration: STYLE, objectId, arguments: given });
        }
      }),
    );
  }

  /** @throws in Chrome's words, where there is none or it is none of the extension's. */
  #frames(
    { permissions }: EmulatedExtension,
    { tabId, frameIds, allFrames }: Pick<Injection, "tabId" | "frameIds" | "allFrames">,
  ): readonly KnownFrame[] {
    const { pageId } = this.#options.book.pageOf(tabId);
    const all = this.#options.frames.ofPage(pageId);
    const asked = all.filter(({ id }) => {
      const number = frameNumber(pageId, id);
      return allFrames || (frameIds === undefined ? number === 0 : frameIds.includes(number));
    });
    const missing = frameIds?.find((each) => all.every(({ id }) => frameNumber(pageId, id) !== each));
    if (missing !== undefined) throw new Error(`No frame with id ${missing} in tab with id ${tabId}.`);
    const allowed = asked.filter((frame) => matchesAny(permissions, this.#addressOf(frame)));
    if (allowed.length > 0) return allowed;
    const [first] = asked;
    throw new Error(
      /^https?:/.test(first?.url ?? "")
        ? "Cannot access contents of the page. Extension manifest must request permission to access the respective host."
        : `Cannot access contents of url "${first?.url ?? ""}".`,
    );
  }

  /** Blank frames are of the page around them. */
  #addressOf({ url, parentId }: KnownFrame): string {
    const around = parentId === undefined ? undefined : this.#options.frames.find(parentId);
    return /^about:(?:blank|srcdoc)/.test(url) && around !== undefined ? this.#addressOf(around) : url;
  }

  async #runIn(
    extension: EmulatedExtension,
    frame: KnownFrame,
    { world, immediately, func, sources }: Injection & { readonly sources: readonly string[] },
  ): Promise<unknown> {
    const { send } = frame.target;
    const contextId = await this.#world(extension, frame);
    if (!immediately) {
      await send("Runtime.evaluate", { expression: ONCE_PARSED, contextId, awaitPromise: true }, LIMIT);
    }
    const isApart = world === "ISOLATED";
    if (func !== undefined) {
      const call = `(${func.source}\n)(...${func.args})`;
      return isApart ? evaluate(send, call, contextId) : runInPage(frame, contextId, { call });
    }
    let value: unknown;
    for (const script of sources) {
      value = await (isApart ? evaluate(send, script, contextId) : runInPage(frame, contextId, { script }));
    }
    return value;
  }

  /** The extension's world in the document, made where none of its content scripts has. */
  async #world(extension: EmulatedExtension, { id: frameId, url, target }: KnownFrame): Promise<number> {
    const { kit, places } = this.#options;
    const { send, pageId = "" } = target;
    const { executionContextId: contextId } = await send("Page.createIsolatedWorld", {
      frameId,
      worldName: extension.name,
    });
    const has = await send("Runtime.evaluate", { expression: `!!${linkExpression}`, contextId, returnByValue: true });
    if (has.result.value === true) return contextId;
    await send("Runtime.evaluate", { expression: worldSource(extension, kit, true), contextId });
    const find = async () => {
      const { result } = await send("Runtime.evaluate", { expression: linkExpression, contextId });
      return result.objectId === undefined ? undefined : { send, objectId: result.objectId };
    };
    void places.follow({ extension, isForeign: true, url, pageId, frameId }, find());
    return contextId;
  }
}

/** Frames come and go meanwhile. @throws where none of them is left. */
async function thereStill<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(work);
  const [first] = outcomes;
  if (first?.status === "rejected" && outcomes.every(({ status }) => status === "rejected")) throw first.reason;
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

const LIMIT = { timeoutMs: SCRIPT_LIMIT_MS };

async function evaluate(send: Send, expression: string, contextId?: number): Promise<unknown> {
  const how = { awaitPromise: true, returnByValue: true, ...(contextId !== undefined && { contextId }) };
  return valueOf(await send("Runtime.evaluate", { expression, ...how }, LIMIT));
}

/** A call of a function, which comes to something, or a file. */
type PageScript = { readonly call: string } | { readonly script: string };

/** Another frame's own world is reached over its document: a node may be resolved into it from any other. */
async function runInPage({ id, target }: KnownFrame, contextId: number, what: PageScript): Promise<unknown> {
  const { send, info } = target;
  if (id === info.targetId) return evaluate(send, "call" in what ? what.call : what.script);
  const { result: found } = await send("Runtime.evaluate", { expression: "document", contextId });
  const { node } = await send("DOM.describeNode", found.objectId === undefined ? {} : { objectId: found.objectId });
  const { object } = await send("DOM.resolveNode", { backendNodeId: node.backendNodeId });
  // Evaluated text would be the page's policy's to allow.
  const body = "call" in what ? `return ${what.call};` : `;${what.script}\n`;
  const functionDeclaration = `function () { ${body} }`;
  const called = { functionDeclaration, objectId: object.objectId ?? "", awaitPromise: true, returnByValue: true };
  return valueOf(await send("Runtime.callFunctionOn", called, LIMIT));
}

/** What a script throws is its author's to see: Chrome answers nothing of it. */
const valueOf = ({ result, exceptionDetails }: Protocol.Runtime.EvaluateResponse): unknown =>
  exceptionDetails === undefined ? result.value : undefined;
