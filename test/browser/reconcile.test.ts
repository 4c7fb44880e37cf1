import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSessionIndex } from "../../src/accounts/session-index.ts";
import { BrowserRunEngine } from "../../src/engines/browser-run.ts";
import { createReconcile } from "../../src/service/reconcile.ts";
import { callWorker, createTenant } from "../support/worker/api.ts";
import { CdpClient } from "../support/worker/cdp-client.ts";
import { FakeLogger } from "../unit/service/fake-sessions.ts";

const engine = new BrowserRunEngine(env.BROWSER);
const browserIds = async () => (await engine.list()).map(({ browserId }) => browserId);

interface Created {
  readonly id: string;
  readonly cdpUrl: string;
}

async function create(): Promise<Created> {
  const tenant = await createTenant();
  const response = await tenant.meshbrow("/v1/sessions", { method: "POST", body: "{}" });
  const session = await response.json<Created>();
  onTestFinished(async () => void (await tenant.meshbrow(`/v1/sessions/${session.id}`, { method: "DELETE" })));
  return session;
}

const browserOf = ({ id }: Created) =>
  env.DB.prepare("SELECT browser_id FROM sessions WHERE id = ?1").bind(id).first<string>("browser_id");

const statusOf = ({ id }: Created) =>
  env.DB.prepare("SELECT status FROM sessions WHERE id = ?1").bind(id).first<string>("status");

const reconcileByOperator = async () =>
  (
    await callWorker("/admin/reconcile", { method: "POST", headers: { authorization: "Bearer test-admin-token" } })
  ).json();

describe("browsers of the engine", () => {
  it("are known to the index as they are to the engine", async () => {
    const session = await create();
    await expect.poll(() => browserOf(session)).not.toBeNull();
    const browserId = await browserOf(session);
    const listed = (await engine.list()).find((browser) => browser.browserId === browserId);
    expect(listed).toMatchObject({ connected: true });
    // The engine's clock and ours are one here.
    expect(Math.abs(Number(listed?.startedAt) - new Date().getTime())).toBeLessThan(60_000);
  });

  it("are closed by their object when their row has ended, and clients are told", async () => {
    const session = await create();
    await expect.poll(() => browserOf(session)).not.toBeNull();
    const browserId = await browserOf(session);
    const client = await CdpClient.connect(session.cdpUrl);
    // With its next report the object would find out by itself.
    await expect.poll(() => statusOf(session)).toBe("active");
    await env.DB.prepare(
      "UPDATE sessions SET status = 'failed', end_reason = 'engine_closed', ended_at = ?2, browser_ms = 0 WHERE id = ?1",
    )
      .bind(session.id, new Date().getTime() - 61_000)
      .run();
    expect(await reconcileByOperator()).toMatchObject({
      closedBrowsers: [{ browserId, sessionId: session.id }],
      failedSteps: [],
    });
    expect((await client.closed).code).toBeGreaterThanOrEqual(4000);
    expect(await browserIds()).not.toContain(browserId);
    expect(await reconcileByOperator()).toMatchObject({ closedBrowsers: [], unknownBrowsers: 0 });
  });

  it("are closed when no session knows them and they are old", async () => {
    const stray = await engine.launch({ location: null });
    onTestFinished(() => stray.close());
    const reconcileIn = (ms: number) =>
      createReconcile({
        index: createSessionIndex({ database: env.DB }),
        sessionObject: (id) => env.SESSIONS.getByName(id),
        browsers: { list: () => engine.list(), close: (id) => engine.resume(id).close() },
        exclusiveBrowsers: true,
        clock: { now: () => new Date().getTime() + ms },
        logger: new FakeLogger(),
      })({ usage: "none" });
    expect(await reconcileIn(0)).toMatchObject({ closedBrowsers: [], unknownBrowsers: 0 });
    expect(await browserIds()).toContain(stray.browserId);
    expect(await reconcileIn(91_000)).toMatchObject({
      closedBrowsers: [{ browserId: stray.browserId, sessionId: null }],
    });
    await expect.poll(browserIds).not.toContain(stray.browserId);
  });
});
