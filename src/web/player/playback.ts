/** Where the recording is being played: one clock for all that is shown. Times are milliseconds from its start. */
export class Playback {
  readonly durationMs: number;
  readonly #listeners = new Set<(playback: Playback) => void>();
  #video: HTMLVideoElement | undefined;
  #timeMs = 0;
  #isPlaying = false;
  #rate = 1;
  #frameAt: number | undefined;

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  get timeMs(): number {
    return this.#video === undefined ? this.#timeMs : Math.min(this.durationMs, this.#video.currentTime * 1000);
  }

  get isPlaying(): boolean {
    return this.#video === undefined ? this.#isPlaying : !this.#video.paused && !this.#video.ended;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Hears of every change, and of each moment that is played. */
  onChange(listener: (playback: Playback) => void): void {
    this.#listeners.add(listener);
    listener(this);
  }

  /** From now on the video is the clock. */
  useVideo(video: HTMLVideoElement): void {
    const [at, wasPlaying] = [this.timeMs, this.#isPlaying];
    this.#isPlaying = false;
    this.#video = video;
    for (const event of ["play", "pause", "seeked", "ended", "loadedmetadata"]) {
      video.addEventListener(event, () => this.#changed());
    }
    video.addEventListener("play", () => this.#tick());
    video.currentTime = at / 1000;
    video.playbackRate = this.#rate;
    if (wasPlaying) this.play();
  }

  play(): void {
    if (this.timeMs >= this.durationMs) this.seek(0);
    if (this.#video !== undefined) return void this.#video.play().catch(() => undefined);
    this.#isPlaying = true;
    this.#frameAt = undefined;
    this.#tick();
  }

  pause(): void {
    this.#isPlaying = false;
    this.#video?.pause();
    this.#changed();
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  seek(timeMs: number): void {
    const wanted = Math.min(this.durationMs, Math.max(0, timeMs));
    this.#timeMs = wanted;
    if (this.#video !== undefined) this.#video.currentTime = wanted / 1000;
    this.#changed();
  }

  setRate(rate: number): void {
    this.#rate = rate;
    if (this.#video !== undefined) this.#video.playbackRate = rate;
    this.#changed();
  }

  #tick(): void {
    requestAnimationFrame((now) => {
      if (this.#video === undefined && this.#isPlaying) {
        this.#timeMs = Math.min(this.durationMs, this.#timeMs + (now - (this.#frameAt ?? now)) * this.#rate);
        this.#frameAt = now;
        if (this.#timeMs >= this.durationMs) this.#isPlaying = false;
      }
      this.#changed();
      if (this.isPlaying) this.#tick();
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener(this);
  }
}
