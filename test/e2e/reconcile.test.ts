import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect } from "vitest";
import { root } from "../../scripts/local/paths.ts";
import { typeScriptFlags } from "../../scripts/setup/node-binary.mjs";
import type { BerthServer } from "../support/node/berth-server.ts";
import { startCreate } from "../support/node/leaving-client.ts";
import { test } from "../support/node/test.ts";

/** What `npm run admin -- reconcile` prints. */
async function reconcile({ url, adminToken }: BerthServer): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...typeScriptFlags(process.execPath), join(root, "scripts", "admin.ts"), "reconcile"],
    { env: { ...process.env, BERTH_URL: url, BERTH_ADMIN_TOKEN: adminToken } },
  );
  return JSON.parse(stdout);
}

test("nothing has drifted, whatever sessions have been through", async ({ admin, berth, sessions }) => {
  const { api } = await admin.createAccount();
  const [running, ended] = await Promise.all([
    sessions.create("meshbrow", {}, api),
    sessions.create("anchor", {}, api),
  ]);
  await api.destroy(ended.id);
  const client = await startCreate(api, "meshbrow");
  await expect.poll(() => api.countActive(), { interval: 5 }).toBe(2);
  client.leave();
  await expect.poll(() => api.countActive()).toBe(1);
  // Counters of every account and month of the run, and every browser of the server.
  expect(await reconcile(berth)).toMatchObject({
    endedSessions: [],
    closedBrowsers: [],
    unknownBrowsers: 0,
    correctedUsage: [],
    failedSteps: [],
  });
  expect(await api.describe(running.id)).toMatchObject({ status: "ready" });
});
