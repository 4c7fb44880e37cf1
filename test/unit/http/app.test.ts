import { describe, it } from "vitest";
import type { SessionService } from "../../../src/service/session-service.ts";
import { CREDENTIALS, createAppSetup, meshbrowAuth } from "./app-setup.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN_KEY = `mb_live_${"A".repeat(43)}`;

/** A service of which every method fails like this. */
const failingService = (error: Error): SessionService =>
  new Proxy({} as SessionService, { get: () => () => Promise.reject(error) });

describe("every response", () => {
  it("carries a request id of its own", async ({ expect }) => {
    const { request, key } = await createAppSetup();
    const responses = [
      await request("/health"),
      await request("/v1/sessions"),
      await request("/v1/sessions", { headers: meshbrowAuth(key) }),
      await request("/nowhere"),
      await request("/admin/plans"),
    ];
    const ids = responses.map(({ headers }) => headers.get("x-request-id") ?? "");
    expect(ids.filter((id) => !UUID.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("does not take over a request id from outside", async ({ expect }) => {
    const { request } = await createAppSetup();
    const response = await request("/health", { headers: { "x-request-id": "chosen" } });
    expect(response.headers.get("x-request-id")).toMatch(UUID);
  });
});

describe("health", () => {
  it("needs no key", async ({ expect }) => {
    const { request } = await createAppSetup();
    const response = await request("/health");
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });
});

describe("installed routes", () => {
  it("come before the dialects and pass sockets through untouched", async ({ expect }) => {
    const { request } = await createAppSetup({
      installers: [
        (app) => {
          app.get("/cdp/:id", () => {
            const { 0: client, 1: server } = new WebSocketPair();
            server.accept();
            return new Response(null, { status: 101, webSocket: client });
          });
          app.get("/v1/open", (c) => c.text(c.var.requestId));
        },
      ],
    });
    const upgrade = await request("/cdp/ses_1", { headers: { upgrade: "websocket" } });
    expect(upgrade.status).toBe(101);
    expect(upgrade.webSocket).not.toBeNull();
    expect(upgrade.headers.has("x-request-id")).toBe(false);
    const open = await request("/v1/open");
    expect(await open.text()).toBe(open.headers.get("x-request-id"));
  });

  it("are within the error boundary", async ({ expect }) => {
    const { request, logger } = await createAppSetup({
      installers: [
        (app) =>
          app.get("/page", () => {
            throw new Error("inside detail");
          }),
      ],
    });
    const response = await request("/page");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("inside detail");
    expect(response.headers.get("x-request-id")).toMatch(UUID);
    expect(logger.events).toEqual(["http.request_failed"]);
  });
});

describe("authentication", () => {
  for (const [dialect, auth] of CREDENTIALS) {
    it(`lets a key in, in the ${dialect} dialect`, async ({ expect }) => {
      const { request, key } = await createAppSetup();
      const response = await request("/v1/sessions", { headers: auth(key) });
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
    });

    it(`answers missing, malformed, unknown and revoked keys alike, in the ${dialect} dialect`, async ({ expect }) => {
      const { request, key, keys, apiKeyId } = await createAppSetup();
      await keys.revoke(apiKeyId);
      const answers = await Promise.all(
        [" ", "x", UNKNOWN_KEY, key].map(async (credential) => {
          const response = await request("/v1/sessions", { headers: auth(credential) });
          const headers = Object.fromEntries(response.headers);
          delete headers["x-request-id"];
          return { status: response.status, body: await response.text(), headers };
        }),
      );
      expect(answers[0]?.status).toBe(401);
      expect(answers).toEqual(answers.map(() => answers[0]));
      expect(Object.keys(answers[0]?.headers ?? {}).filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
    });
  }

  it("answers a request without any credential in the shape of the dialect that owns the path", async ({ expect }) => {
    const { request } = await createAppSetup();
    const shared = await request("/v1/sessions");
    expect(shared.status).toBe(401);
    expect(await shared.json()).toMatchObject({ error: { code: "unauthorized" } });
    const anchorOnly = await request("/v1/sessions/all/status");
    expect(anchorOnly.status).toBe(401);
    expect(await anchorOnly.json()).toMatchObject({ error: { code: 401 } });
  });

  it("comes before the question whether a path exists", async ({ expect }) => {
    const { request, key } = await createAppSetup();
    expect((await request("/v1/no/such/path")).status).toBe(401);
    expect((await request("/v1/no/such/path", { headers: meshbrowAuth(key) })).status).toBe(404);
  });

  it("notes the use of the key after the response", async ({ expect }) => {
    const { request, key, keys, principal, clock, settle } = await createAppSetup();
    await request("/v1/sessions", { headers: meshbrowAuth(key) });
    await settle();
    expect(await keys.list(principal.accountId)).toMatchObject([{ lastUsedAt: clock.now() }]);
  });

  it("does not fail because that note does", async ({ expect }) => {
    const { keys, key } = await createAppSetup();
    const failing = { ...keys, touch: () => Promise.reject(new Error("D1_ERROR: gone")) };
    const { request, logger, settle } = await createAppSetup({ keys: failing });
    const response = await request("/v1/sessions", { headers: meshbrowAuth(key) });
    await settle();
    expect([response.status, logger.events]).toEqual([200, ["api_key.not_touched"]]);
  });
});

describe("the rate limit", () => {
  for (const [dialect, auth] of CREDENTIALS) {
    it(`counts down, refuses, and starts anew with the next minute, in the ${dialect} dialect`, async ({ expect }) => {
      const { request, key, clock, sessions } = await createAppSetup({}, { limits: { requestsPerMinute: 2 } });
      clock.set("2026-11-20T12:00:18.500Z");
      const end = Date.parse("2026-11-20T12:01:00.000Z");
      const call = async (init: RequestInit = {}) => {
        const response = await request("/v1/sessions", { ...init, headers: auth(key) });
        const header = (name: string) => response.headers.get(name);
        return {
          status: response.status,
          headers: [header("x-ratelimit-limit"), header("x-ratelimit-remaining"), header("x-ratelimit-reset")],
          retryAfter: header("retry-after"),
        };
      };
      const reset = String(end / 1000);
      expect(await call()).toEqual({ status: 200, headers: ["2", "1", reset], retryAfter: null });
      expect(await call()).toEqual({ status: 200, headers: ["2", "0", reset], retryAfter: null });
      expect(await call({ method: "POST" })).toEqual({ status: 429, headers: ["2", "0", reset], retryAfter: "42" });
      expect(sessions.created).toEqual([]);
      clock.set("2026-11-20T12:00:59.999Z");
      expect(await call()).toMatchObject({ status: 429, retryAfter: "1" });
      clock.set("2026-11-20T12:01:00.000Z");
      expect(await call()).toEqual({ status: 200, headers: ["2", "1", String(end / 1000 + 60)], retryAfter: null });
    });

    it(`shows its headers on failures too, in the ${dialect} dialect`, async ({ expect }) => {
      const { key, keys } = await createAppSetup();
      const { request } = await createAppSetup({ keys, sessions: failingService(new Error("boom")) });
      const failed = await request("/v1/sessions", { headers: auth(key) });
      const missing = await request("/v1/nothing", { headers: auth(key) });
      expect([failed.status, failed.headers.get("x-ratelimit-remaining")]).toEqual([500, "59"]);
      expect([missing.status, missing.headers.get("x-ratelimit-remaining")]).toEqual([404, "58"]);
    });
  }

  it("is per account", async ({ expect }) => {
    const { request, key, keys, principal } = await createAppSetup({}, { limits: { requestsPerMinute: 1 } });
    const second = await keys.create(principal.accountId, "second key");
    const { key: strangers } = await createAppSetup();
    const statusFor = async (credential: string) =>
      (await request("/v1/sessions", { headers: meshbrowAuth(credential) })).status;
    expect(await statusFor(key)).toBe(200);
    expect(await statusFor(second.key)).toBe(429);
    expect(await statusFor(strangers)).toBe(200);
  });
});

describe("an error", () => {
  const shapes = { meshbrow: { code: "internal_error" }, anchor: { code: 500 } } as const;

  for (const [dialect, auth] of CREDENTIALS) {
    it(`of ours is a 500 in the ${dialect} shape that tells nothing but the request id`, async ({ expect }) => {
      const { key, keys } = await createAppSetup();
      const error = new Error("secret detail");
      const { request, logger } = await createAppSetup({ keys, sessions: failingService(error) });
      const response = await request("/v1/sessions", { headers: auth(key) });
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(JSON.parse(text)).toMatchObject({ error: shapes[dialect] });
      expect(text).toContain(response.headers.get("x-request-id"));
      expect(text).not.toMatch(/secret detail|\bat \w|\.ts/);
      expect(logger.events).toEqual(["http.request_failed"]);
    });

    it(`of the database is a 503 in the ${dialect} shape, while routes run and while keys are looked up`, async ({
      expect,
    }) => {
      const { key, keys } = await createAppSetup();
      const gone = new Error("Failed query: select", { cause: new Error("D1_ERROR: Network connection lost.") });
      const inRoute = await createAppSetup({ keys, sessions: failingService(gone) });
      const noKeys = { ...keys, authenticate: () => Promise.reject(gone) };
      const inLookup = await createAppSetup({ keys: noKeys });
      for (const { request } of [inRoute, inLookup]) {
        const response = await request("/v1/sessions", { headers: auth(key) });
        const { error } = await response.json<{ error: { message: string } }>();
        expect(response.status).toBe(503);
        expect(error.message).toBe("The database of this deployment does not answer: try again");
      }
    });
  }

  it("of a database without migrations says what to do", async ({ expect }) => {
    const { key, keys } = await createAppSetup();
    const missing = new Error("D1_ERROR: no such table: sessions: SQLITE_ERROR");
    const { request } = await createAppSetup({ keys, sessions: failingService(missing) });
    const response = await request("/v1/sessions", { headers: meshbrowAuth(key) });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("lacks migrations");
  });

  it("of a Durable Object that is moving is a 503", async ({ expect }) => {
    const { key, keys } = await createAppSetup();
    const moving = Object.assign(new Error("Durable Object reset"), { retryable: true });
    const { request } = await createAppSetup({ keys, sessions: failingService(moving) });
    expect((await request("/v1/sessions", { headers: meshbrowAuth(key) })).status).toBe(503);
  });
});

describe("a path that nobody has", () => {
  it("is a 404 without a key outside the API", async ({ expect }) => {
    const { request } = await createAppSetup();
    for (const path of ["/nowhere", "/v1x", "/v10/sessions", "/"]) {
      const response = await request(path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
    }
  });
});

describe("a request body", () => {
  const MEBIBYTE = 1024 * 1024;

  /** JSON of exactly this many bytes. */
  const jsonOf = (bytes: number) =>
    JSON.stringify({ x: "" }).replace('""', `"${"a".repeat(bytes - '{"x":""}'.length)}"`);

  /** The same bytes without a declared length, in pieces. */
  function streamed(text: string): ReadableStream<Uint8Array> {
    const bytes = new TextEncoder().encode(text);
    let sent = 0;
    return new ReadableStream({
      pull(controller) {
        if (sent >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(sent, sent + 65_536));
        sent += 65_536;
      },
    });
  }

  for (const [dialect, auth] of CREDENTIALS) {
    const post = async (key: string, body: BodyInit, headers: Record<string, string> = {}) => ({
      method: "POST",
      headers: { ...auth(key), "content-type": "application/json", ...headers },
      body,
    });

    it(`of one mebibyte gets to the ${dialect} dialect, one byte more is a 413`, async ({ expect }) => {
      const { request, key } = await createAppSetup();
      const statusOf = async (body: BodyInit, headers?: Record<string, string>) =>
        (await request("/v1/sessions", await post(key, body, headers))).status;
      const [fits, tooLong] = [jsonOf(MEBIBYTE), jsonOf(MEBIBYTE + 1)];
      expect(await statusOf(fits)).not.toBe(413);
      expect(await statusOf(tooLong)).toBe(413);
      expect(await statusOf(streamed(fits))).not.toBe(413);
      expect(await statusOf(streamed(tooLong))).toBe(413);
      expect(await statusOf("{}", { "content-length": String(MEBIBYTE + 1) })).toBe(413);
    });
  }

  it("is read no further than the limit", async ({ expect }) => {
    const { request, key } = await createAppSetup();
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const response = await request("/v1/sessions", { method: "POST", headers: meshbrowAuth(key), body: endless });
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThanOrEqual(MEBIBYTE + 4 * 65_536);
  });

  it("within the limit reaches the route whole, declared or not", async ({ expect }) => {
    const { request, key, sessions } = await createAppSetup();
    const text = JSON.stringify({ timeout: 61, stealth: "none" });
    for (const body of [text, streamed(text)]) {
      const headers = { ...meshbrowAuth(key), "content-type": "application/json" };
      await request("/v1/sessions", { method: "POST", headers, body });
    }
    expect(sessions.created.map(({ spec }) => spec.lifetimeMs)).toEqual([61_000, 61_000]);
  });
});
