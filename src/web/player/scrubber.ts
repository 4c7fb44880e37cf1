import { element } from "../page-kit/elements.ts";
import { clockTime } from "./format.ts";
import type { Playback } from "./playback.ts";

/** Something on the time line, in milliseconds from its start. */
export interface Mark {
  readonly atMs: number;
  readonly kind: "navigation" | "exception" | "screenshot";
  readonly label: string;
}

const RATES = [1, 2, 4, 8];
const STEP_MS = 5000;
/** More than that nobody can tell apart. */
const MOST_MARKS = 400;

/** Play, pause, speed, and where in the recording. */
export class Scrubber {
  readonly root: HTMLElement;
  readonly #playback: Playback;
  readonly #track: HTMLElement;
  readonly #fill = element("i", { class: "fill" });
  readonly #marks = element("span", { class: "marks", "aria-hidden": "true" });
  readonly #play = element("button", { type: "button", class: "play", "data-testid": "play" });
  readonly #time = element("span", { class: "clock", "data-testid": "time" });

  constructor(playback: Playback) {
    this.#playback = playback;
    const range = { role: "slider", tabindex: 0, "aria-label": "Time", "aria-valuemin": 0 };
    const valueMax = Math.round(playback.durationMs);
    this.#track = element(
      "div",
      { ...range, class: "scrubber", "data-testid": "scrubber", "aria-valuemax": valueMax },
      this.#fill,
      this.#marks,
    );
    const rates = RATES.map((rate) => element("option", { value: rate }, `${rate}×`));
    const rate = element("select", { "aria-label": "Speed" }, ...rates);
    rate.addEventListener("change", () => playback.setRate(Number(rate.value)));
    this.#play.addEventListener("click", () => playback.toggle());
    this.root = element("div", { class: "controls" }, this.#play, this.#track, this.#time, rate);
    this.#listen();
    playback.onChange(() => this.#show());
  }

  setMarks(marks: readonly Mark[]): void {
    const { durationMs } = this.#playback;
    const every = Math.max(1, Math.ceil(marks.length / MOST_MARKS));
    const shown = marks.filter((_mark, index) => index % every === 0);
    this.#marks.replaceChildren(
      ...shown.map(({ atMs, kind, label }) =>
        element("i", { class: "mark", "data-kind": kind, title: label, style: `left:${(100 * atMs) / durationMs}%` }),
      ),
    );
  }

  #listen(): void {
    const seekTo = ({ clientX }: PointerEvent): void => {
      const { left, width } = this.#track.getBoundingClientRect();
      this.#playback.seek(((clientX - left) / Math.max(1, width)) * this.#playback.durationMs);
    };
    this.#track.addEventListener("pointerdown", (event) => {
      this.#track.setPointerCapture(event.pointerId);
      seekTo(event);
    });
    this.#track.addEventListener("pointermove", (event) => {
      if (this.#track.hasPointerCapture(event.pointerId)) seekTo(event);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    const { target, key } = event;
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
    if (key === " " && !(target instanceof HTMLButtonElement)) this.#playback.toggle();
    else if (key === "ArrowLeft") this.#playback.seek(this.#playback.timeMs - STEP_MS);
    else if (key === "ArrowRight") this.#playback.seek(this.#playback.timeMs + STEP_MS);
    else return;
    event.preventDefault();
  }

  #show(): void {
    const { timeMs, durationMs, isPlaying } = this.#playback;
    this.#fill.style.width = `${(100 * timeMs) / Math.max(1, durationMs)}%`;
    this.#time.textContent = `${clockTime(timeMs)} / ${clockTime(durationMs)}`;
    this.#track.setAttribute("aria-valuenow", String(Math.round(timeMs)));
    this.#track.setAttribute("aria-valuetext", clockTime(timeMs));
    this.#play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    this.#play.textContent = isPlaying ? "❚❚" : "▶";
  }
}
