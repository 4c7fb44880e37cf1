import type { Protocol } from "devtools-protocol";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { Frame } from "../../domain/recording.ts";

export interface ScreencastOptions {
  /** Pixels of the longer side; what is larger is made smaller. */
  readonly maxSide: number;
  /** Of JPEG, 0 to 100. */
  readonly quality: number;
  /** Between two frames; Chromium sends the next one when the last is acknowledged. */
  readonly intervalMs: number;
  readonly onFrame: (frame: Frame) => void;
}

const EVENT = "Page.screencastFrame";
/** In the moment of a change of process there is nothing to film. */
const RETRY_MS = 250;
const RETRIES = 20;

/** Films one tab at a time. A client's own screencast of the tab does not notice. */
export class Screencast {
  readonly #options: ScreencastOptions;
  #target: GatedTarget | undefined;
  /** Whoever takes a screenshot makes the browser draw, and so does nothing at all now and then. */
  #last = "";

  constructor(options: ScreencastOptions) {
    this.#options = options;
  }

  /** From now on this tab; its present state is the first frame. `undefined` films nothing. */
  follow(target: GatedTarget | undefined): void {
    const before = this.#target;
    if (before?.sessionId === target?.sessionId) return;
    this.#target = target;
    this.#last = "";
    before?.send("Page.stopScreencast", undefined).catch(() => undefined);
    if (target !== undefined) void this.#start(target, RETRIES);
  }

  async #start(target: GatedTarget, retries: number): Promise<void> {
    if (this.#target !== target) return;
    const { maxSide, quality } = this.#options;
    const size = { maxWidth: maxSide, maxHeight: maxSide };
    try {
      await target.send("Page.startScreencast", { format: "jpeg", quality, ...size });
    } catch {
      if (retries > 0) setTimeout(() => void this.#start(target, retries - 1), RETRY_MS);
    }
  }

  handle(target: GatedTarget, method: string, params: unknown): void {
    if (method !== EVENT) return;
    const { data, metadata, sessionId } = params as Protocol.Page.ScreencastFrameEvent;
    const acknowledge = (): void => void this.#acknowledge(target, sessionId);
    setTimeout(acknowledge, this.#options.intervalMs);
    const { timestamp } = metadata;
    if (this.#target !== target || timestamp === undefined || data === this.#last) return;
    this.#last = data;
    this.#options.onFrame({ at: Math.round(timestamp * 1000), tab: target.info.targetId, data });
  }

  async #acknowledge({ send }: GatedTarget, sessionId: number): Promise<void> {
    try {
      await send("Page.screencastFrameAck", { sessionId });
    } catch {
      // The tab has closed.
    }
  }
}
