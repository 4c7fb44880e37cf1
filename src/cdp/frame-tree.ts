import type { Protocol } from "devtools-protocol";
import type { PausedRequest } from "./fetch-broker.ts";
import type { GatedTarget } from "./target-gate.ts";
import type { TargetObserver } from "./target-observer.ts";

const DOCUMENTS: ReadonlySet<string> = new Set(["page", "iframe"]);

/** A frame that a page shows, with the document that is in it. */
export interface KnownFrame {
  readonly id: string;
  /** Of the frame around it; `undefined` for a page's main frame. */
  readonly parentId: string | undefined;
  readonly url: string;
  /** The target that its document runs in. */
  readonly target: GatedTarget;
}

/**
 * The address of the document that asks for something: of what a frame is to show, the one around it. `""` where no
 * document is known.
 */
export function askingUrl(
  frames: Pick<FrameTree, "find">,
  { frameId, resourceType }: Pick<PausedRequest, "frameId" | "resourceType">,
): string {
  const frame = frames.find(frameId);
  const around = resourceType === "Document" ? frame?.parentId : undefined;
  return (around === undefined ? frame : frames.find(around))?.url ?? "";
}

/** Hears of documents as they come. */
export type DocumentListener = (frame: KnownFrame) => void;

/** Which documents the session's frames show, as the gate's own sessions tell. */
export class FrameTree implements TargetObserver {
  readonly readsNetwork = false;
  readonly #frames = new Map<string, KnownFrame>();
  readonly #listeners = new Set<DocumentListener>();

  /** The frame, while a document of it is known. */
  find(frameId: string): KnownFrame | undefined {
    return this.#frames.get(frameId);
  }

  /** All frames of a page, its main one among them. */
  ofPage(pageId: string): readonly KnownFrame[] {
    return [...this.#frames.values()].filter(({ target }) => target.pageId === pageId);
  }

  /** Hears of every document that a frame shows from now on, once the browser has committed to it. */
  onDocument(listener: DocumentListener): void {
    this.#listeners.add(listener);
  }

  setUp(target: GatedTarget): readonly Promise<unknown>[] {
    const { info, send } = target;
    if (!DOCUMENTS.has(info.type)) return [];
    const commands = [send("Page.enable", undefined)];
    // What was there before; of a new target events tell all.
    if (info.url !== "" && info.url !== "about:blank") {
      commands.push(send("Page.getFrameTree", undefined).then(({ frameTree }) => this.#noteTree(target, frameTree)));
    }
    // A target that closes meanwhile has no frames.
    return commands.map((command) => command.catch(() => undefined));
  }

  handle(target: GatedTarget, method: string, params: unknown): void {
    if (method === "Page.frameNavigated") this.#note(target, (params as Protocol.Page.FrameNavigatedEvent).frame);
    if (method !== "Page.frameDetached") return;
    const { frameId, reason } = params as Protocol.Page.FrameDetachedEvent;
    // A frame that only changes its renderer is told of by its new one.
    if (reason === "remove") this.#frames.delete(frameId);
  }

  gone(target: GatedTarget): void {
    for (const frame of this.#frames.values()) if (frame.target === target) this.#frames.delete(frame.id);
  }

  #noteTree(target: GatedTarget, { frame, childFrames = [] }: Protocol.Page.FrameTree): void {
    this.#note(target, frame);
    for (const child of childFrames) this.#noteTree(target, child);
  }

  #clear(frameId: string): void {
    for (const { id, parentId } of this.#frames.values()) {
      if (parentId !== frameId) continue;
      this.#clear(id);
      this.#frames.delete(id);
    }
  }

  #note(target: GatedTarget, { id, parentId, url }: Protocol.Page.Frame): void {
    // What was inside its last document has gone with it, told of or not.
    this.#clear(id);
    const frame = { id, parentId, url, target };
    this.#frames.set(id, frame);
    for (const listener of this.#listeners) listener(frame);
  }
}
