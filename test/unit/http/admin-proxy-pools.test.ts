import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createProxyPoolStore } from "../../../src/accounts/proxy-pool-store.ts";
import { createProxyPoolService } from "../../../src/service/proxy-pool-service.ts";
import { cryptoIds, FakeClock, NOON } from "../accounts/tenant.ts";
import { ADMIN_TOKEN, createAppSetup } from "./app-setup.ts";

const PASSWORD = "hunter2-hunter2";
const POOL = { name: "homes", type: "residential", host: "Gate.Example", port: 7000 };
const GUARDED = { ...POOL, username: "acme[-cc-{country}]", password: PASSWORD };
const MISSING_SECRET = "Credentials cannot be stored: set the secret";

const poolsWith = (secret: string, missingSecret?: string) =>
  createProxyPoolService({
    pools: createProxyPoolStore({ database: env.DB, clock: new FakeClock(NOON), ids: cryptoIds, secret }),
    allowPrivateNetwork: true,
    missingSecret,
  });

async function arrange(changes: Parameters<typeof createAppSetup>[0] = {}) {
  const { request, logger } = await createAppSetup(changes);
  const call = async (method: string, path = "", body?: object) => {
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    const response = await request(`/admin/proxy-pools${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json<Record<string, unknown>>() };
  };
  const add = async (pool: object = GUARDED) => String((await call("POST", "", pool)).body["id"]);
  return { call, add, request, logger };
}

describe("operators' proxy pools", () => {
  it("are added, shown, listed, changed and removed, and never show credentials", async ({ expect }) => {
    const { call, logger } = await arrange();
    const created = await call("POST", "", GUARDED);
    const id = String(created.body["id"]);
    const pool = {
      ...POOL,
      id,
      host: "gate.example",
      protocol: "http",
      credentials: "set",
      sticky: false,
      countries: null,
      hasRegions: false,
      hasCities: false,
      microsPerGb: null,
      enabled: true,
      createdAt: NOON,
    };
    expect([created.status, created.body]).toEqual([201, pool]);
    const shown = await call("GET", `/${id}`);
    expect(shown.body).toEqual(pool);
    const listed = await call("GET");
    expect(listed.body["items"]).toContainEqual(pool);
    const change = { countries: ["de", "US"], microsPerGb: 4_000_000, enabled: false };
    const changed = await call("PATCH", `/${id}`, change);
    expect(changed).toEqual({ status: 200, body: { ...pool, ...change, countries: ["DE", "US"] } });
    const everything = JSON.stringify([created, shown, listed, changed, logger.events]);
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain("acme");
    expect(await call("DELETE", `/${id}`)).toEqual({ status: 200, body: { id } });
    for (const method of ["GET", "DELETE"]) expect((await call(method, `/${id}`)).status).toBe(404);
    expect((await call("PATCH", `/${id}`, { enabled: true })).status).toBe(404);
  });

  it("are for operators only", async ({ expect }) => {
    const { request } = await arrange();
    expect((await request("/admin/proxy-pools")).status).toBe(401);
  });

  it("keep what a change does not name, and lose credentials that are emptied", async ({ expect }) => {
    const { call, add } = await arrange();
    const id = await add();
    const path = `/${id}`;
    expect((await call("PATCH", path, { password: "next-{session}" })).body).toMatchObject({
      credentials: "set",
      sticky: true,
    });
    const emptied = await call("PATCH", path, { username: "", password: "" });
    expect(emptied.body).toMatchObject({ credentials: "none", sticky: false });
  });

  it("say when the secret is another one, and take credentials anew as a whole", async ({ expect }) => {
    const id = await (await arrange()).add();
    const { call } = await arrange({ proxyPools: poolsWith("another-secret-of-thirty-two-characters") });
    const path = `/${id}`;
    expect((await call("GET", path)).body).toMatchObject({ credentials: "unreadable" });
    expect((await call("PATCH", path, { enabled: false })).body).toMatchObject({ credentials: "unreadable" });
    expect((await call("PATCH", path, { protocol: "socks5" })).body).toMatchObject({ error: { field: "protocol" } });
    expect((await call("PATCH", path, { password: "p" })).body).toMatchObject({ error: { field: "username" } });
    expect((await call("PATCH", path, { username: "u", password: "p" })).body).toMatchObject({ credentials: "set" });
  });

  it("take no credentials without a secret to encrypt them with", async ({ expect }) => {
    const { call } = await arrange({ proxyPools: poolsWith("", MISSING_SECRET) });
    const refused = await call("POST", "", GUARDED);
    expect(refused).toMatchObject({ status: 503, body: { error: { message: MISSING_SECRET } } });
    expect((await call("POST", "", POOL)).status).toBe(201);
  });

  it("may be on a private network where that is allowed", async ({ expect }) => {
    const { call } = await arrange({ proxyPools: poolsWith("s") });
    expect((await call("POST", "", { ...POOL, host: "127.0.0.1" })).status).toBe(201);
  });
});

describe("a proxy pool is refused for", () => {
  for (const [field, wrong] of [
    ["name", { name: "" }],
    ["name", { name: "a\u0007" }],
    ["type", { type: "custom" }],
    ["protocol", { protocol: "ftp" }],
    ["port", { port: 0 }],
    ["port", { port: 65_536 }],
    ["port", { port: "80" }],
    ["host", { host: "http://gate.example" }],
    ["host", { host: "gate.example:80" }],
    ["host", { host: "localhost" }],
    ["host", { host: "10.0.0.1" }],
    ["host", { host: "::1" }],
    ["host", { host: "169.254.169.254" }],
    ["host", { host: "metadata.google.internal" }],
    ["protocol", { protocol: "socks5", username: "u", password: PASSWORD }],
    ["username", { username: "", password: PASSWORD }],
    ["username", { username: "u[-{city}", password: PASSWORD }],
    ["username", { username: "u-{town}", password: PASSWORD }],
    ["username", { username: "u".repeat(513) }],
    ["password", { username: "u", password: `${PASSWORD}{` }],
    ["password", { username: "u", password: `${PASSWORD}\n` }],
    ["password", { username: "u", password: PASSWORD.repeat(40) }],
    ["countries.0", { countries: ["XX"] }],
    ["countries", { countries: ["DE", "de"] }],
    ["countries", { countries: [] }],
    ["hasRegions", { hasRegions: true }],
    ["hasCities", { hasCities: true, username: "u" }],
    ["microsPerGb", { microsPerGb: -1 }],
    ["enabled", { enabled: "yes" }],
    ["id", { id: "pool_x" }],
  ] as const) {
    it(`${field} in ${JSON.stringify(wrong).slice(0, 70)}, also as a change`, async ({ expect }) => {
      const { call, add } = await arrange();
      const path = `/${await add(POOL)}`;
      for (const refused of [await call("POST", "", { ...POOL, ...wrong }), await call("PATCH", path, wrong)]) {
        expect(refused).toMatchObject({ status: 400, body: { error: { code: "invalid_request", field } } });
        expect(JSON.stringify(refused.body)).not.toContain(PASSWORD);
      }
    });
  }

  it("fields that are missing, and a change of nothing", async ({ expect }) => {
    const { call, add } = await arrange();
    for (const field of Object.keys(POOL)) {
      const refused = await call("POST", "", { ...POOL, [field]: undefined });
      expect(refused).toMatchObject({ status: 400, body: { error: { field } } });
    }
    expect((await call("PATCH", `/${await add()}`, {})).status).toBe(400);
  });

  it("authentication at a SOCKS5 proxy, by name", async ({ expect }) => {
    const { call } = await arrange();
    const { body } = await call("POST", "", { ...GUARDED, protocol: "socks5" });
    expect(JSON.stringify(body)).toContain("Chromium cannot authenticate to SOCKS5 proxies");
  });
});
