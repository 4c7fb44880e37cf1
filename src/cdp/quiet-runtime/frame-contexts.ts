import { contextOfObject, describeContext, type QuietPort } from "./quiet-port.ts";

interface FrameState {
  /** Grows with every document: answers about an earlier one are dropped. */
  generation: number;
  origin: string;
  /** Contexts that the client knows, by their world; `""` is the page's own. */
  readonly contexts: Map<string, number>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface FrameNode {
  readonly frame: { readonly id: string; readonly securityOrigin: string };
  readonly childFrames?: readonly FrameNode[];
}

/** Objects that lookups leave in the page, to be let go together. */
const LOOKUP_GROUP = "lookup";
/** Between a document's commit and its event, its contexts cannot be asked for: waits in milliseconds. */
const RETRY_WAITS_MS = [5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/**
 * The execution contexts of one client session's frames, found without `Runtime.enable`: a page notices that, because
 * it makes V8 describe whatever the page logs. A remote object's id names its context, and asking for one leaves
 * nothing behind.
 */
export class FrameContexts {
  /** The page's own context in the frame that the session stands for. */
  mainContext: number | undefined;
  #mainFrame: string | undefined;
  readonly #port: QuietPort;
  readonly #frames = new Map<string, FrameState>();
  /** Worlds that the client makes in every document. */
  readonly #worlds = new Set<string>();
  readonly #onMain: () => void;

  /** @param onMain hears when the page's own context of the main frame is known. */
  constructor(port: QuietPort, onMain: () => void) {
    this.#port = port;
    this.#onMain = onMain;
  }

  /** Tells the client of all that there is. */
  start(root: FrameNode): void {
    this.#frames.clear();
    this.#mainFrame = root.frame.id;
    this.#walk(root);
  }

  #walk({ frame, childFrames = [] }: FrameNode): void {
    this.#document(frame.id, frame.securityOrigin);
    for (const child of childFrames) this.#walk(child);
  }

  /** The client makes a world of this name in every document to come. */
  addWorld(name: string): void {
    this.#worlds.add(name);
  }

  /** The client made a world in one frame. */
  worldMade({ frameId, name, id }: { frameId: string; name: string; id: number }): void {
    const frame = this.#frames.get(frameId);
    if (frame) this.#announce(frameId, frame, { name, id });
  }

  /** Before the client hears of a navigation: what was in the frame has ended. */
  leaving(frameId: string): void {
    const frame = this.#frames.get(frameId);
    if (frame === undefined) return;
    frame.generation += 1;
    if (frameId === this.#mainFrame) {
      this.mainContext = undefined;
      for (const { contexts } of this.#frames.values()) contexts.clear();
      this.#port.emit("Runtime.executionContextsCleared", {});
      return;
    }
    for (const id of frame.contexts.values()) {
      this.#port.emit("Runtime.executionContextDestroyed", { executionContextId: id, executionContextUniqueId: "" });
    }
    frame.contexts.clear();
  }

  /** After it: what is in it now is looked for. */
  arrived(frameId: string, origin: string): void {
    this.#document(frameId, origin);
  }

  detached(frameId: string): void {
    this.leaving(frameId);
    this.#frames.delete(frameId);
  }

  #document(frameId: string, origin: string): void {
    const frame = this.#frames.get(frameId) ?? { generation: 0, origin, contexts: new Map<string, number>() };
    frame.generation += 1;
    frame.origin = origin;
    this.#frames.set(frameId, frame);
    void this.#look(frameId, frame);
  }

  async #look(frameId: string, frame: FrameState): Promise<void> {
    const { generation } = frame;
    const isCurrent = (): boolean => this.#frames.get(frameId) === frame && frame.generation === generation;
    for (const wait of RETRY_WAITS_MS) {
      if (!isCurrent()) return;
      try {
        return await this.#announceAll(frameId, frame, isCurrent);
      } catch {
        // The frame is on its way somewhere else, or gone: its events say which.
        await pause(wait);
      }
    }
  }

  async #announceAll(frameId: string, frame: FrameState, isCurrent: () => boolean): Promise<void> {
    const main = await this.#mainWorldOf(frameId);
    if (!isCurrent()) return;
    this.#announce(frameId, frame, { name: "", id: main });
    for (const name of this.#worlds) {
      const id = await this.#worldOf(frameId, name);
      if (!isCurrent()) return;
      this.#announce(frameId, frame, { name, id });
    }
  }

  #announce(frameId: string, frame: FrameState, { name, id }: { name: string; id: number }): void {
    if (frame.contexts.get(name) === id) return;
    frame.contexts.set(name, id);
    const isDefault = name === "";
    const auxData = { isDefault, type: isDefault ? "default" : "isolated", frameId };
    this.#port.emit("Runtime.executionContextCreated", describeContext({ id, origin: frame.origin, name, auxData }));
    if (!isDefault || frameId !== this.#mainFrame) return;
    this.mainContext = id;
    this.#onMain();
  }

  /** `createIsolatedWorld` answers the world that is there, if it is. */
  async #worldOf(frameId: string, worldName: string): Promise<number> {
    const params = { frameId, worldName, grantUniveralAccess: true };
    return (await this.#port.send("Page.createIsolatedWorld", params)).executionContextId;
  }

  /**
   * The main frame's is where evaluation happens by default. Another frame's is reached over its document: a node may
   * be resolved into the page's own world from any other.
   */
  async #mainWorldOf(frameId: string): Promise<number> {
    const { send } = this.#port;
    if (frameId === this.#mainFrame) {
      const { result } = await send("Runtime.evaluate", { expression: "this", objectGroup: LOOKUP_GROUP });
      return this.#release(result.objectId);
    }
    const contextId = await this.#worldOf(frameId, [...this.#worlds][0] ?? LOOKUP_GROUP);
    const inWorld = { expression: "document", contextId, objectGroup: LOOKUP_GROUP };
    const { result } = await send("Runtime.evaluate", inWorld);
    const { node } = await send("DOM.describeNode", result.objectId === undefined ? {} : { objectId: result.objectId });
    const resolve = { backendNodeId: node.backendNodeId, objectGroup: LOOKUP_GROUP };
    return this.#release((await send("DOM.resolveNode", resolve)).object.objectId);
  }

  #release(objectId: string | undefined): number {
    // The page may have gone, and its objects with it.
    this.#port.send("Runtime.releaseObjectGroup", { objectGroup: LOOKUP_GROUP }).catch(() => undefined);
    return contextOfObject(objectId);
  }
}
