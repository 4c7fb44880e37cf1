import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runDir } from "../../scripts/local/paths.ts";
import { Api } from "../support/node/api.ts";
import { type RunningServer, startBerthServer } from "../support/node/berth-server.ts";
import { type Clients, firstPuppeteerPage } from "../support/node/clients.ts";
import { serveProfileSite } from "../support/node/profile-site.ts";
import { test } from "../support/node/test.ts";

type Visited = typeof globalThis & { readonly __visitor: Promise<string> };

const DIR = join(runDir(), "profile-secrets");
const PRODUCTION = join(root, "scripts", "start.ts");
const [FIRST, SECOND] = ["the first secret of this deployment", "the second secret of this deployment"];
/** A server starts four times. */
const LONG = { timeout: 180_000 };

/** One deployment, whose secrets change. */
async function serve(secret: string, earlier: string): Promise<RunningServer> {
  const file = join(DIR, "berth", "local.json");
  const settings = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...settings, secret }));
  return startBerthServer(DIR, PRODUCTION, { BERTH_SECRET_PREVIOUS: earlier });
}

/** Who a site takes the visitor for; signs in first where a name is given. */
async function visit(
  { api, clients, origin }: { readonly api: Api; readonly clients: Clients; readonly origin: string },
  profileId: string,
  user?: string,
): Promise<string> {
  const { id, cdpUrl } = await api.create("meshbrow", { profileId });
  const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
  if (user !== undefined) {
    await page.goto(`${origin}/sign-in/${user}`);
    await page.evaluate(() => (globalThis as Visited).__visitor);
  }
  await page.goto(`${origin}/account`);
  const visitor = await page.evaluate(() => (globalThis as Visited).__visitor);
  const saved = await api.call("meshbrow", `/v1/sessions/${id}?saveProfile=true`, { method: "DELETE" });
  if (saved.status !== 200) throw new Error(JSON.stringify(saved.body));
  return visitor;
}

test("a profile outlives the secret that it was encrypted under", LONG, async ({ clients, expect, onTestFinished }) => {
  const site = await serveProfileSite();
  onTestFinished(() => site.close());
  const origin = site.origin("shop");

  // Makes the deployment's files; its own secret is not used for anything yet.
  let running = await startBerthServer(DIR);
  onTestFinished(() => running.stop());
  const restart = async (secret: string, earlier: string): Promise<Api> => {
    await running.stop();
    running = await serve(secret, earlier);
    return new Api(running.server);
  };

  let api = await restart(FIRST, "");
  const created = await api.call<{ id: string }>("meshbrow", "/v1/profiles", { method: "POST", body: { name: "one" } });
  const profileId = created.body.id;
  expect(await visit({ api, clients, origin }, profileId, "gina")).toBe("gina");

  api = await restart(SECOND, FIRST);
  // Saved again: from now on the first secret is not needed.
  expect(await visit({ api, clients, origin }, profileId)).toBe("gina");

  api = await restart(SECOND, "");
  expect(await visit({ api, clients, origin }, profileId)).toBe("gina");

  api = await restart(FIRST, "");
  const refused = await api.call<{ error: object }>("meshbrow", "/v1/sessions", {
    method: "POST",
    body: { profileId },
  });
  expect(refused).toMatchObject({ status: 503, body: { error: { code: "profile_unreadable" } } });
});
