import type { Clock } from "../domain/clock.ts";
import type { SessionId } from "../domain/ids.ts";
import type { VideoState } from "../domain/recording.ts";
import type { RecordingArchive } from "../accounts/recording-archive.ts";
import { frameSegmentPrefix, recordingPrefix } from "../accounts/recording-archive.ts";
import type { RecordingStore } from "../accounts/recording-store.ts";
import type { BrowserEngine, EngineBrowser } from "../engines/engine.ts";
import type { Logger } from "../observability/logger.ts";
import { EncodingError } from "./encoding-page.ts";
import { makeVideo } from "./make-video.ts";

/** A video that somebody waits for. */
export interface VideoJob {
  readonly sessionId: SessionId;
  /** Attempts that have begun. */
  readonly attempts: number;
}

/** Where jobs survive the loss of the object's memory. */
export interface VideoJobs {
  read(): readonly VideoJob[];
  write(jobs: readonly VideoJob[]): void;
  /** Has `work` called again at this time (epoch milliseconds), or never. */
  wakeAt(at: number | null): Promise<void>;
}

export interface VideoQueueOptions {
  readonly jobs: VideoJobs;
  readonly engine: BrowserEngine;
  readonly archive: Pick<RecordingArchive, "readText" | "upload" | "removeAll">;
  readonly store: Pick<RecordingStore, "ofSession" | "finishVideo">;
  readonly script: () => Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_ATTEMPTS = 4;
/** Longer than anything that is at work goes without a word. */
const WAKE_MS = 150_000;
const RETRY_MS = 5000;

/**
 * Makes videos, one after the other, in one browser that is there as long as there is something to make. A job is
 * remembered until it is done; whoever finds it unfinished begins it again.
 */
export class VideoQueue {
  readonly #options: VideoQueueOptions;
  #working: Promise<void> | undefined;
  readonly #waiting = new Map<SessionId, ((state: VideoState) => void)[]>();

  constructor(options: VideoQueueOptions) {
    this.#options = options;
  }

  /** Answers when the video is made, or cannot be. */
  async make(sessionId: SessionId): Promise<VideoState> {
    const state = await this.#stateOf(sessionId);
    if (state.status !== "processing") return state;
    const { jobs } = this.#options;
    const known = jobs.read();
    if (!known.some((job) => job.sessionId === sessionId)) jobs.write([...known, { sessionId, attempts: 0 }]);
    const made = new Promise<VideoState>((resolve) => {
      this.#waiting.set(sessionId, [...(this.#waiting.get(sessionId) ?? []), resolve]);
    });
    void this.work();
    return made;
  }

  /** Works until nothing is left. Never rejects. */
  work(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    const { jobs, clock, logger } = this.#options;
    await jobs.wakeAt(clock.now() + WAKE_MS);
    let browser: EngineBrowser | undefined;
    try {
      for (let job = jobs.read()[0]; job !== undefined; job = jobs.read()[0]) {
        browser ??= await this.#options.engine.launch({ location: null });
        await jobs.wakeAt(clock.now() + WAKE_MS);
        if (!(await this.#run(job, browser))) {
          await this.#close(browser);
          browser = undefined;
        }
      }
      await jobs.wakeAt(null);
    } catch (error) {
      // No browser to be had now.
      logger.warn("video.not_made", { error });
      await jobs.wakeAt(clock.now() + RETRY_MS);
    } finally {
      if (browser !== undefined) await this.#close(browser);
    }
  }

  /** Answers whether the browser may be used again. */
  async #run(job: VideoJob, browser: EngineBrowser): Promise<boolean> {
    const { sessionId, attempts } = job;
    const { logger, jobs } = this.#options;
    const others = (): readonly VideoJob[] => jobs.read().filter((each) => each.sessionId !== sessionId);
    // Before it begins: a job that takes the object with it every time must have an end.
    jobs.write([{ sessionId, attempts: attempts + 1 }, ...others()]);
    try {
      const state = await this.#stateOf(sessionId);
      if (state.status === "processing") await this.#encode(sessionId, browser);
      jobs.write(others());
      this.#tell(sessionId, await this.#stateOf(sessionId));
      return true;
    } catch (error) {
      logger.warn("video.attempt_failed", { sessionId, attempt: attempts + 1, error });
      if (attempts + 1 < MAX_ATTEMPTS) return false;
      const detail = error instanceof EncodingError ? error.message : "the video could not be made";
      await this.#options.store.finishVideo(sessionId, { status: "failed", detail, size: null });
      jobs.write(others());
      this.#tell(sessionId, { status: "failed", detail });
      return false;
    }
  }

  async #encode(sessionId: SessionId, browser: EngineBrowser): Promise<void> {
    const { archive, store, script, logger, jobs, clock } = this.#options;
    const begunAt = clock.now();
    const transport = await browser.connect();
    const awake = setInterval(() => void jobs.wakeAt(clock.now() + WAKE_MS), WAKE_MS / 2);
    try {
      const size = await makeVideo(sessionId, { archive, transport, script: await script() });
      const isWanted = await store.finishVideo(sessionId, { status: "ready", detail: null, size });
      logger.info("video.made", { sessionId, bytes: size, tookMs: clock.now() - begunAt });
      // Of a recording that was deleted meanwhile nothing is to stay.
      await archive.removeAll(isWanted ? frameSegmentPrefix(sessionId) : recordingPrefix(sessionId, "video"));
    } finally {
      clearInterval(awake);
      transport.close({ code: 1000, reason: "done" });
    }
  }

  async #stateOf(sessionId: SessionId): Promise<VideoState> {
    const { recordings } = await this.#options.store.ofSession(sessionId);
    const video = recordings.find(({ type }) => type === "video");
    return video ?? { status: "failed", detail: "there is no such recording" };
  }

  #tell(sessionId: SessionId, { status, detail }: VideoState): void {
    for (const resolve of this.#waiting.get(sessionId) ?? []) resolve({ status, detail });
    this.#waiting.delete(sessionId);
  }

  /** The engine closes what nobody sends commands to, should this fail. */
  async #close(browser: EngineBrowser): Promise<void> {
    await browser.close().catch((error: unknown) => {
      this.#options.logger.warn("video.browser_not_closed", { error });
    });
  }
}
