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
/** A page that is drawn this often in a second is animated; others may have what they ask for. */
const MOST_AT_ONCE = 4;
const SECOND_MS = 1000;

/**
 * Films one tab at a time. A client's own screencast of the tab does not notice.
 *
 * Chromium sends a few frames without a word of ours, and forgets those that it may not send, the last one of an
 * animation too. So animated pages are kept waiting for that word, and asked how they look when they have come to rest.
 */
export class Screencast {
  readonly #options: ScreencastOptions;
  #target: GatedTarget | undefined;
  /** Whoever takes a screenshot makes the browser draw, and so does nothing at all now and then. */
  #last = "";
  /** Frames that Chromium waits for a word on, the oldest first. */
  #unacknowledged: { readonly target: GatedTarget; readonly sessionId: number }[] = [];
  /** When the frames of the last second were drawn; epoch milliseconds of the browser's clock, as all times here. */
  #drawnAt: readonly number[] = [];
  #isWaiting = false;
  /** The newest picture of those that came too soon after another. */
  #held: Frame | undefined;
  #shownAt = -Infinity;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ScreencastOptions) {
    this.#options = options;
  }

  /** From now on this tab; its present state is the first frame. `undefined` films nothing. */
  follow(target: GatedTarget | undefined): void {
    const before = this.#target;
    if (before?.sessionId === target?.sessionId) return;
    this.#target = target;
    this.#last = "";
    this.flush();
    // The first picture of another tab is not held back.
    this.#shownAt = -Infinity;
    clearTimeout(this.#resting);
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
    const at = Math.round((metadata.timestamp ?? 0) * 1000);
    this.#answer(target, sessionId, at);
    if (this.#target !== target || at === 0 || data === this.#last) return;
    this.#last = data;
    this.#take({ at, tab: target.info.targetId, data });
  }

  #answer(target: GatedTarget, sessionId: number, at: number): void {
    this.#drawnAt = [...this.#drawnAt.filter((each) => each > at - SECOND_MS), at];
    clearTimeout(this.#resting);
    if (this.#drawnAt.length <= MOST_AT_ONCE && this.#unacknowledged.length === 0) {
      void this.#acknowledge(target, sessionId);
    } else this.#unacknowledged.push({ target, sessionId });
    this.#wait();
  }

  /** No more than one in the interval; of those that come sooner the last one counts. */
  #take(frame: Frame): void {
    if (frame.at - this.#shownAt < this.#options.intervalMs) {
      this.#held = frame;
      return;
    }
    this.#held = undefined;
    this.#shownAt = frame.at;
    this.#options.onFrame(frame);
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      this.flush();
      const next = this.#unacknowledged.shift();
      if (next === undefined) return;
      void this.#acknowledge(next.target, next.sessionId);
      if (this.#unacknowledged.length > 0) this.#wait();
      else this.#resting = setTimeout(() => this.#lookAgain(next.target), 2 * this.#options.intervalMs);
    }, this.#options.intervalMs);
  }

  /** A screencast begins with the page as it is. */
  #lookAgain(target: GatedTarget): void {
    if (this.#target !== target) return;
    target.send("Page.stopScreencast", undefined).catch(() => undefined);
    void this.#start(target, RETRIES);
  }

  /** Hands over the picture that is held back, if there is one. */
  flush(): void {
    const frame = this.#held;
    this.#held = undefined;
    if (frame === undefined) return;
    this.#shownAt = frame.at;
    this.#options.onFrame(frame);
  }

  async #acknowledge({ send }: GatedTarget, sessionId: number): Promise<void> {
    try {
      await send("Page.screencastFrameAck", { sessionId });
    } catch {
      // The tab has closed.
    }
  }
}
