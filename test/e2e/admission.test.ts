import { describe, expect } from "vitest";
import type { Dialect } from "../support/node/api.ts";
import { listBrowserProcesses, listBrowsers } from "../support/node/processes.ts";
import { readLeftovers } from "../support/node/server-state.ts";
import { test } from "../support/node/test.ts";

const LIMIT = 3;
const BURST = LIMIT + 10;

const PLAN = {
  monthlySessions: 50,
  overageMicros: null,
  concurrentSessions: LIMIT,
  requestsPerMinute: 6000,
  maxLifetimeMs: null,
  proxyTypes: ["custom"],
};

interface Refusal {
  readonly error: { readonly code: string | number; readonly message: string };
}

describe.for<Dialect>(["meshbrow", "anchor"])("a burst of creates in the %s dialect", (dialect) => {
  test("admits exactly as many as the plan allows and leaks nothing", async ({ admin, berth }) => {
    await expect.poll(() => listBrowserProcesses()).toEqual([]);
    await admin.savePlan("burst", PLAN);
    const { api } = await admin.createAccount("burst");
    const answers = await Promise.all(
      Array.from({ length: BURST }, () =>
        api.call<Refusal & { id: string; data: { id: string } }>(dialect, "/v1/sessions", { method: "POST" }),
      ),
    );
    const admitted = answers.filter(({ status }) => status < 300);
    const refused = answers.filter(({ status }) => status === 429);
    expect(admitted).toHaveLength(LIMIT);
    expect(refused).toHaveLength(BURST - LIMIT);
    for (const { body } of refused) {
      const counts = `${LIMIT} active, 1 requested, limit ${LIMIT}`;
      if (dialect === "meshbrow") {
        const message = `concurrent session limit reached for plan burst: ${counts}`;
        expect(body).toEqual({ error: { code: "concurrency_limit_reached", message } });
      } else {
        expect(body).toEqual({
          error: { code: 429, message: `Concurrent browser limit of plan burst reached: ${counts}` },
        });
      }
    }
    const ids = admitted.map(({ body }) => (dialect === "meshbrow" ? body.id : body.data.id));
    // Between its fork and its exec a child of a browser looks like a browser of its own.
    await expect.poll(() => listBrowsers().length).toBe(LIMIT);
    expect(await api.countActive()).toBe(LIMIT);

    await Promise.all(ids.map((id) => api.destroy(id)));
    expect(await api.countActive()).toBe(0);
    await expect.poll(() => listBrowserProcesses()).toEqual([]);
    expect(readLeftovers(berth)).toEqual({ unendedRows: 0, armedAlarms: 0, fullObjects: 0 });
  });
});

describe("admission", () => {
  test("frees a slot as soon as a session ends, and not before", async ({ admin, sessions }) => {
    await admin.savePlan("single", { ...PLAN, concurrentSessions: 1 });
    const { api } = await admin.createAccount("single");
    const first = await sessions.create("meshbrow", {}, api);
    await expect(sessions.create("anchor", {}, api)).rejects.toThrow(/429/);
    await api.destroy(first.id);
    const second = await sessions.create("anchor", {}, api);
    expect(second.id).not.toBe(first.id);
  });

  test("refuses beyond a hard monthly quota with 402 in both dialects", async ({ admin, sessions }) => {
    await admin.savePlan("monthly", { ...PLAN, monthlySessions: 1 });
    const { api, accountId } = await admin.createAccount("monthly");
    await api.destroy((await sessions.create("meshbrow", {}, api)).id);
    const meshbrow = await api.call("meshbrow", "/v1/sessions", { method: "POST" });
    expect(meshbrow).toMatchObject({
      status: 402,
      body: {
        error: {
          code: "quota_exceeded",
          message: `quota exceeded for account ${accountId} (plan monthly): 1/1 sessions used`,
        },
      },
    });
    const anchor = await api.call("anchor", "/v1/sessions", { method: "POST" });
    expect(anchor).toMatchObject({ status: 402, body: { error: { code: 402 } } });
  });

  test("refuses a proxy type outside the plan with 403 before any launch", async ({ admin }) => {
    await admin.savePlan("plain", PLAN);
    const { api, accountId } = await admin.createAccount("plain");
    await expect.poll(() => listBrowsers()).toEqual([]);
    const answer = await api.call("meshbrow", "/v1/sessions", {
      method: "POST",
      body: { proxy: { type: "residential" } },
    });
    expect(answer).toMatchObject({
      status: 403,
      body: {
        error: {
          code: "proxy_access_denied",
          message: `proxy type "residential" not available on plan plain for account ${accountId}`,
        },
      },
    });
    expect(listBrowsers()).toEqual([]);
  });

  test("limits requests a minute and says when to come back", async ({ admin }) => {
    await admin.savePlan("slow", { ...PLAN, requestsPerMinute: 3 });
    const { api } = await admin.createAccount("slow");
    const answers = [];
    // A window may end on the way: two of them hold six requests.
    for (let request = 0; request < 7; request++) answers.push(await api.call("meshbrow", "/v1/status"));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ error: { code: "rate_limited" } });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused?.headers.get("x-ratelimit-limit")).toBe("3");
    expect(refused?.headers.get("x-ratelimit-remaining")).toBe("0");
  });
});
