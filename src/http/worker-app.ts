import type { WorkerDeps } from "../composition.ts";
import { DIALECTS, selectDialect } from "../dialects/index.ts";
import { createApp } from "./app.ts";
import { installCdpRoutes } from "./cdp-route.ts";
import { installIp } from "./ip-route.ts";
import { installDownloads } from "./downloads-route.ts";
import { installLiveView } from "./live-route.ts";
import { installPages } from "./pages-route.ts";
import { installRecordings } from "./recordings-route.ts";
import { installReady } from "./ready-route.ts";

/** The Worker's app: the dialects, the ways in for CDP clients, and the pages. */
export function createWorkerApp(deps: WorkerDeps) {
  return createApp({
    ...deps,
    dialects: DIALECTS,
    selectDialect,
    installers: [
      (app) => installReady(app, { ...deps, checks: deps.readiness }),
      installIp,
      (app) => installCdpRoutes(app, deps),
      (app) => installRecordings(app, deps),
      (app) => installDownloads(app, deps),
      (app) => installLiveView(app, deps),
      (app) => installPages(app, { dialects: DIALECTS, assets: deps.assets }),
    ],
  });
}
