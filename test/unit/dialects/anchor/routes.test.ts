import type { z } from "@hono/zod-openapi";
import { describe, it } from "vitest";
import { anchor } from "../../../../src/dialects/anchor/index.ts";
import { parseCreateSession } from "../../../../src/dialects/anchor/parse.ts";
import {
  PagesResponse,
  SessionCreateResponse,
  SessionRetrieveResponse,
  TagsResponse,
} from "../../../../src/dialects/anchor/response-schemas.ts";
import type { SessionView } from "../../../../src/domain/session-view.ts";
import documentedRequest from "../golden/anchor-create-request.json";
import documentedResponse from "../golden/anchor-created.json";
import { createClient } from "../support/client.ts";
import { EVERY_FAILURE } from "../support/every-failure.ts";
import { ANCHOR_ID, CREATED_AT, PROFILE, viewOf, withSession } from "../support/fake-sessions.ts";

const PATH = `/v1/sessions/${ANCHOR_ID}`;
const shaped = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> => schema.parse(body);

function requested(body: unknown) {
  const parsed = parseCreateSession(body);
  if (!parsed.ok) throw new Error("refused");
  return parsed.value;
}

function clientWithSession(changes: Partial<SessionView> = {}) {
  const client = createClient(anchor);
  withSession(client.sessions, { ...viewOf(requested({ session: { tags: ["a"] } })), ...changes });
  return client;
}

describe("POST /v1/sessions", () => {
  it.for([undefined, {}])("answers 200 with exactly the documented envelope for %j", async (body, { expect }) => {
    const { send, json } = createClient(anchor);
    const answer = body === undefined ? await send("POST", "/v1/sessions") : await json("POST", "/v1/sessions", body);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(documentedResponse);
    expect(shaped(SessionCreateResponse, answer.body)).toEqual(answer.body);
  });

  it("passes the documented request on", async ({ expect }) => {
    const { json, sessions } = createClient(anchor);
    expect((await json("POST", "/v1/sessions", documentedRequest)).status).toBe(200);
    expect(sessions.created).toEqual([requested(documentedRequest)]);
  });

  it.for([
    ["quotaExceeded", 402],
    ["unsupported", 400],
    ["concurrencyLimitReached", 429],
  ] as const)("answers %s with an integer code", async ([kind, status], { expect }) => {
    const { json, sessions } = createClient(anchor);
    sessions.refusal = EVERY_FAILURE[kind];
    const answer = await json("POST", "/v1/sessions", {});
    expect(answer).toMatchObject({ status, body: { error: { code: status } } });
  });
});

describe("GET /v1/sessions/{session_id}", () => {
  it("shows what is in force, which is not always what was asked", async ({ expect }) => {
    const { send } = clientWithSession();
    const { status, body } = await send("GET", PATH);
    expect(status).toBe(200);
    expect(shaped(SessionRetrieveResponse, body)).toEqual({
      data: {
        session_id: ANCHOR_ID,
        team_id: "acct_123",
        duration: 60,
        status: "running",
        credits_used: 0,
        configuration: {
          session: {
            tags: ["a"],
            recording: { active: false },
            proxy: { active: false },
            timeout: { max_duration: 20, idle_timeout: 5 },
            live_view: { read_only: false },
          },
          browser: {
            adblock: { active: false },
            popup_blocker: { active: false },
            captcha_solver: { active: false },
            headless: { active: true },
            fullscreen: { active: false },
            p2p_download: { active: false },
            extensions: [],
            disable_web_security: { active: false },
            cross_origin_support: { active: false },
            force_popups_as_tabs: { active: false },
            disable_dialogs: { active: false },
            pdf_viewer: { active: true },
            extra_stealth: { active: false },
          },
        },
        playground: false,
        proxy_bytes: 0,
        tokens: {},
        steps: [],
        tags: ["a"],
        created_at: "2026-10-27T14:00:00.000Z",
        end_reason: null,
        end_detail: null,
        metrics: {
          pages_visited: 0,
          cdp_bytes: 0,
          cdp_messages: 0,
          dropped_messages: 0,
          reconnects: 0,
          restores: 0,
          blocked_requests: 0,
          blocked_popups: 0,
          launch_ms: null,
        },
      },
    });
  });

  it("shows features that are on in the request's own form, and never a credential", async ({ expect }) => {
    const { send, sessions } = createClient(anchor);
    const asked = requested({
      session: {
        initial_url: "https://example.com",
        timeout: { max_duration: -1 },
        proxy: { active: true, type: "custom", server: "http://h:1", username: "user", password: "hunter2" },
      },
      browser: { profile: { name: "p" }, extra_stealth: { active: true } },
      integrations: documentedRequest.integrations,
    });
    withSession(sessions, {
      ...viewOf(asked, "video", "profile", "viewport", "headful", "stealth", "adblock"),
      profile: PROFILE,
      proxy: {
        type: "residential",
        country: "GB",
        region: "England",
        city: "London",
        ip: "192.0.2.1",
        mode: "upstream",
        status: "verified",
      },
    });
    const { body, text } = await send("GET", PATH);
    expect(body).toHaveProperty("data.configuration.session", {
      initial_url: "https://example.com/",
      tags: [],
      recording: { active: true },
      proxy: {
        active: true,
        type: "anchor_residential",
        country_code: "gb",
        region: "England",
        city: "London",
        ip: "192.0.2.1",
        mode: "upstream",
        status: "verified",
      },
      timeout: { max_duration: -1, idle_timeout: 5 },
      live_view: { read_only: false },
    });
    expect(body).toMatchObject({
      data: {
        configuration: {
          browser: {
            profile: { name: "p", persist: false, saved_at: "2026-10-27T14:00:00.000Z", save_error: "full" },
            viewport: { width: 1440, height: 900 },
            headless: { active: false },
            extra_stealth: { active: true },
            adblock: { active: true },
          },
        },
      },
    });
    expect(text).not.toMatch(/hunter2|"ct_|op:|integrations/);
  });

  it.for([
    ["launching", "running"],
    ["ready", "running"],
    ["active", "running"],
    ["idle", "running"],
    ["destroyed", "completed"],
    ["failed", "failed"],
  ] as const)("calls %s %s", async ([status, word], { expect }) => {
    const { send } = clientWithSession({ status });
    expect((await send("GET", PATH)).body).toHaveProperty("data.status", word);
  });

  it("counts the whole seconds up to the end", async ({ expect }) => {
    const { send, clock } = clientWithSession({ status: "destroyed", endedAt: CREATED_AT + 1999 });
    clock.time = CREATED_AT + 1_000_000;
    expect((await send("GET", PATH)).body).toHaveProperty("data.duration", 1);
  });

  it("answers 404 naming an unknown id", async ({ expect }) => {
    const { status, body } = await createClient(anchor).send("GET", PATH);
    expect({ status, body }).toEqual({
      status: 404,
      body: { error: { code: 404, message: `Session ${ANCHOR_ID} not found` } },
    });
  });
});

describe("DELETE /v1/sessions/{session_id}", () => {
  it("answers success, then 404", async ({ expect }) => {
    const { send } = clientWithSession();
    expect(await send("DELETE", PATH)).toMatchObject({ status: 200, body: { data: { status: "success" } } });
    expect((await send("DELETE", PATH)).status).toBe(404);
  });
});

describe("/v1/sessions/all", () => {
  it("ends every session", async ({ expect }) => {
    const { send, sessions } = clientWithSession();
    expect(await send("DELETE", "/v1/sessions/all")).toMatchObject({
      status: 200,
      body: { data: { status: "success" } },
    });
    expect(sessions.known.get(ANCHOR_ID)?.status).toBe("destroyed");
  });

  it("is not taken for an id", async ({ expect }) => {
    const answer = await createClient(anchor).send("GET", "/v1/sessions/all");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "DELETE"]);
  });
});

describe("GET /v1/sessions/{session_id}/pages", () => {
  it("answers a bare array with a live view of each page", async ({ expect }) => {
    const { send } = clientWithSession();
    const { status, body } = await send("GET", `${PATH}/pages`);
    expect(status).toBe(200);
    expect(shaped(PagesResponse, body)).toEqual([
      {
        id: "TARGET&1",
        title: "Example Domain",
        url: "https://example.com/",
        frontend_url: `https://api.example.com/live/${ANCHOR_ID}?token=ct_live456&page=TARGET%261`,
      },
    ]);
  });

  it("answers 409 once the session has ended", async ({ expect }) => {
    const { send } = clientWithSession({ status: "destroyed", endedAt: CREATED_AT });
    expect((await send("GET", `${PATH}/pages`)).body).toMatchObject({ error: { code: 409 } });
  });
});

describe("/v1/sessions/{session_id}/tags", () => {
  it("are read, replaced and cleared", async ({ expect }) => {
    const { send, json } = clientWithSession();
    const tagsOf = (body: unknown): readonly string[] => shaped(TagsResponse, body).data.tags;
    expect(tagsOf((await send("GET", `${PATH}/tags`)).body)).toEqual(["a"]);
    expect(tagsOf((await json("PUT", `${PATH}/tags`, { tags: ["x", "y", "x"] })).body)).toEqual(["x", "y"]);
    expect(tagsOf((await send("GET", `${PATH}/tags`)).body)).toEqual(["x", "y"]);
    expect(tagsOf((await send("DELETE", `${PATH}/tags`)).body)).toEqual([]);
  });

  it.for([[{}], [{ tags: "x" }], [{ tags: null }], [{ tags: [1] }], [[]], [null]])(
    "%j is refused",
    async ([body], { expect }) => {
      const { json } = clientWithSession();
      expect((await json("PUT", `${PATH}/tags`, body)).body).toMatchObject({ error: { code: 400 } });
    },
  );

  it("answer 404 for a session of nobody or of somebody else", async ({ expect }) => {
    const { send, json } = createClient(anchor);
    expect((await send("GET", `${PATH}/tags`)).status).toBe(404);
    expect((await json("PUT", `${PATH}/tags`, { tags: [] })).status).toBe(404);
    expect((await send("DELETE", `${PATH}/tags`)).status).toBe(404);
  });
});
