import { describe, it } from "vitest";
import { meshbrow } from "../../../../src/dialects/meshbrow/index.ts";
import { createClient } from "../support/client.ts";
import { CREATED_AT, MESHBROW_ID, summaryOf } from "../support/fake-sessions.ts";

const PYTHON = { "user-agent": "meshbrow-python/0.1.0" };

describe("a client library of the vendor", () => {
  it.for([
    PYTHON,
    { "user-agent": "meshbrow-rust/0.1.0" },
    { accept: "application/vnd.meshbrow.v1+json" },
    { accept: "text/html, Application/Vnd.Meshbrow.V1+JSON;q=0.9" },
  ])("gets the data envelope in snake_case for %j", async (headers, { expect }) => {
    const { jsonWith } = createClient(meshbrow);
    const { status, body } = await jsonWith(headers)("POST", "/v1/sessions", {});
    expect(status).toBe(201);
    expect(body).toEqual({
      data: {
        id: MESHBROW_ID,
        status: "ready",
        cdp_endpoint: `wss://api.example.com/cdp/${MESHBROW_ID}?token=ct_abc123`,
        token: "ct_abc123",
        stealth: "none",
        created_at: "2026-10-27T14:00:00.000Z",
        expires_at: "2026-10-27T14:30:00.000Z",
        proxy: null,
      },
    });
  });

  it.for([
    { "user-agent": "python-httpx/0.27" },
    { "user-agent": "curl/8.0 meshbrow-python/0.1.0" },
    { accept: "application/json" },
    { accept: "*/*" },
  ])("is not whoever sends %j", async (headers, { expect }) => {
    const { jsonWith } = createClient(meshbrow);
    const { body } = await jsonWith(headers)("POST", "/v1/sessions", {});
    expect(body).toHaveProperty("cdpUrl");
  });

  it("reads lists and ends in its own form, and no null where its types have a string", async ({ expect }) => {
    const { jsonWith, send, sessions } = createClient(meshbrow);
    await jsonWith(PYTHON)("POST", "/v1/sessions", {});
    sessions.summaries = [summaryOf(MESHBROW_ID, { expiresAt: null })];
    const list = await send("GET", "/v1/sessions", { headers: PYTHON });
    expect(list.body).toEqual({
      data: {
        sessions: [{ id: MESHBROW_ID, status: "active", proxy: null, created_at: "2026-10-27T14:00:00.000Z" }],
        metrics: { total: 1, has_more: false },
      },
    });
    const end = await send("DELETE", `/v1/sessions/${MESHBROW_ID}`, {
      headers: { ...PYTHON, "content-type": "application/json" },
    });
    expect(end.body).toMatchObject({ data: { status: "destroyed", metrics: { pages_visited: 0 } } });
    const view = sessions.known.get(MESHBROW_ID);
    expect(view?.endedAt).toBeGreaterThan(CREATED_AT);
    const ended = await send("GET", `/v1/sessions/${MESHBROW_ID}`, { headers: PYTHON });
    expect(ended.body).not.toHaveProperty("data.cdp_endpoint");
    expect(ended.body).not.toHaveProperty("data.token");
  });

  it("still gets errors in the documented form", async ({ expect }) => {
    const { jsonWith } = createClient(meshbrow);
    const { status, body } = await jsonWith(PYTHON)("POST", "/v1/sessions", { stealth: "foo" });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { error: { code: "invalid_request", field: "stealth" } },
    });
  });
});
