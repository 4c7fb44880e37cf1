import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { Clock } from "../../domain/clock.ts";

/** An image of a tab, to be kept. */
export interface TakenScreenshot {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly tab: string;
  /** JPEG in base64. */
  readonly data: string;
}

export interface ScreenshotsOptions {
  readonly clock: Clock;
  /** Between two images of a page that changes. */
  readonly intervalMs: number;
  readonly onTaken: (taken: TakenScreenshot) => void;
}

const QUALITY = 70;
const LIMIT_MS = 5000;

/** Takes an image of every page that has loaded, and of the tab in use now and then while it changes. */
export class Screenshots {
  readonly #options: ScreenshotsOptions;
  #takenAt = -Infinity;
  #changed: GatedTarget | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #taking = new Set<Promise<void>>();

  constructor(options: ScreenshotsOptions) {
    this.#options = options;
  }

  /** At once: of a page that is just being left, the image before may never come. */
  take(target: GatedTarget): void {
    const taking = this.#capture(target);
    this.#taking.add(taking);
    void taking.then(() => this.#taking.delete(taking));
  }

  /** Something in the tab looks different. */
  changed(target: GatedTarget): void {
    this.#changed = target;
    if (this.#timer !== undefined) return;
    const due = this.#takenAt + this.#options.intervalMs - this.#options.clock.now();
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, due));
  }

  /** The end of the recording: the last change is not lost. */
  async drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#tick();
    await Promise.all(this.#taking);
  }

  #tick(): void {
    this.#timer = undefined;
    const target = this.#changed;
    this.#changed = undefined;
    if (target !== undefined) this.take(target);
  }

  async #capture({ info, send }: GatedTarget): Promise<void> {
    const { clock, onTaken } = this.#options;
    const at = clock.now();
    this.#takenAt = at;
    this.#changed = undefined;
    try {
      const how = { format: "jpeg" as const, quality: QUALITY, optimizeForSpeed: true };
      const { data } = await send("Page.captureScreenshot", how, { timeoutMs: LIMIT_MS });
      onTaken({ at, tab: info.targetId, data });
    } catch {
      // The tab has closed, has crashed, or a dialog keeps it from drawing.
    }
  }
}
