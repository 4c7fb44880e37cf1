import { describe, it } from "vitest";
import { anchor } from "../../../../src/dialects/anchor/index.ts";
import { parseCreateSession } from "../../../../src/dialects/anchor/parse.ts";
import { TokensResponse } from "../../../../src/dialects/anchor/response-schemas.ts";
import type { FeatureName } from "../../../../src/domain/session-spec.ts";
import { createClient } from "../support/client.ts";
import { ANCHOR_ID, CREATED_AT, viewOf, withSession } from "../support/fake-sessions.ts";

const PATH = `/v1/sessions/${ANCHOR_ID}/tokens`;
const CDP = (token: string): string => `wss://api.example.com/?token=${token}&sessionId=${ANCHOR_ID}`;
const LIVE = (token: string): string => `https://api.example.com/live/${ANCHOR_ID}?token=${token}`;

function clientWithSession({ readOnly = false, inForce = [] as readonly FeatureName[] } = {}) {
  const parsed = parseCreateSession({ session: { live_view: { read_only: readOnly } } });
  if (!parsed.ok) throw new Error("refused");
  const client = createClient(anchor);
  withSession(client.sessions, viewOf(parsed.value, ...inForce));
  return client;
}

describe("POST /v1/sessions/{session_id}/tokens", () => {
  it.for([undefined, {}, { scopes: [] }, { scopes: null }])(
    "mints what the session can serve for %j",
    async (body, { expect }) => {
      const { send, json } = clientWithSession();
      const answer = body === undefined ? await send("POST", PATH) : await json("POST", PATH, body);
      expect(answer.status).toBe(200);
      expect(TokensResponse.parse(answer.body)).toEqual({
        data: { cdp_url: CDP("ct_token1"), tokens: [{ scope: "cdp", token: "ct_token1", url: CDP("ct_token1") }] },
      });
    },
  );

  it("mints one token for each scope of a session with a live view", async ({ expect }) => {
    const { json, sessions } = clientWithSession({ inForce: ["liveView"] });
    const { body } = await json("POST", PATH, {});
    expect(sessions.tokens).toEqual(["cdp", "live_view", "live_view_read_only"]);
    expect(body).toMatchObject({
      data: {
        cdp_url: CDP("ct_token1"),
        live_view_url: LIVE("ct_token2"),
        live_view_read_only_url: LIVE("ct_token3"),
      },
    });
  });

  it("mints a viewer's token by name, whether or not the session has a live view yet", async ({ expect }) => {
    const { json, sessions } = clientWithSession();
    expect((await json("POST", PATH, { scopes: ["live_view", "live_view_read_only"] })).status).toBe(200);
    expect(sessions.tokens).toEqual(["live_view", "live_view_read_only"]);
  });

  it.for([{ scopes: ["cdp"] }, { scopes: ["cdp", "cdp"] }, { scope: "cdp" }])(
    "mints one for %j",
    async (body, { expect }) => {
      const { json, sessions } = clientWithSession();
      expect((await json("POST", PATH, body)).status).toBe(200);
      expect(sessions.tokens).toEqual(["cdp"]);
    },
  );

  it("never lets a viewer of a read-only session interact", async ({ expect }) => {
    const { json, sessions } = clientWithSession({ readOnly: true, inForce: ["liveView"] });
    const { body } = await json("POST", PATH, { scope: "live_view" });
    expect(sessions.tokens).toEqual(["live_view_read_only"]);
    expect(body).toMatchObject({ data: { live_view_url: LIVE("ct_token1") } });
  });

  it.for([
    [{ scopes: ["admin"] }, "scopes.0 must be one of: cdp, live_view, live_view_read_only"],
    [{ scopes: "cdp" }, "scopes must be an array"],
    [{ scopes: ["cdp"], scope: "cdp" }, "scope and scopes are the same field"],
    [null, "request body must be an object"],
  ] as const)("refuses %j and mints nothing", async ([body, message], { expect }) => {
    const { json, sessions } = clientWithSession();
    const answer = await json("POST", PATH, body);
    expect(answer.body).toEqual({ error: { code: 400, message: expect.stringContaining(message) } });
    expect(sessions.tokens).toEqual([]);
  });

  it("answers 404 for an unknown session and 409 for an ended one", async ({ expect }) => {
    expect((await createClient(anchor).json("POST", PATH, {})).status).toBe(404);
    const { json, sessions } = clientWithSession();
    const view = sessions.known.get(ANCHOR_ID);
    if (view === undefined) throw new Error("no session");
    withSession(sessions, { ...view, status: "destroyed", endedAt: CREATED_AT });
    expect((await json("POST", PATH, {})).status).toBe(409);
  });
});

describe("DELETE /v1/sessions/{session_id}/tokens/{token}", () => {
  it("revokes the token", async ({ expect }) => {
    const { send, sessions } = clientWithSession();
    expect(await send("DELETE", `${PATH}/ct_abc`)).toMatchObject({
      status: 200,
      body: { data: { status: "success" } },
    });
    expect(sessions.revoked).toEqual(["ct_abc"]);
  });

  it("answers 404 for an unknown session, without the token", async ({ expect }) => {
    const answer = await createClient(anchor).send("DELETE", `${PATH}/ct_abc`);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("ct_abc");
  });
});
