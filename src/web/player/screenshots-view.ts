import { element } from "../page-kit/elements.ts";
import { clockTime } from "./format.ts";
import type { Playback } from "./playback.ts";
import { addressOf, type Screenshot } from "./recording.ts";

/** The screenshots of a recording; the one of the moment is marked. */
export class ScreenshotsView {
  readonly root: HTMLElement;
  readonly #thumbnails: readonly HTMLElement[];
  #current = -1;

  constructor(screenshots: readonly Screenshot[], startedAt: number, playback: Playback) {
    this.#thumbnails = screenshots.map(({ n, at, url }) => {
      const time = clockTime(at - startedAt, { tenths: true });
      const image = element("img", { src: addressOf(`screenshots/${n}`), loading: "lazy", alt: `${url} at ${time}` });
      const seek = (): void => playback.seek(at - startedAt);
      const caption = element("span", {}, element("b", {}, time), ` ${url}`);
      return element("button", { type: "button", class: "shot", "data-testid": "shot", click: seek }, image, caption);
    });
    this.root = element("section", { class: "pane shots" }, ...this.#thumbnails);
    playback.onChange(({ timeMs, isPlaying }) => {
      const current = screenshots.findLastIndex(({ at }) => at - startedAt <= timeMs);
      if (current === this.#current) return;
      this.#thumbnails[this.#current]?.removeAttribute("data-state");
      this.#current = current;
      this.#thumbnails[current]?.setAttribute("data-state", "now");
      if (isPlaying) this.#thumbnails[current]?.scrollIntoView({ block: "nearest" });
    });
  }
}
