import { createWorkerDeps } from "./composition.ts";
import { createWorkerApp } from "./http/worker-app.ts";
import { reapSessions } from "./session/reaper.ts";

export { RateLimiter } from "./http/rate-limiter.ts";
export { BrowserSession } from "./session/browser-session.ts";

/** Built once an isolate: bindings do not change while it lives. */
let app: ReturnType<typeof createWorkerApp> | undefined;

export default {
  fetch(request, env) {
    app ??= createWorkerApp(createWorkerDeps(env));
    return app.fetch(request);
  },
  async scheduled(_event, env) {
    await reapSessions(createWorkerDeps(env));
  },
} satisfies ExportedHandler<Cloudflare.Env>;
