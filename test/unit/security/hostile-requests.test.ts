import { describe, expect, it } from "vitest";
import { installCdpRoutes } from "../../../src/http/cdp-route.ts";
import { ADMIN_TOKEN, createAppSetup, meshbrowAuth } from "../http/app-setup.ts";

const SESSION = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/** The app, and the requests that reach a session's object. */
async function createEntrance() {
  const knocks: Request[] = [];
  const setup = await createAppSetup({
    installers: [
      (app) =>
        installCdpRoutes(app, {
          sessionObject: () => ({
            fetch: async (request) => {
              knocks.push(request);
              return new Response("asked");
            },
          }),
          accountOf: async () => undefined,
        }),
    ],
  });
  return { ...setup, knocks };
}

describe("the way in for CDP clients", () => {
  it.for(["a%0d%0aberth-account:%20acct_1", "%00", "%F0%9F%98%80", "x".repeat(201), "%20"])(
    "answers the token %s as a wrong one, and asks no session",
    async (token, { expect }) => {
      const { request, knocks, logger } = await createEntrance();
      const response = await request(`/cdp/${SESSION}?token=${token}`);
      expect(response.status).toBe(401);
      expect(knocks).toEqual([]);
      expect(logger.events).toEqual([]);
    },
  );

  it("hands on none of the client's own headers", async () => {
    const { request, knocks } = await createEntrance();
    const forged = { "berth-account": "acct_1", "berth-token": "ct_forged", "berth-base": "wss://evil", cookie: "a=b" };
    await request(`/cdp/${SESSION}?token=ct_wrong`, { headers: forged });
    expect(Object.fromEntries(knocks[0]?.headers ?? [])).toEqual({
      "berth-base": `wss://berth.example/cdp/${SESSION}`,
      "berth-token": "ct_wrong",
    });
  });
});

describe("answers", () => {
  it("do not grow with what they repeat", async () => {
    const { request } = await createAppSetup();
    const operator = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const response = await request(`/admin/accounts/${"x".repeat(4000)}`, { headers: operator });
    expect(response.status).toBe(404);
    expect((await response.text()).length).toBeLessThan(300);
  });

  it("are never to be taken for documents, nor shared with other origins", async () => {
    const { request, key } = await createAppSetup();
    for (const [path, headers] of [
      ["/health", {}],
      ["/v1/sessions/<script>alert(1)<%2Fscript>", meshbrowAuth(key)],
      ["/admin/accounts", {}],
      ["/nothing", { origin: "https://evil.example" }],
    ] as const) {
      const response = await request(path, { headers });
      expect(response.headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(response.headers.get("content-type"), path).toMatch(/^application\/json/);
      expect(response.headers.get("access-control-allow-origin"), path).toBeNull();
    }
  });
});
