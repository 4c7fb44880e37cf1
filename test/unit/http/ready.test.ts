import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { probeSchema } from "../../../src/accounts/schema-probe.ts";
import type { AppEnv } from "../../../src/http/app-env.ts";
import type { ReadinessChecks } from "../../../src/http/ready-route.ts";
import { installReady } from "../../../src/http/ready-route.ts";
import { callWorker } from "../../support/worker/api.ts";
import { FakeClock } from "../../support/worker/fake-clock.ts";
import { FakeLogger } from "../service/fake-sessions.ts";

const LIMIT_MS = 20;

let clock: FakeClock;
let logger: FakeLogger;

beforeEach(() => {
  clock = new FakeClock();
  logger = new FakeLogger();
});

function createRoute(changes: Partial<ReadinessChecks> = {}) {
  const checks = { configuration: () => undefined, database: () => probeSchema(env.DB), ...changes };
  const app = new Hono<AppEnv>();
  installReady(app, { checks, clock, logger, limitMs: LIMIT_MS });
  return async () => {
    const response = await app.request("/ready");
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}

describe("GET /ready", () => {
  it("is 200 in a deployment that is set up, for anybody", async () => {
    const response = await callWorker("/ready");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "ready", checks: { configuration: "ok", database: "ok" } });
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("is 503 with what the operator has yet to set up", async () => {
    const ask = createRoute({ configuration: () => "Sessions are off: set the BERTH_SECRET secret" });
    expect(await ask()).toMatchObject({
      status: 503,
      body: {
        status: "not ready",
        checks: { configuration: "Sessions are off: set the BERTH_SECRET secret", database: "ok" },
      },
    });
  });

  it("is 503 when a migration was not applied", async () => {
    await env.DB.exec("ALTER TABLE usage_months RENAME COLUMN browser_ms TO was_browser_ms");
    const { status, body } = await createRoute()();
    await env.DB.exec("ALTER TABLE usage_months RENAME COLUMN was_browser_ms TO browser_ms");
    expect(status).toBe(503);
    expect(body).toMatchObject({
      checks: { database: "The database of this deployment lacks migrations: apply them" },
    });
  });

  it("is 503 when the database does not answer in time", async () => {
    const ask = createRoute({ database: () => new Promise(() => undefined) });
    const { status, body } = await ask();
    expect(status).toBe(503);
    expect(body).toMatchObject({ checks: { database: `The database does not answer within ${LIMIT_MS} ms` } });
  });

  it("tells nobody what the database said", async () => {
    const failed = Promise.reject(new Error("D1_ERROR: connect to 10.0.0.1 with token=abc"));
    const { status, body } = await createRoute({ database: () => failed })();
    expect(status).toBe(503);
    expect(body).toMatchObject({ checks: { database: "The database of this deployment does not answer" } });
    expect(logger.events).toEqual(["ready.database_failed"]);
  });

  it("looks once a second at most, and then anew", async () => {
    let looks = 0;
    const ask = createRoute({
      database: async () => {
        looks += 1;
      },
    });
    await ask();
    clock.advance(999);
    await ask();
    expect(looks).toBe(1);
    clock.advance(1);
    await ask();
    expect(looks).toBe(2);
  });
});
