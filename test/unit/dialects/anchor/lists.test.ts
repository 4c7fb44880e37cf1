import { describe, it } from "vitest";
import { anchor } from "../../../../src/dialects/anchor/index.ts";
import { AllStatusResponse, SessionListResponse } from "../../../../src/dialects/anchor/response-schemas.ts";
import { createClient } from "../support/client.ts";
import { CREATED_AT, summaryOf } from "../support/fake-sessions.ts";

const RUNNING = ["launching", "ready", "active", "idle"];

describe("GET /v1/sessions", () => {
  it("answers the documented page of running and ended sessions, the oldest first", async ({ expect }) => {
    const { send, sessions } = createClient(anchor);
    sessions.summaries = [
      summaryOf("a", {
        tags: ["production"],
        status: "destroyed",
        endedAt: CREATED_AT + 420_900,
        proxyType: "datacenter",
        proxyCountry: "US",
        recording: true,
      }),
      summaryOf("b", { apiKeyName: null }),
    ];
    const { status, body } = await send("GET", "/v1/sessions");
    expect(status).toBe(200);
    expect(sessions.listings).toEqual([{ filter: {}, page: { page: 1, limit: 10, order: "asc" } }]);
    const { data } = SessionListResponse.parse(body);
    expect(data).toMatchObject({ total: 2, page: 1, total_pages: 1 });
    expect(data.sessions).toEqual([
      {
        id: "a",
        status: "completed",
        tags: ["production"],
        headless: true,
        recording: true,
        used_credits: 0,
        proxy_bytes: null,
        proxy_type: "anchor_proxy",
        steps: null,
        duration: 420,
        created_at: "2026-10-27T14:00:00.000Z",
        user_configuration: {
          session: {
            tags: ["production"],
            recording: { active: true },
            proxy: { active: true, type: "anchor_proxy", country_code: "us" },
          },
          browser: { headless: { active: true } },
        },
        task_initiated: false,
        task_executions_count: 0,
        api_key_name: "production",
        browser_ip: null,
        domains: null,
      },
      expect.objectContaining({ id: "b", status: "running", duration: 60, api_key_name: "", proxy_type: null }),
    ]);
  });

  it("counts pages", async ({ expect }) => {
    const { send, sessions } = createClient(anchor);
    sessions.summaries = Array.from({ length: 21 }, (_, index) => summaryOf(`s${index}`));
    const { body } = await send("GET", "/v1/sessions?page=3&limit=10&sort_by=created_at&sort_order=desc");
    expect(body).toMatchObject({ data: { sessions: [{ id: "s20" }], total: 21, page: 3, total_pages: 3 } });
    expect(sessions.listings[0]?.page).toEqual({ page: 3, limit: 10, order: "desc" });
  });

  it.for([
    ["status=running", { statuses: RUNNING }],
    ["status=completed", { statuses: ["destroyed"] }],
    ["status=failed", { statuses: ["failed"] }],
    ["tags=a,%20b,,", { tags: ["a", "b"] }],
    ["search=cust", { search: "cust" }],
    ["search=", {}],
    ["created_from=2026-10-27T14:00:00Z", { createdFrom: CREATED_AT }],
    ["created_from=2026-10-27T14:00:00", { createdFrom: CREATED_AT }],
    ["created_to=2026-10-27T16:00:00.000%2B02:00", { createdTo: CREATED_AT }],
    ["created_to=2026-10-27", { createdTo: Date.parse("2026-10-27T00:00:00Z") }],
    ["playground=false&task_initiated=false", {}],
    ["something_newer=1", {}],
  ] as const)("reads ?%s", async ([query, filter], { expect }) => {
    const { send, sessions } = createClient(anchor);
    expect((await send("GET", `/v1/sessions?${query}`)).status).toBe(200);
    expect(sessions.listings[0]?.filter).toEqual(filter);
  });

  it.for(["batch_id=x", "task_initiated=true", "playground=true"])(
    "knows that nothing matches ?%s",
    async (query, { expect }) => {
      const { send, sessions } = createClient(anchor);
      sessions.summaries = [summaryOf("a")];
      const { status, body } = await send("GET", `/v1/sessions?${query}`);
      expect(status).toBe(200);
      expect(body).toEqual({ data: { sessions: [], total: 0, page: 1, total_pages: 0 } });
      const all = await send("GET", `/v1/sessions/all/status?${query}`);
      expect(all.body).toEqual({ data: { count: 0, items: [] } });
      expect(sessions.listings).toEqual([]);
    },
  );

  it.for([
    ["page=0", "page"],
    ["page=x", "page"],
    ["limit=5", "limit"],
    ["limit=100", "limit"],
    ["sort_by=used_credits", "sort_by"],
    ["sort_order=up", "sort_order"],
    ["status=ready", "status"],
    ["search=a,b", "search"],
    ["created_from=yesterday", "created_from"],
    ["created_from=2026-02-30", "created_from"],
    ["created_from=2026-10-27T14:00:00+02:00", "created_from"],
    ["playground=1", "playground"],
    ["tags=a&tags=b", "tags"],
    ["domains=example.com", "domains"],
    ["extra_stealth=true", "extra_stealth"],
    ["extra_stealth=false", "extra_stealth"],
  ] as const)("refuses ?%s naming %s", async ([query, name], { expect }) => {
    const { send } = createClient(anchor);
    const { status, body } = await send("GET", `/v1/sessions?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual({ error: { code: 400, message: expect.stringMatching(`^${name} `) } });
  });
});

describe("GET /v1/sessions/all/status", () => {
  it("answers every running session, however many pages there are", async ({ expect }) => {
    const { send, sessions } = createClient(anchor);
    sessions.summaries = Array.from({ length: 201 }, (_, index) => summaryOf(`s${index}`, { tags: ["t"] }));
    const { body } = await send("GET", "/v1/sessions/all/status?tags=t");
    const { data } = AllStatusResponse.parse(body);
    expect(data.count).toBe(201);
    expect(data.items.at(-1)).toEqual({
      session_id: "s200",
      status: "running",
      tags: ["t"],
      created_at: "2026-10-27T14:00:00.000Z",
    });
    expect(sessions.listings[0]?.filter).toEqual({ statuses: RUNNING, tags: ["t"] });
  });

  it.for(["created_to=never", "domains=x"])("refuses ?%s", async (query, { expect }) => {
    expect((await createClient(anchor).send("GET", `/v1/sessions/all/status?${query}`)).status).toBe(400);
  });
});
