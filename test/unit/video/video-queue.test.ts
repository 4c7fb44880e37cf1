import { describe, expect, it } from "vitest";
import type { SessionId } from "../../../src/domain/ids.ts";
import type { StoredRecording } from "../../../src/domain/recording.ts";
import { EngineError } from "../../../src/engines/engine.ts";
import { createLogger } from "../../../src/observability/logger.ts";
import { type VideoJob, VideoQueue } from "../../../src/video/video-queue.ts";

const ID = "ses_one" as SessionId;

/** A queue whose browser cannot encode; what became of the video, and when the queue wants to be woken. */
function setUp(launch: () => Promise<never> = () => Promise.reject(new EngineError("no browser to be had"))) {
  let status: StoredRecording["status"] = "processing";
  let detail: string | null = null;
  let jobs: readonly VideoJob[] = [];
  const alarms: (number | null)[] = [];
  const times = { startedAt: 0, durationMs: 1, createdAt: 1, expiresAt: 10 };
  const queue = new VideoQueue({
    jobs: {
      read: () => jobs,
      write: (next) => (jobs = next),
      wakeAt: (at) => Promise.resolve(void alarms.push(at)),
    },
    engine: { launch } as never,
    archive: { readText: () => Promise.resolve(undefined), upload: () => never(), removeAll: () => never() },
    store: {
      ofSession: () =>
        Promise.resolve({
          accountId: undefined,
          recordings: [{ id: "r", type: "video" as const, status, detail, size: null, ...times }],
        }),
      finishVideo: (_id, outcome) => {
        ({ status, detail } = outcome);
        return Promise.resolve(true);
      },
    },
    script: () => Promise.resolve(""),
    clock: { now: () => 1000 },
    logger: createLogger({ sink: () => undefined }),
  });
  return { queue, alarms, jobs: () => jobs, set: (next: StoredRecording["status"]) => (status = next) };
}

const never = (): never => {
  throw new Error("not in this test");
};

describe("the queue of videos", () => {
  it("answers at once for a video that is made already", async () => {
    const { queue, set, jobs } = setUp();
    set("ready");
    expect(await queue.make(ID)).toEqual(expect.objectContaining({ status: "ready" }));
    expect(jobs()).toEqual([]);
  });

  it("remembers a job that no browser is to be had for, and asks to be woken", async () => {
    const { queue, alarms, jobs } = setUp();
    void queue.make(ID);
    void queue.make(ID);
    await expect.poll(() => alarms.at(-1)).toBe(6000);
    expect(jobs()).toEqual([{ sessionId: ID, attempts: 0 }]);
  });

  it("gives a job up that fails whenever it is tried, and says why", async () => {
    let closed = 0;
    const { queue, alarms, jobs } = setUp(() => {
      const browser = {
        connect: () => Promise.reject(new Error("refused")),
        close: () => Promise.resolve(void (closed += 1)),
      };
      return Promise.resolve(browser as never);
    });
    expect(await queue.make(ID)).toEqual({ status: "failed", detail: "the video could not be made" });
    await expect.poll(() => alarms.at(-1)).toBeNull();
    expect(jobs()).toEqual([]);
    expect(closed).toBe(4);
  });
});
