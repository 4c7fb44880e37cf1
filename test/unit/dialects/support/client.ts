import type { ProfileService } from "../../../../src/service/profile-service.ts";
import { Hono } from "hono";
import type { Dialect } from "../../../../src/dialects/dialect.ts";
import type { HttpEnv } from "../../../../src/dialects/http-env.ts";
import type { AccountId } from "../../../../src/domain/ids.ts";
import type { Plan, Principal } from "../../../../src/domain/plan.ts";
import { CREATED_AT, FakeSessions } from "./fake-sessions.ts";

export const FREE_PLAN: Plan = {
  name: "free",
  monthlySessions: 100,
  overageMicros: null,
  concurrentSessions: 2,
  requestsPerMinute: 60,
  maxLifetimeMs: 1_800_000,
  proxyTypes: ["datacenter"],
};

export const PRINCIPAL: Principal = {
  accountId: "acct_123" as AccountId,
  apiKeyId: "key_abcdefgh12345672",
  apiKeyName: "production",
  plan: FREE_PLAN,
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** A dialect's routes behind what `src/http` puts in front of them. */
export function createClient(dialect: Dialect) {
  const sessions = new FakeSessions();
  const clock = { time: CREATED_AT + 60_000, now: () => clock.time };
  const usage = {
    usage: async (_principal: unknown, month = "2026-10") => ({
      month,
      plan: FREE_PLAN,
      sessions: 47,
      sessionsToday: 4,
      active: 1,
      browserMs: 1_234_500,
      proxyBytes: 734_003_200,
      proxyCostMicros: 2_900_000,
    }),
  };
  const noProfiles = (): never => {
    throw new Error("profiles are tested over HTTP, on a real database");
  };
  const profiles: ProfileService = {
    create: noProfiles,
    createFromSession: noProfiles,
    list: noProfiles,
    find: noProfiles,
    remove: noProfiles,
    versions: noProfiles,
    restore: noProfiles,
    exportState: noProfiles,
    importState: noProfiles,
  };
  const app = new Hono<HttpEnv>();
  app.use(async (context, next) => {
    context.set("requestId", "req-1");
    context.set("clock", clock);
    context.set("principal", PRINCIPAL);
    context.set("sessions", sessions);
    context.set("profiles", profiles);
    context.set("usage", usage);
    await next();
  });
  app.route("/", dialect.app);

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await app.request(`https://api.example.com${path}`, { method, ...init });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  /** Sends text as it is and anything else as JSON. */
  const jsonWith =
    (headers: Record<string, string>) =>
    (method: string, path: string, body: unknown): Promise<Answer> =>
      send(method, path, {
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      });

  return { sessions, clock, send, jsonWith, json: jsonWith({}) };
}
