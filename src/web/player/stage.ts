import { element } from "../page-kit/elements.ts";
import type { Playback } from "./playback.ts";
import { addressOf, type ListedRecording, type RecordingIndex, type Screenshot } from "./recording.ts";

const POLL_MS = 2000;

/** The picture: the video, or the latest screenshot while there is none. */
export class Stage {
  readonly root: HTMLElement;
  readonly #playback: Playback;
  readonly #startedAt: number;
  readonly #image = element("img", { alt: "The latest screenshot", hidden: true });
  readonly #note = element("p", { class: "note", role: "status" });
  #screenshots: readonly Screenshot[] = [];
  #shown = -1;
  #hasVideo = false;

  constructor(playback: Playback, startedAt: number) {
    this.#playback = playback;
    this.#startedAt = startedAt;
    this.root = element("div", { class: "stage", "data-testid": "stage" }, this.#image, this.#note);
    this.root.addEventListener("click", () => playback.toggle());
    playback.onChange(() => this.#showScreenshot());
  }

  useScreenshots(screenshots: readonly Screenshot[]): void {
    this.#screenshots = screenshots;
    this.#showScreenshot();
  }

  /** @param readAgain what the index says now. */
  useVideo(video: ListedRecording | undefined, readAgain: () => Promise<RecordingIndex>): void {
    if (video === undefined) return this.#say(this.#screenshots.length > 0 ? "" : "No video was recorded.");
    if (video.status === "ready") return this.#load();
    if (video.status === "failed") return this.#say(`There is no video: ${video.detail ?? "it could not be made"}.`);
    this.#say("The video is being made …");
    setTimeout(() => {
      readAgain().then(
        ({ recordings }) =>
          this.useVideo(
            recordings.find(({ type }) => type === "video"),
            readAgain,
          ),
        () => this.#say("The video cannot be asked for any more: load the page again."),
      );
    }, POLL_MS);
  }

  #load(): void {
    const video = element("video", { src: addressOf("video"), preload: "auto", playsinline: true });
    video.muted = true;
    video.addEventListener("error", () => this.#say("This browser cannot play the video."));
    video.addEventListener(
      "loadedmetadata",
      () => {
        this.#hasVideo = true;
        this.#image.hidden = true;
        this.#say("");
        this.#playback.useVideo(video);
      },
      { once: true },
    );
    this.root.prepend(video);
  }

  #say(text: string): void {
    this.#note.textContent = text;
    this.#note.hidden = text === "";
  }

  #showScreenshot(): void {
    if (this.#hasVideo) return;
    const now = this.#startedAt + this.#playback.timeMs;
    const at = Math.max(
      0,
      this.#screenshots.findLastIndex((shot) => shot.at <= now),
    );
    const shot = this.#screenshots[at];
    if (shot === undefined || at === this.#shown) return;
    this.#shown = at;
    this.#image.src = addressOf(`screenshots/${shot.n}`);
    this.#image.hidden = false;
  }
}
