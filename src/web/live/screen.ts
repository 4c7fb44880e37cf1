import { FRAME_HEADER_BYTES } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of the frame rate that is shown. */
const RATE_WINDOW_MS = 2000;

/** The picture of a tab, as large as there is room for. */
export class Screen {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #onDrawn: (frame: number) => void;
  /** Of the tab's viewport, in its CSS pixels. */
  #viewport = { width: 1440, height: 900 };
  /** Counts the tabs that were shown: pictures of an earlier one may still be on their way to the screen. */
  #tab = 0;
  #isStale = false;
  #drawnAt: readonly number[] = [];
  #last: Promise<void> = Promise.resolve();

  /** @param onDrawn hears of every frame that is on the screen. */
  constructor(onDrawn: (frame: number) => void) {
    this.#onDrawn = onDrawn;
    this.canvas = element("canvas", { class: "screen", "data-testid": "screen" });
    this.#context = this.canvas.getContext("2d", { alpha: false });
    this.root = element("div", { class: "stage" }, this.canvas);
    new ResizeObserver(() => this.#fit()).observe(this.root);
  }

  /** Device pixels that there are for the picture. */
  get room(): { readonly width: number; readonly height: number } {
    const { clientWidth, clientHeight } = this.root;
    const scale = devicePixelRatio;
    return {
      width: Math.max(1, Math.round(clientWidth * scale)),
      height: Math.max(1, Math.round(clientHeight * scale)),
    };
  }

  /** What is on the screen is another tab's: nobody can mean a place in the one that is to come. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** From now on frames are another tab's. */
  expectOther(): void {
    this.#tab += 1;
    this.#setStale(true);
  }

  #setStale(isStale: boolean): void {
    this.#isStale = isStale;
    this.root.classList.toggle("stale", isStale);
  }

  /** Frames a second, of late. */
  get rate(): number {
    const now = performance.now();
    this.#drawnAt = this.#drawnAt.filter((at) => at > now - RATE_WINDOW_MS);
    return (this.#drawnAt.length * 1000) / RATE_WINDOW_MS;
  }

  /** Draws frames in their order. */
  show(message: ArrayBuffer): void {
    const tab = this.#tab;
    this.#last = this.#last.then(async () => {
      await this.#draw(message);
      if (tab === this.#tab && this.#isStale) this.#setStale(false);
    });
  }

  /** Where on the tab's viewport a point of the window is. */
  toTab({ x, y }: Point): Point {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.#viewport;
    const inside = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most - 1));
    return {
      x: Math.round(inside(((x - box.left) / box.width) * width, width) * 100) / 100,
      y: Math.round(inside(((y - box.top) / box.height) * height, height) * 100) / 100,
    };
  }

  /** Where in the window a point of the tab's viewport is. */
  toWindow({ x, y }: Point): Point {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.#viewport;
    return { x: box.left + (x / width) * box.width, y: box.top + (y / height) * box.height };
  }

  async #draw(message: ArrayBuffer): Promise<void> {
    const header = new DataView(message);
    const frame = header.getUint32(0, true);
    const viewport = { width: header.getFloat32(4, true), height: header.getFloat32(8, true) };
    try {
      const picture = await createImageBitmap(new Blob([new Uint8Array(message, FRAME_HEADER_BYTES)]));
      const isResized = this.canvas.width !== picture.width || this.canvas.height !== picture.height;
      if (isResized) Object.assign(this.canvas, { width: picture.width, height: picture.height });
      this.#context?.drawImage(picture, 0, 0);
      picture.close();
      const hasChanged = viewport.width !== this.#viewport.width || viewport.height !== this.#viewport.height;
      this.#viewport = viewport;
      if (isResized || hasChanged) this.#fit();
    } catch {
      // A frame that cannot be read is followed by others.
    }
    this.#drawnAt = [...this.#drawnAt, performance.now()];
    this.#onDrawn(frame);
  }

  #fit(): void {
    const { clientWidth, clientHeight } = this.root;
    const { width, height } = this.#viewport;
    const scale = Math.min(clientWidth / width, clientHeight / height);
    this.canvas.style.width = `${Math.floor(width * scale)}px`;
    this.canvas.style.height = `${Math.floor(height * scale)}px`;
  }
}
