import { createWorkerDeps } from "./composition.ts";
import { createWorkerApp } from "./http/worker-app.ts";

export { EventHubObject } from "./events/event-hub-object.ts";
export { RateLimiter } from "./http/rate-limiter.ts";
export { BrowserSession } from "./session/browser-session.ts";
export { VideoMakerObject } from "./video/video-maker-object.ts";

/** Built once an isolate: bindings do not change while it lives. */
let app: ReturnType<typeof createWorkerApp> | undefined;

export default {
  fetch(request, env) {
    app ??= createWorkerApp(createWorkerDeps(env));
    return app.fetch(request);
  },
  async scheduled({ scheduledTime }, env) {
    // Adding up months reads every session of theirs: once an hour is enough.
    const onTheHour = new Date(scheduledTime).getUTCMinutes() === 0;
    const { reconcile, finishDeletions, deleteUnneededRecordings, deleteExpiredDownloads } = createWorkerDeps(env);
    await reconcile({ usage: onTheHour ? "recent" : "none" });
    await finishDeletions();
    await deleteUnneededRecordings();
    await deleteExpiredDownloads();
  },
} satisfies ExportedHandler<Cloudflare.Env>;
