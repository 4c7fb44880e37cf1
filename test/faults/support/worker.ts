import { createVideoDeps } from "../../../src/artifacts.ts";
import { createSessionDeps } from "../../../src/composition.ts";
import worker from "../../../src/index.ts";
import { BrowserSession as RealBrowserSession } from "../../../src/session/browser-session.ts";
import { DEFAULT_TIMING, type SessionTiming } from "../../../src/session/timing.ts";
import { VideoMakerObject as RealVideoMakerObject } from "../../../src/video/video-maker-object.ts";
import { faultyBinding } from "./faulty-binding.ts";
import { faultyBucket } from "./faulty-bucket.ts";
import { faultyDatabase } from "./faulty-database.ts";
import { faults } from "./faults.ts";

export { RateLimiter } from "../../../src/index.ts";

/** The production waits, made short enough for a suite. */
const FAST: SessionTiming = {
  ...DEFAULT_TIMING,
  launchLimitMs: 8000,
  heartbeatMs: 700,
  heartbeatLimitMs: 1000,
  attemptLimitMs: 2000,
  reachWaitsMs: [50, 100, 200, 400],
  teardownRetryMs: 700,
  closeLimitMs: 500,
  holdMs: 3000,
};

/** The deployment's parts with faults on the way between them. */
function faulty(env: Cloudflare.Env): Cloudflare.Env {
  // The binding's typed methods are not used: its `fetch` form alone.
  const BROWSER = faultyBinding(env.BROWSER) as Cloudflare.Env["BROWSER"];
  const ARTIFACTS = faultyBucket(env.ARTIFACTS);
  return { ...env, DB: faultyDatabase(env.DB), ARTIFACTS, BROWSER, EXCLUSIVE_BROWSERS: "true" };
}

/** The session object of production, with the clock, the waits and the parts that tests bend. */
export class BrowserSession extends RealBrowserSession {
  constructor(context: DurableObjectState, env: Cloudflare.Env) {
    const clock = { now: () => Date.now() + faults.clockOffsetMs };
    super(context, env, { ...createSessionDeps(faulty(env)), clock, timing: FAST });
  }

  /** Memory is gone, and every call that is on its way fails. */
  reset(): Promise<void> {
    this.ctx.abort("reset by the test");
    return Promise.resolve();
  }
}

/** The maker of videos of production, with the same parts. */
export class VideoMakerObject extends RealVideoMakerObject {
  constructor(context: DurableObjectState, env: Cloudflare.Env) {
    super(context, env, createVideoDeps(faulty(env)));
  }
}

export default {
  fetch: (request, env, context) => worker.fetch(request, faulty(env), context),
  scheduled: (event, env, context) => worker.scheduled(event, faulty(env), context),
} satisfies ExportedHandler<Cloudflare.Env>;
