import { join } from "node:path";
import { runDir } from "../../../../scripts/local/paths.ts";
import { Api, createAdmin } from "../api.ts";
import { startBerthServer } from "../berth-server.ts";
import { Sessions, test as base } from "../test.ts";
import { serveExitCheck } from "./exit-check.ts";
import { trustFlag } from "./test-proxies.ts";
import { serveProxiedSite } from "./proxied-site.ts";

/** Fixtures for sessions behind proxies: a Berth that asks the tests' exit check, and a site that notes who comes. */
export const test = base
  .extend("exitCheck", { scope: "file" }, async ({}, { onCleanup }) => {
    const check = await serveExitCheck();
    onCleanup(() => check.close());
    return check;
  })
  .extend("proxiedBerth", { scope: "file" }, async ({ exitCheck }, { onCleanup }) => {
    const { server, stop } = await startBerthServer(join(runDir(), `proxied-${exitCheck.port}`), undefined, {
      EXIT_CHECK_URL: exitCheck.url,
      BERTH_CHROME_FLAGS: trustFlag(),
    });
    onCleanup(stop);
    return server;
  })
  .extend("proxiedApi", { scope: "file" }, ({ proxiedBerth }) => new Api(proxiedBerth))
  .extend("proxiedAdmin", { scope: "file" }, ({ proxiedBerth }) => createAdmin(proxiedBerth))
  .extend("target", async ({}, { onCleanup }) => {
    const site = await serveProxiedSite();
    onCleanup(() => site.close());
    return site;
  })
  .extend("proxied", async ({ proxiedApi }, { onCleanup }) => {
    const sessions = new Sessions(proxiedApi);
    onCleanup(() => sessions.endAll());
    return sessions;
  });
