import { describe, expect } from "vitest";
import { Api, type Dialect } from "../support/node/api.ts";
import { listBrowsers } from "../support/node/processes.ts";
import { readLeftovers } from "../support/node/server-state.ts";
import { test } from "../support/node/test.ts";

const MIB = 1024 * 1024;
const DIALECTS = ["meshbrow", "anchor"] as const;

interface Bad {
  readonly what: string;
  readonly body: unknown;
  readonly status?: number;
  readonly contentType?: string;
  /** The field that the message must name, where there is one. */
  readonly field?: string;
}

/** Wrong in either dialect, whatever the fields are called. */
const BODIES: readonly Bad[] = [
  { what: "cut-off JSON", body: '{"session":' },
  { what: "a lone brace", body: "}" },
  { what: "a single quote", body: "{'a':1}" },
  { what: "a list", body: "[]" },
  { what: "a number", body: "7" },
  { what: "a text", body: '"session"' },
  { what: "null", body: "null" },
  { what: "a control character in JSON", body: '{"a":"\u0001"}' },
  { what: "10,000 nested lists", body: "[".repeat(10_000) + "]".repeat(10_000) },
  { what: "10,000 nested objects", body: '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000) },
  { what: "more than 1 MiB", body: JSON.stringify({ a: "x".repeat(MIB) }), status: 413 },
  { what: "a form", body: "timeout=60", contentType: "application/x-www-form-urlencoded", status: 415 },
  { what: "text", body: "{}", contentType: "text/plain", status: 415 },
  { what: "JSON in another character set", body: "{}", contentType: "application/json; charset=utf-16", status: 415 },
  { what: "a prototype for a field", body: '{"__proto__":{"admin":true}}' },
  { what: "a prototype deep inside", body: '{"session":{"__proto__":{"a":1}},"proxy":{"__proto__":{}}}' },
];

const MESHBROW: readonly Bad[] = [
  { what: "a text for a timeout", body: { timeout: "60" }, field: "timeout" },
  { what: "a fraction for a timeout", body: { timeout: 1.5 }, field: "timeout" },
  { what: "a timeout of zero", body: { timeout: 0 }, field: "timeout" },
  { what: "a negative timeout", body: { timeout: -1 }, field: "timeout" },
  { what: "a timeout over an hour", body: { timeout: 3601 }, field: "timeout" },
  { what: "a timeout beyond any number", body: '{"timeout":1e999}', field: "timeout" },
  { what: "null for a timeout", body: { timeout: null }, field: "timeout" },
  { what: "an unknown stealth level", body: { stealth: "foo" }, field: "stealth" },
  { what: "an unknown proxy type", body: { proxy: { type: "satellite" } }, field: "proxy.type" },
  { what: "a proxy without type", body: { proxy: {} }, field: "proxy.type" },
  { what: "a country of three letters", body: { proxy: { type: "mobile", country: "USA" } }, field: "proxy.country" },
  { what: "a city without country", body: { proxy: { type: "mobile", city: "Dallas" } }, field: "proxy.city" },
  { what: "an unknown region", body: { proxy: { type: "mobile", region: "moon" } }, field: "proxy.region" },
  { what: "a text for a flag", body: { recording: { har: "true" } }, field: "recording.har" },
  { what: "another word for a fingerprint", body: { fingerprint: "random" }, field: "fingerprint" },
  { what: "a time zone that is none", body: { fingerprint: { timezone: "Mars/Base" } }, field: "fingerprint.timezone" },
  { what: "a viewport without area", body: { viewport: { width: 0, height: 1 } }, field: "viewport.width" },
  { what: "an over-long profile id", body: { profileId: "p".repeat(10_000) }, field: "profileId" },
  {
    what: "a header in a user agent",
    body: { fingerprint: { userAgent: "a\r\nb: c" } },
    field: "fingerprint.userAgent",
  },
  { what: "an unknown field", body: { tiemout: 60 }, field: "tiemout" },
  { what: "a field with an endless name", body: { ["x".repeat(50_000)]: 1 } },
];

const ANCHOR: readonly Bad[] = [
  { what: "a text for a session", body: { session: "yes" }, field: "session" },
  { what: "an address that is none", body: { session: { initial_url: "nowhere" } }, field: "session.initial_url" },
  { what: "a file's address", body: { session: { initial_url: "file:///etc/passwd" } }, field: "session.initial_url" },
  { what: "a script's address", body: { session: { initial_url: "javascript:1" } }, field: "session.initial_url" },
  {
    what: "an address with a password",
    body: { session: { initial_url: "http://a:b@example.com/" } },
    field: "session.initial_url",
  },
  {
    what: "an over-long address",
    body: { session: { initial_url: `http://example.com/${"a".repeat(9000)}` } },
    field: "session.initial_url",
  },
  { what: "a duration of zero", body: { session: { timeout: { max_duration: 0 } } }, field: "max_duration" },
  { what: "a duration below -1", body: { session: { timeout: { max_duration: -2 } } }, field: "max_duration" },
  { what: "a fraction for idleness", body: { session: { timeout: { idle_timeout: 0.5 } } }, field: "idle_timeout" },
  {
    what: "an unknown proxy type",
    body: { session: { proxy: { active: true, type: "vpn" } } },
    field: "session.proxy",
  },
  {
    what: "a country that its type lacks",
    body: { session: { proxy: { active: true, type: "anchor_proxy", country_code: "gb" } } },
    field: "session.proxy.country_code",
  },
  {
    what: "a custom proxy without password",
    body: { session: { proxy: { active: true, type: "custom", server: "http://p:1", username: "u" } } },
    field: "session.proxy.password",
  },
  {
    what: "a popup blocker without the ad blocker",
    body: { browser: { adblock: { active: false }, popup_blocker: { active: true } } },
    field: "popup_blocker",
  },
  {
    what: "a captcha solver without a proxy",
    body: { browser: { captcha_solver: { active: true } } },
    field: "CAPTCHA solver",
  },
  { what: "a viewport of text", body: { browser: { viewport: { width: "wide" } } }, field: "browser.viewport.width" },
  { what: "an extension that is no UUID", body: { browser: { extensions: ["adblock"] } }, field: "browser.extensions" },
  {
    what: "an unknown integration",
    body: { integrations: [{ id: crypto.randomUUID(), type: "VAULT", configuration: { load_mode: "all" } }] },
    field: "integrations.0.type",
  },
  {
    what: "an integration without secrets",
    body: {
      integrations: [
        { id: crypto.randomUUID(), type: "1PASSWORD", configuration: { load_mode: "specific", secrets: [] } },
      ],
    },
    field: "secrets",
  },
];

const CASES = [
  ...DIALECTS.flatMap((dialect) => BODIES.map((bad) => ({ dialect, ...bad }))),
  ...MESHBROW.map((bad) => ({ dialect: "meshbrow" as const, ...bad })),
  ...ANCHOR.map((bad) => ({ dialect: "anchor" as const, ...bad })),
];

interface ErrorBody {
  readonly error: { readonly code: unknown; readonly message: string };
}

/** The dialect's own shape of an error, and nothing of the server's inside in it. */
function expectRefusal(dialect: Dialect, { status, body }: { status: number; body: unknown }, expected: number): void {
  expect(status).toBe(expected);
  const { error } = body as ErrorBody;
  if (dialect === "anchor") expect(error).toEqual({ code: expected, message: expect.any(String) });
  else expect(error).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/), message: expect.any(String) });
  expect(error.message.length).toBeLessThan(500);
  expect(JSON.stringify(body)).not.toMatch(/zod|stack|at \w+ \(|SQLITE|D1_/i);
}

describe("POST /v1/sessions with bad input", () => {
  test.for(CASES)("is refused in the $dialect dialect: $what", async (bad, { api }) => {
    const { dialect, body, status = 400, contentType = "application/json", field } = bad;
    const headers = { "content-type": contentType };
    const answer = await api.call<ErrorBody>(dialect, "/v1/sessions", { method: "POST", headers, body });
    expectRefusal(dialect, answer, status);
    if (field !== undefined) expect(answer.body.error.message).toContain(field);
  });

  test("has launched no browser and taken no slot", async ({ api, berth }) => {
    const before = await api.countActive();
    const answers = await Promise.all(
      CASES.map(({ dialect, body, contentType = "application/json" }) =>
        api.call(dialect, "/v1/sessions", { method: "POST", headers: { "content-type": contentType }, body }),
      ),
    );
    expect(answers.filter(({ status }) => status < 400 || status > 499)).toEqual([]);
    expect(await api.countActive()).toBe(before);
    expect(listBrowsers()).toHaveLength(before);
    expect(readLeftovers(berth).unendedRows).toBe(before);
  });
});

describe.for(DIALECTS)("in the %s dialect", (dialect) => {
  const routes = (id: string): readonly (readonly [method: string, path: string])[] => [
    ["GET", `/v1/sessions/${id}`],
    ["DELETE", `/v1/sessions/${id}`],
    ...(dialect === "anchor"
      ? ([
          ["GET", `/v1/sessions/${id}/pages`],
          ["GET", `/v1/sessions/${id}/tags`],
          ["DELETE", `/v1/sessions/${id}/tags`],
          ["POST", `/v1/sessions/${id}/tokens`],
          ["DELETE", `/v1/sessions/${id}/tokens/ct_guessed`],
        ] as const)
      : []),
  ];

  test("ids that no session has are 404", async ({ api }) => {
    for (const id of [
      "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa",
      "00000000-0000-4000-8000-000000000000",
      "nonsense",
      "%00",
      "..%2f..%2fadmin",
      "' OR 1=1 --",
      "x".repeat(5000),
      "%F0%9F%92%A9",
    ]) {
      for (const [method, path] of routes(id)) {
        expectRefusal(dialect, await api.call(dialect, path, { method }), 404);
      }
    }
  });

  test("another account's session is one that does not exist", async ({ api, admin, shared }) => {
    const { api: stranger } = await admin.createAccount();
    const unknown = shared.id.replace(/.$/, (last) => (last === "a" ? "b" : "a"));
    for (const [method, path] of routes(shared.id)) {
      const seen = await stranger.call<ErrorBody>(dialect, path, { method });
      expectRefusal(dialect, seen, 404);
      const compared = await stranger.call<ErrorBody>(dialect, path.replace(shared.id, unknown), { method });
      expect(seen.body.error.message.replaceAll(shared.id, unknown)).toBe(compared.body.error.message);
    }
    expect((await api.describe(shared.id)).status).not.toBe("destroyed");
  });

  test("keys that are none, malformed or revoked are 401, before the body is looked at", async ({ admin, berth }) => {
    const { api: revoked, keyId } = await admin.createAccount();
    await admin.revokeKey(keyId);
    for (const apiKey of ["nonsense", "mb_live_", `mb_live_${"A".repeat(43)}`, "x".repeat(8000), revoked.apiKey]) {
      const stranger = new Api({ url: berth.url, apiKey });
      for (const [method, path] of [
        ["POST", "/v1/sessions"],
        ["GET", "/v1/sessions"],
      ] as const) {
        const body = method === "POST" ? "{" : undefined;
        expectRefusal(dialect, await stranger.call(dialect, path, { method, ...(body && { body }) }), 401);
      }
    }
  });

  test("unknown paths are 404, other methods 405 with what is allowed", async ({ api }) => {
    expectRefusal(dialect, await api.call(dialect, "/v1/nothing"), 404);
    const answer = await api.call(dialect, "/v1/sessions", { method: "PATCH", body: {} });
    expectRefusal(dialect, answer, 405);
    expect(answer.headers.get("allow")).toBe("POST, GET");
  });

  test.for(["limit=0", "limit=101", "limit=x", "limit=1e1", "limit=10&limit=20", "status=dead"])(
    "GET /v1/sessions?%s is refused",
    async (query, { api }) => expectRefusal(dialect, await api.call(dialect, `/v1/sessions?${query}`), 400),
  );
});

describe("/admin", () => {
  test("is closed to API keys and to bad tokens", async ({ berth }) => {
    for (const authorization of ["", `Bearer ${berth.apiKey}`, "Bearer nonsense", `Basic ${berth.adminToken}`]) {
      const response = await fetch(new URL("/admin/accounts", berth.url), { headers: { authorization } });
      expect(response.status, authorization).toBe(401);
    }
  });
});
