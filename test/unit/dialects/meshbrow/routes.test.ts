import { NO_METRICS } from "../../../../src/domain/session-view.ts";
import { describe, it } from "vitest";
import type { z } from "@hono/zod-openapi";
import { meshbrow } from "../../../../src/dialects/meshbrow/index.ts";
import { Account, Status, Usage } from "../../../../src/dialects/meshbrow/account-schemas.ts";
import {
  CreatedSession,
  DestroyedSession,
  Session,
  SessionList,
} from "../../../../src/dialects/meshbrow/response-schemas.ts";
import { BERTH_VERSION } from "../../../../src/domain/version.ts";
import { parseCreateSession } from "../../../../src/dialects/meshbrow/parse.ts";
import { renderCreatedSession } from "../../../../src/dialects/meshbrow/render.ts";
import { createClient } from "../support/client.ts";
import { CREATED_AT, MESHBROW_ID, owned, PROFILE, summaryOf, viewOf, withSession } from "../support/fake-sessions.ts";
import { EVERY_FAILURE } from "../support/every-failure.ts";
import documentedRequest from "../golden/meshbrow-create-request.json";
import documentedResponse from "../golden/meshbrow-created.json";
import documentedErrors from "../golden/meshbrow-errors.json";

function requested(body: unknown) {
  const parsed = parseCreateSession(body);
  if (!parsed.ok) throw new Error("refused");
  return parsed.value;
}

/** The body, after a check that it has the published shape and nothing else. */
function shaped<Schema extends z.ZodObject>(schema: Schema, body: unknown): z.infer<Schema> {
  return schema.strict().parse(body) as z.infer<Schema>;
}

describe("POST /v1/sessions", () => {
  it("answers 201 with the documented object, defaults in force shown as they are", async ({ expect }) => {
    const { json } = createClient(meshbrow);
    const { status, body } = await json("POST", "/v1/sessions", {});
    expect(status).toBe(201);
    expect(shaped(CreatedSession, body)).toEqual({
      id: MESHBROW_ID,
      status: "ready",
      cdpUrl: `wss://api.example.com/cdp/${MESHBROW_ID}?token=ct_abc123`,
      proxy: null,
      fingerprint: null,
      expiresAt: "2026-10-27T14:30:00.000Z",
      createdAt: "2026-10-27T14:00:00.000Z",
      stealth: "none",
      coherence: "full",
      recording: { har: false, screenshots: false, video: false },
      profileId: null,
      timeout: 1800,
      idleTimeout: 300,
    });
    expect(Object.keys(body as object)).toEqual(expect.arrayContaining(Object.keys(documentedResponse)));
  });

  it("accepts the documented request", async ({ expect }) => {
    const { json, sessions } = createClient(meshbrow);
    const { status } = await json("POST", "/v1/sessions", documentedRequest);
    expect(status).toBe(201);
    expect(sessions.created).toEqual([requested(documentedRequest)]);
  });

  it("takes an absent body for an empty one", async ({ expect }) => {
    const { send } = createClient(meshbrow);
    expect((await send("POST", "/v1/sessions")).status).toBe(201);
    expect((await send("POST", "/v1/sessions", { headers: { "content-type": "application/json" } })).status).toBe(201);
  });

  it.for(["402", "403", "429"] as const)("answers the documented %s", async (status, { expect }) => {
    const { json, sessions } = createClient(meshbrow);
    const kinds = { 402: "quotaExceeded", 403: "proxyAccessDenied", 429: "concurrencyLimitReached" } as const;
    sessions.refusal = EVERY_FAILURE[kinds[status]];
    const answer = await json("POST", "/v1/sessions", {});
    expect(answer).toMatchObject({ status: Number(status), body: documentedErrors[status] });
  });

  it("connects over ws where the request came over http", ({ expect }) => {
    const { cdpUrl } = renderCreatedSession(owned(viewOf(requested({}))), "http://127.0.0.1:8787");
    expect(cdpUrl).toBe(`ws://127.0.0.1:8787/cdp/${MESHBROW_ID}?token=ct_abc123`);
  });
});

describe("GET /v1/sessions/{id}", () => {
  it("shows what is in force, and the counters", async ({ expect }) => {
    const { send, sessions } = createClient(meshbrow);
    const asked = requested({ stealth: "standard", profileId: "prof_1", recording: { har: true } });
    withSession(sessions, {
      ...viewOf(asked, "stealth", "profile", "har"),
      profile: PROFILE,
      status: "active",
      fingerprint: documentedResponse.fingerprint,
      proxy: {
        type: "residential",
        country: "US",
        region: null,
        city: null,
        ip: "192.0.2.10",
        mode: "upstream",
        status: "unreachable",
      },
      metrics: { ...NO_METRICS, pagesVisited: 12, bytesTransferred: 4521890, cdpMessages: 847 },
    });
    const { status, body } = await send("GET", `/v1/sessions/${MESHBROW_ID}`);
    expect(status).toBe(200);
    expect(shaped(Session, body)).toMatchObject({
      status: "active",
      stealth: "standard",
      profileId: "prof_1",
      profile: {
        id: "prof_1",
        name: "p",
        persist: false,
        savedAt: "2026-10-27T14:00:00.000Z",
        safeAt: null,
        saveError: "full",
      },
      recording: { har: true, screenshots: false, video: false },
      fingerprint: documentedResponse.fingerprint,
      proxy: { type: "residential", country: "US", ip: "192.0.2.10", mode: "upstream", status: "unreachable" },
      metrics: { ...NO_METRICS, pagesVisited: 12, bytesTransferred: 4521890, cdpMessages: 847 },
    });
    expect(body).not.toHaveProperty("endedAt");
  });

  it("says when and why an ended session ended, and offers no way in", async ({ expect }) => {
    const { send, sessions } = createClient(meshbrow);
    withSession(sessions, {
      ...viewOf(requested({})),
      status: "failed",
      endReason: "crashed",
      endDetail: "the browser ran out of memory",
      endedAt: CREATED_AT + 5000,
    });
    const { body } = await send("GET", `/v1/sessions/${MESHBROW_ID}`);
    expect(shaped(Session, body)).toMatchObject({
      status: "failed",
      cdpUrl: null,
      endReason: "crashed",
      endDetail: "the browser ran out of memory",
      endedAt: "2026-10-27T14:00:05.000Z",
    });
  });

  it("answers 404 naming an unknown id", async ({ expect }) => {
    const { send } = createClient(meshbrow);
    expect(await send("GET", "/v1/sessions/ses_k8m2n4p6")).toMatchObject({
      status: 404,
      body: { error: { code: "not_found", message: "Session ses_k8m2n4p6 not found" } },
    });
  });
});

describe("DELETE /v1/sessions/{id}", () => {
  it("answers the whole seconds it lived, then 404", async ({ expect }) => {
    const { send, sessions } = createClient(meshbrow);
    withSession(sessions, viewOf(requested({})));
    const first = await send("DELETE", `/v1/sessions/${MESHBROW_ID}`);
    expect(first.status).toBe(200);
    expect(shaped(DestroyedSession, first.body)).toEqual({
      id: MESHBROW_ID,
      status: "destroyed",
      duration: 342,
      metrics: { pagesVisited: 0, bytesTransferred: 0, proxyCost: 0 },
    });
    expect((await send("DELETE", `/v1/sessions/${MESHBROW_ID}`)).status).toBe(404);
  });

  it.for([
    ["?saveProfile=true", undefined],
    ["", { saveProfile: true }],
    ["", { save_profile: true }],
  ] as const)("saves the profile first when asked for by %s %j", async ([query, body], { expect }) => {
    const { send, json, sessions } = createClient(meshbrow);
    const path = `/v1/sessions/${MESHBROW_ID}`;
    withSession(sessions, viewOf(requested({})));
    const answer = body === undefined ? await send("DELETE", path + query) : await json("DELETE", path, body);
    expect(answer).toMatchObject({ status: 200, body: { status: "destroyed" } });
    expect(sessions.saved).toEqual([MESHBROW_ID]);
  });

  it("keeps the session whose profile cannot be saved", async ({ expect }) => {
    const { send, sessions } = createClient(meshbrow);
    const path = `/v1/sessions/${MESHBROW_ID}`;
    withSession(sessions, viewOf(requested({})));
    sessions.saveFailure = { kind: "profileFailed", problem: "save_failed", reason: "R2 is away" };
    expect(await send("DELETE", `${path}?saveProfile=true`)).toMatchObject({
      status: 503,
      body: { error: { code: "profile_save_failed", message: "the profile cannot be saved: R2 is away" } },
    });
    expect((await send("GET", path)).body).toMatchObject({ status: "ready" });
  });

  it.for([
    ["?saveProfile=yes", undefined, "saveProfile"],
    ["?force=true", undefined, "force"],
    ["", { save_profile: "yes" }, "save_profile"],
    ["", { keep: 1 }, "keep"],
  ] as const)("refuses %s %j naming the field", async ([query, body, field], { expect }) => {
    const { send, json } = createClient(meshbrow);
    const path = `/v1/sessions/${MESHBROW_ID}`;
    const answer = body === undefined ? await send("DELETE", path + query) : await json("DELETE", path, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "invalid_request", field } } });
  });

  it("ends the session when not saving is said outright", async ({ expect }) => {
    const { json, sessions } = createClient(meshbrow);
    withSession(sessions, viewOf(requested({})));
    const { status } = await json("DELETE", `/v1/sessions/${MESHBROW_ID}?saveProfile=false`, { save_profile: false });
    expect(status).toBe(200);
  });
});

describe("GET /v1/sessions", () => {
  const RUNNING = ["launching", "ready", "active", "idle"];

  it("lists running sessions, 20 to a page, and omits what is absent", async ({ expect }) => {
    const { send, sessions } = createClient(meshbrow);
    sessions.summaries = [
      summaryOf("ses_1", { proxyType: "residential", proxyCountry: "US" }),
      summaryOf("ses_2", { expiresAt: null }),
    ];
    const { status, body } = await send("GET", "/v1/sessions");
    expect(status).toBe(200);
    expect(sessions.listings).toEqual([{ filter: { statuses: RUNNING }, page: { limit: 20 } }]);
    expect(shaped(SessionList, body)).toEqual({
      items: [
        {
          id: "ses_1",
          status: "active",
          proxy: { type: "residential", country: "US" },
          createdAt: "2026-10-27T14:00:00.000Z",
          expiresAt: "2026-10-27T14:30:00.000Z",
        },
        { id: "ses_2", status: "active", proxy: null, createdAt: "2026-10-27T14:00:00.000Z", expiresAt: null },
      ],
      hasMore: false,
      total: 2,
    });
  });

  it("passes status, limit and cursor on, and hands out the next cursor", async ({ expect }) => {
    const { send, sessions } = createClient(meshbrow);
    sessions.nextCursor = "next";
    const { body } = await send("GET", "/v1/sessions?status=idle&limit=100&cursor=abc");
    expect(sessions.listings).toEqual([{ filter: { statuses: ["idle"] }, page: { limit: 100, cursor: "abc" } }]);
    expect(body).toMatchObject({ hasMore: true, nextCursor: "next" });
  });

  it.for([
    ["status=destroyed", "status"],
    ["status=", "status"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=1.5", "limit"],
    ["limit=1e1", "limit"],
    ["limit=", "limit"],
    ["limit=5&limit=6", "limit"],
    ["cursor=", "cursor"],
    [`cursor=${"x".repeat(513)}`, "cursor"],
    ["page=1", "page"],
  ] as const)("refuses ?%s naming %s", async ([query, field], { expect }) => {
    const { send } = createClient(meshbrow);
    const { status, body } = await send("GET", `/v1/sessions?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: "invalid_request", field, message: expect.stringContaining(field) } });
  });
});

describe("the account", () => {
  it("GET /v1/auth/me says who calls without showing the key", async ({ expect }) => {
    const { body } = await createClient(meshbrow).send("GET", "/v1/auth/me");
    expect(shaped(Account, body)).toEqual({
      accountId: "acct_123",
      key: { id: "key_abcdefgh12345672", name: "production" },
      plan: "free",
      limits: {
        monthlySessions: 100,
        monthlySessionsAreHard: true,
        concurrentSessions: 2,
        requestsPerMinute: 60,
        sessionSeconds: 1800,
        proxyTypes: ["datacenter"],
      },
    });
  });

  it("GET /v1/billing/usage counts active, today and month", async ({ expect }) => {
    const { body } = await createClient(meshbrow).send("GET", "/v1/billing/usage?month=2026-09");
    expect(shaped(Usage, body)).toEqual({
      plan: "free",
      active: 1,
      today: 4,
      month: { period: "2026-09", sessions: 47, limit: 100, browserSeconds: 1234.5, proxyBytes: 734_003_200 },
      concurrentLimit: 2,
    });
  });

  it.for(["2026-13", "2026", "2026-1", "now"])("refuses the month %s", async (month, { expect }) => {
    const { status, body } = await createClient(meshbrow).send("GET", `/v1/billing/usage?month=${month}`);
    expect({ status, body }).toMatchObject({ status: 400, body: { error: { field: "month" } } });
  });

  it("GET /v1/status is operational", async ({ expect }) => {
    const { body } = await createClient(meshbrow).send("GET", "/v1/status");
    expect(shaped(Status, body)).toEqual({
      status: "operational",
      version: BERTH_VERSION,
      plan: "free",
      usage: { active: 1, today: 4, month: 47, limit: 100 },
    });
  });
});
