import { DurableObject } from "cloudflare:workers";
import { createVideoDeps } from "../artifacts.ts";
import type { SessionId } from "../domain/ids.ts";
import type { VideoMaker, VideoState } from "../domain/recording.ts";
import { type VideoJob, type VideoJobs, VideoQueue, type VideoQueueOptions } from "./video-queue.ts";

const JOBS_KEY = "jobs";

/** Makes the videos of one account; see docs/recordings.md. */
export class VideoMakerObject extends DurableObject implements VideoMaker {
  readonly #queue: VideoQueue;

  /** @param deps other than the deployment's own: for tests that inject faults. */
  constructor(
    context: DurableObjectState,
    env: Cloudflare.Env,
    deps: Omit<VideoQueueOptions, "jobs"> = createVideoDeps(env),
  ) {
    super(context, env);
    this.#queue = new VideoQueue({ ...deps, jobs: storedJobs(context.storage) });
  }

  make(sessionId: SessionId): Promise<VideoState> {
    return this.#queue.make(sessionId);
  }

  /** Not waited for: a video takes as long as it takes, and a handler must not. */
  override alarm(): Promise<void> {
    this.ctx.waitUntil(this.#queue.work());
    return Promise.resolve();
  }
}

const storedJobs = (storage: DurableObjectStorage): VideoJobs => ({
  read: () => storage.kv.get<readonly VideoJob[]>(JOBS_KEY) ?? [],
  write: (jobs) => {
    storage.kv.put(JOBS_KEY, jobs);
  },
  wakeAt: async (at) => {
    if (at === null) await storage.deleteAlarm();
    else await storage.setAlarm(at);
  },
});
