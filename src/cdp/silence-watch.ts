/** While commands wait, so long may the browser say nothing before somebody should ask whether it is there. */
const SILENCE_MS = 5000;

export interface SilenceWatchOptions {
  readonly isWaiting: () => boolean;
  /** Commands wait, and for 5 to 10 s nothing was heard. Comes again while that lasts. */
  readonly onSilence: () => void;
}

/**
 * Notices that the browser's side has gone quiet while commands wait. A socket can die without a word (workerd
 * reads no message over 32 MiB, and the one behind it none at all), and so can a browser. Costs a flag for a
 * message, and a timer only while commands wait.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = false;
  #stopped = false;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** A command has left. */
  start(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    // What was heard before the command tells nothing about its answer.
    this.#heard = false;
    this.#timer = setTimeout(() => this.#look(), SILENCE_MS);
  }

  /** Something has come from the browser. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    const { isWaiting, onSilence } = this.#options;
    if (!isWaiting()) return;
    const quiet = !this.#heard;
    this.start();
    if (quiet) onSilence();
  }
}
