import { describe, it } from "vitest";
import { ADMIN_TOKEN, createAppSetup, meshbrowAuth } from "./app-setup.ts";

interface Reply {
  readonly status: number;
  // Bodies are compared, never navigated blindly.
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

async function arrange(changes: Parameters<typeof createAppSetup>[0] = {}) {
  const setup = await createAppSetup(changes);
  const call = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const response = await setup.request(`/admin${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_TOKEN}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json(), headers: response.headers };
  };
  const createAccount = async (plan = "free") => {
    const { body } = await call("POST", "/accounts", { name: "Acme", plan });
    return String(body["id"]);
  };
  return { ...setup, call, createAccount };
}

const NOW = "2026-11-20T12:00:00.000Z";

describe("operators' accounts", () => {
  it("are created, shown, listed and changed", async ({ expect }) => {
    const { call } = await arrange();
    const created = await call("POST", "/accounts", { name: " Acme ", plan: "free" });
    const id = String(created.body["id"]);
    const account = { id, name: "Acme", plan: "free", createdAt: NOW };
    expect([created.status, created.body]).toEqual([201, account]);
    expect(id).toMatch(/^acct_[a-z2-7]{16}$/);
    expect((await call("GET", `/accounts/${id}`)).body).toEqual(account);
    expect((await call("GET", "/accounts")).body["items"]).toContainEqual(account);
    const changed = await call("PATCH", `/accounts/${id}`, { plan: "pro" });
    expect([changed.status, changed.body]).toEqual([200, { ...account, plan: "pro" }]);
    expect((await call("PATCH", `/accounts/${id}`, { name: "Acme Ltd" })).body).toMatchObject({
      name: "Acme Ltd",
      plan: "pro",
    });
  });

  const bad: readonly (readonly [string, unknown, string | undefined])[] = [
    ["no body", undefined, undefined],
    ["malformed JSON", "{", undefined],
    ["an array", [], undefined],
    ["no name", { plan: "free" }, "name"],
    ["an empty name", { name: "  ", plan: "free" }, "name"],
    ["a long name", { name: "x".repeat(201), plan: "free" }, "name"],
    ["no plan", { name: "a" }, "plan"],
    ["an unknown plan", { name: "a", plan: "gold" }, "plan"],
    ["an unknown field", { name: "a", plan: "free", admin: true }, "admin"],
  ];
  for (const [what, body, field] of bad) {
    it(`are not created from ${what}`, async ({ expect }) => {
      const { call } = await arrange();
      const refused = await call("POST", "/accounts", body);
      expect(refused.status).toBe(400);
      const error = refused.body["error"] as { code: string; message: string; field?: string };
      expect(error.code).toBe("invalid_request");
      expect(error.message).not.toBe("");
      expect(error.field).toBe(field);
    });
  }

  it("are not changed to nothing or to an unknown plan", async ({ expect }) => {
    const { call, createAccount } = await arrange();
    const id = await createAccount();
    expect((await call("PATCH", `/accounts/${id}`, {})).status).toBe(400);
    expect((await call("PATCH", `/accounts/${id}`, { plan: "gold" })).body).toMatchObject({ error: { field: "plan" } });
    expect((await call("GET", `/accounts/${id}`)).body).toMatchObject({ plan: "free" });
  });

  it("that do not exist are 404s everywhere", async ({ expect }) => {
    const { call } = await arrange();
    const none = "/accounts/acct_aaaaaaaaaaaaaaaa";
    const replies = [
      await call("GET", none),
      await call("PATCH", none, { name: "x" }),
      await call("POST", `${none}/keys`, { name: "x" }),
      await call("GET", `${none}/keys`),
      await call("GET", `${none}/usage`),
      await call("DELETE", "/keys/key_aaaaaaaaaaaaaaaa"),
    ];
    expect(replies.map(({ status, body }) => [status, (body["error"] as { code: string }).code])).toEqual(
      replies.map(() => [404, "not_found"]),
    );
  });
});

describe("operators' keys", () => {
  it("are shown once, work, and stop working when revoked", async ({ expect }) => {
    const { call, createAccount, request } = await arrange();
    const id = await createAccount();
    const created = await call("POST", `/accounts/${id}/keys`, { name: "ci" });
    const { key, prefix, ...rest } = created.body as { key: string; prefix: string; id: string };
    expect(created.status).toBe(201);
    expect(created.headers.get("cache-control")).toBe("no-store");
    expect(rest).toEqual({ id: expect.stringMatching(/^key_[a-z2-7]{16}$/), name: "ci", createdAt: NOW });
    expect(key.startsWith(prefix)).toBe(true);
    expect((await request("/v1/sessions", { headers: meshbrowAuth(key) })).status).toBe(200);

    const listed = await call("GET", `/accounts/${id}/keys`);
    expect(listed.body).toMatchObject({
      items: [{ id: rest.id, name: "ci", prefix, createdAt: NOW, revokedAt: null }],
    });
    expect(JSON.stringify(listed.body)).not.toContain(key);

    const revoked = await call("DELETE", `/keys/${rest.id}`);
    expect([revoked.status, revoked.body]).toEqual([200, { id: rest.id, revokedAt: NOW }]);
    expect((await request("/v1/sessions", { headers: meshbrowAuth(key) })).status).toBe(401);
  });

  it("are revoked once: again answers the same", async ({ expect }) => {
    const { call, createAccount, clock } = await arrange();
    const id = await createAccount();
    const { body } = await call("POST", `/accounts/${id}/keys`, { name: "ci" });
    const first = await call("DELETE", `/keys/${String(body["id"])}`);
    clock.advance(5000);
    const second = await call("DELETE", `/keys/${String(body["id"])}`);
    expect([second.status, second.body]).toEqual([200, first.body]);
  });
});

describe("operators' usage", () => {
  it("counts sessions, and those over the quota with their price", async ({ expect }) => {
    const { call, createAccount, request } = await arrange();
    const limits = { monthlySessions: 1, overageMicros: 20_000, concurrentSessions: 9, requestsPerMinute: 60 };
    await call("PUT", "/plans/metered", { ...limits, maxLifetimeMs: null, proxyTypes: [] });
    const id = await createAccount("metered");
    const { body } = await call("POST", `/accounts/${id}/keys`, { name: "ci" });
    for (let count = 0; count < 3; count += 1) {
      await request("/v1/sessions", { method: "POST", headers: meshbrowAuth(String(body["key"])) });
    }
    expect((await call("GET", `/accounts/${id}/usage`)).body).toMatchObject({
      accountId: id,
      month: "2026-11",
      plan: { name: "metered" },
      sessions: 3,
      sessionsToday: 3,
      active: 3,
      browserMs: 0,
      overageSessions: 2,
      overageMicros: 40_000,
    });
    expect((await call("GET", `/accounts/${id}/usage?month=2026-10`)).body).toMatchObject({ sessions: 0 });
  });

  for (const month of ["2026", "2026-13", "2026-00", "26-11", "2026-11-01", ""]) {
    it(`refuses a month that is none: ${JSON.stringify(month)}`, async ({ expect }) => {
      const { call, createAccount } = await arrange();
      const refused = await call("GET", `/accounts/${await createAccount()}/usage?month=${month}`);
      expect([refused.status, refused.body]).toMatchObject([400, { error: { field: "month" } }]);
    });
  }
});

describe("operators' plans", () => {
  const limits = {
    monthlySessions: 10,
    overageMicros: null,
    concurrentSessions: 1,
    requestsPerMinute: 5,
    maxLifetimeMs: 60_000,
    proxyTypes: ["isp", "custom"],
  };

  it("are created, replaced and listed, and hold for accounts at once", async ({ expect }) => {
    const { call, createAccount, request } = await arrange();
    const created = await call("PUT", "/plans/team-1", limits);
    expect([created.status, created.body]).toEqual([201, { name: "team-1", ...limits }]);
    const id = await createAccount("team-1");
    const { body } = await call("POST", `/accounts/${id}/keys`, { name: "ci" });
    const headers = meshbrowAuth(String(body["key"]));
    expect((await request("/v1/sessions", { headers })).headers.get("x-ratelimit-limit")).toBe("5");
    const replaced = await call("PUT", "/plans/team-1", { ...limits, requestsPerMinute: 9 });
    expect([replaced.status, replaced.body]).toEqual([200, { name: "team-1", ...limits, requestsPerMinute: 9 }]);
    expect((await request("/v1/sessions", { headers })).headers.get("x-ratelimit-limit")).toBe("9");
    expect((await call("GET", "/plans")).body["items"]).toContainEqual(replaced.body);
  });

  const bad: readonly (readonly [string, string, object, string])[] = [
    ["a missing limit", "t", { ...limits, requestsPerMinute: undefined }, "requestsPerMinute"],
    ["a negative limit", "t", { ...limits, monthlySessions: -1 }, "monthlySessions"],
    ["a fraction", "t", { ...limits, concurrentSessions: 1.5 }, "concurrentSessions"],
    ["no requests at all", "t", { ...limits, requestsPerMinute: 0 }, "requestsPerMinute"],
    ["an unknown proxy type", "t", { ...limits, proxyTypes: ["tor"] }, "proxyTypes.0"],
    ["a proxy type twice", "t", { ...limits, proxyTypes: ["isp", "isp"] }, "proxyTypes"],
    ["an unknown field", "t", { ...limits, price: 1 }, "price"],
    ["a bad name", "Team%201", limits, "name"],
    ["a long name", "t".repeat(33), limits, "name"],
  ];
  for (const [what, name, body, field] of bad) {
    it(`are refused with ${what}`, async ({ expect }) => {
      const { call } = await arrange();
      const refused = await call("PUT", `/plans/${name}`, body);
      expect([refused.status, refused.body]).toMatchObject([400, { error: { code: "invalid_request", field } }]);
    });
  }
});

describe("the admin API", () => {
  const PATHS = ["/admin", "/admin/plans", "/admin/accounts", "/admin/nothing"];

  it("is refused without the right token, always in the same way", async ({ expect }) => {
    const { request, key } = await arrange();
    const headers = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      ADMIN_TOKEN,
      `Basic ${ADMIN_TOKEN}`,
      `Bearer ${ADMIN_TOKEN}x`,
      `Bearer ${ADMIN_TOKEN.slice(0, -1)}`,
      `Bearer ${ADMIN_TOKEN.toUpperCase()}`,
      `Bearer ${key}`,
    ];
    for (const path of PATHS) {
      for (const authorization of headers) {
        const response = await request(path, authorization === undefined ? {} : { headers: { authorization } });
        expect([path, response.status, await response.json()]).toEqual([
          path,
          401,
          { error: { code: "unauthorized", message: "Missing or invalid admin token" } },
        ]);
      }
    }
  });

  for (const adminToken of [undefined, "", "  "]) {
    it(`is off while the token is ${JSON.stringify(adminToken)}, whatever is shown`, async ({ expect }) => {
      const { request } = await arrange({ adminToken });
      for (const path of PATHS) {
        for (const authorization of ["", "Bearer ", "Bearer undefined", `Bearer ${ADMIN_TOKEN}`]) {
          const response = await request(path, { headers: { authorization } });
          const body = await response.json();
          expect([path, response.status, body]).toMatchObject([path, 503, { error: { code: "not_configured" } }]);
          expect(JSON.stringify(body)).toContain("ADMIN_TOKEN");
        }
      }
    });
  }

  it("does not take its token for an API key, nor show it", async ({ expect }) => {
    const { request } = await arrange();
    const response = await request("/v1/sessions", { headers: meshbrowAuth(ADMIN_TOKEN) });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(ADMIN_TOKEN);
  });

  it("has nothing on other paths and methods", async ({ expect }) => {
    const { call } = await arrange();
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/nothing"],
      ["DELETE", "/plans/free"],
    ] as const) {
      const reply = await call(method, path);
      expect([path, reply.status, reply.body]).toMatchObject([path, 404, { error: { code: "not_found" } }]);
    }
  });

  it("limits bodies", async ({ expect }) => {
    const { call } = await arrange();
    const reply = await call("POST", "/accounts", { name: "x".repeat(1024 * 1024), plan: "free" });
    expect([reply.status, reply.body]).toMatchObject([413, { error: { code: "body_too_large" } }]);
  });

  it("takes JSON only", async ({ expect }) => {
    const { request } = await arrange();
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "text/plain" };
    const response = await request("/admin/accounts", { method: "POST", headers, body: "{}" });
    expect([response.status, await response.json()]).toMatchObject([
      415,
      { error: { code: "unsupported_media_type" } },
    ]);
  });

  it("answers its own shape when something breaks", async ({ expect }) => {
    const broken = (error: Error) => new Proxy({}, { get: () => () => Promise.reject(error) }) as never;
    const fault = await arrange({ accounts: broken(new Error("secret detail")) });
    const reply = await fault.call("GET", "/plans");
    expect([reply.status, reply.body]).toMatchObject([500, { error: { code: "internal_error" } }]);
    expect(JSON.stringify(reply.body)).not.toContain("secret detail");
    const gone = await arrange({ accounts: broken(new Error("D1_ERROR: gone")) });
    expect((await gone.call("GET", "/plans")).status).toBe(503);
  });
});

describe("reconciling by the operator's request", () => {
  it("adds up every month, and answers what was repaired", async ({ expect }) => {
    const report = {
      endedSessions: [],
      closedBrowsers: [],
      unknownBrowsers: 2,
      correctedUsage: [],
      deletedIdempotencyKeys: 3,
      failedSteps: [],
    };
    const scopes: string[] = [];
    const { call } = await arrange({
      reconcile: async ({ usage }) => {
        scopes.push(usage);
        return report;
      },
    });
    const { status, body } = await call("POST", "/reconcile");
    expect([status, body]).toEqual([200, report]);
    expect(scopes).toEqual(["all"]);
  });

  it("is for operators alone", async ({ expect }) => {
    const { request, key } = await arrange({ reconcile: () => expect.unreachable("nobody may do this") });
    const headers = meshbrowAuth(key);
    expect((await request("/admin/reconcile", { method: "POST", headers })).status).toBe(401);
  });
});
