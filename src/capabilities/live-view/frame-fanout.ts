import { FRAME_HEADER_BYTES } from "../../domain/live-view.ts";

/** Somebody who is shown frames. */
export interface FrameTaker {
  sendFrame(frame: Uint8Array): void;
}

export interface CastFrame {
  /** A JPEG, base64. */
  readonly data: string;
  /** Of the viewport that it shows, in CSS pixels. */
  readonly width: number;
  readonly height: number;
}

interface Taker {
  /** Sent and not drawn yet. */
  inFlight: number;
  /** There is a newer frame than the last that it was sent. */
  isBehind: boolean;
}

/** As many as hide the time that a frame takes there and its word takes back. */
const MOST_IN_FLIGHT = 2;

/**
 * One tab's frames for everybody who looks at it. The fastest viewer sets the pace of the browser; a slower one is sent
 * the newest frame whenever it is ready for one, and never waits in a queue of old ones.
 */
export class FrameFanout {
  readonly #takers = new Map<FrameTaker, Taker>();
  readonly #onReady: () => void;
  #latest: Uint8Array | undefined;
  #count = 0;
  #isWaiting = false;

  /** @param onReady hears, for every frame, when the browser may send another one. */
  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  get isEmpty(): boolean {
    return this.#takers.size === 0;
  }

  /** Somebody has come; the present picture is sent at once. */
  add(taker: FrameTaker): void {
    const state = { inFlight: 0, isBehind: true };
    this.#takers.set(taker, state);
    this.#catchUp(taker, state);
  }

  remove(taker: FrameTaker): void {
    this.#takers.delete(taker);
    this.#goOn();
  }

  /** @returns whether the browser has to wait for its word. */
  frame(frame: CastFrame): boolean {
    this.#count += 1;
    this.#latest = encode(this.#count, frame);
    for (const [taker, state] of this.#takers) {
      state.isBehind = true;
      this.#catchUp(taker, state);
    }
    this.#isWaiting = true;
    this.#goOn();
    return this.#isWaiting;
  }

  /** A viewer has drawn a frame. */
  drawn(taker: FrameTaker): void {
    const state = this.#takers.get(taker);
    if (state === undefined || state.inFlight === 0) return;
    state.inFlight -= 1;
    this.#catchUp(taker, state);
    this.#goOn();
  }

  #catchUp(taker: FrameTaker, state: Taker): void {
    if (!state.isBehind || this.#latest === undefined || state.inFlight >= MOST_IN_FLIGHT) return;
    state.isBehind = false;
    state.inFlight += 1;
    taker.sendFrame(this.#latest);
  }

  #goOn(): void {
    if (!this.#isWaiting || ![...this.#takers.values()].some(({ inFlight }) => inFlight < MOST_IN_FLIGHT)) return;
    this.#isWaiting = false;
    this.#onReady();
  }
}

function encode(number: number, { data, width, height }: CastFrame): Uint8Array {
  const jpeg = Uint8Array.fromBase64(data);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + jpeg.length);
  const header = new DataView(frame.buffer);
  header.setUint32(0, number, true);
  header.setFloat32(4, width, true);
  header.setFloat32(8, height, true);
  frame.set(jpeg, FRAME_HEADER_BYTES);
  return frame;
}
