import type { Page } from "puppeteer-core";
import { BLOCK, COUNTER_BITS, TICK_MS } from "./recording-site.ts";

/** A video in a real browser's own player: what it shows at any time. */
export class VideoPlayer {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** @param url a recording's own link. */
  static async open(page: Page, url: string): Promise<VideoPlayer> {
    // Of the same origin, so that its pictures may be read.
    await page.goto(new URL("/health", url).href);
    await page.evaluate(async (source) => {
      const video = document.createElement("video");
      document.body.replaceChildren(video);
      video.muted = true;
      const loaded = new Promise((resolve, reject) => {
        video.addEventListener("loadeddata", resolve);
        video.addEventListener("error", () => reject(new Error(video.error?.message ?? "the video cannot be played")));
      });
      video.src = source;
      await loaded;
    }, url);
    return new VideoPlayer(page);
  }

  /** Seconds. */
  duration(): Promise<number> {
    return this.#page.evaluate(() => document.querySelector("video")?.duration ?? Number.NaN);
  }

  size(): Promise<readonly [width: number, height: number]> {
    return this.#page.evaluate(() => {
      const { videoWidth = 0, videoHeight = 0 } = document.querySelector("video") ?? {};
      return [videoWidth, videoHeight] as const;
    });
  }

  /** Colours at points of the picture that is shown at a time. Points are in parts of its width and height. */
  async colours(
    seconds: number,
    points: readonly (readonly [x: number, y: number])[],
  ): Promise<readonly (readonly [red: number, green: number, blue: number])[]> {
    return this.#page.evaluate(
      async (time, wanted) => {
        const video = document.querySelector("video");
        const context = new OffscreenCanvas(video?.videoWidth ?? 1, video?.videoHeight ?? 1).getContext("2d");
        if (video === null || context === null) throw new Error("there is no video");
        const seeked = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
        video.currentTime = time;
        await seeked;
        context.drawImage(video, 0, 0);
        return wanted.map(([x, y]) => {
          const [red = 0, green = 0, blue = 0] = context.getImageData(
            Math.floor(x * video.videoWidth),
            Math.floor(y * video.videoHeight),
            1,
            1,
          ).data;
          return [red, green, blue] as const;
        });
      },
      seconds,
      points,
    );
  }

  /** What the counter page showed at a time: epoch milliseconds, as far as its blocks tell. */
  async counter(seconds: number, pageWidth: number): Promise<number> {
    const [width, height] = await this.size();
    const scale = width / pageWidth;
    const points = Array.from({ length: COUNTER_BITS }, (_each, bit) => {
      return [((bit + 0.5) * BLOCK * scale) / width, (BLOCK * scale) / 2 / height] as const;
    });
    const colours = await this.colours(seconds, points);
    const tick = colours.reduce((sum, [red], bit) => sum + (red > 127 ? 2 ** bit : 0), 0);
    return tick * TICK_MS;
  }

  /** How far two moments are apart, one of them known by its counter only; milliseconds. */
  static behind(counted: number, epochMs: number): number {
    const whole = 2 ** COUNTER_BITS * TICK_MS;
    const difference = (epochMs - counted) % whole;
    return difference > whole / 2 ? difference - whole : difference;
  }
}
