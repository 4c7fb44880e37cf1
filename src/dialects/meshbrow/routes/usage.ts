import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readQuery } from "../../query.ts";
import { Status, Usage } from "../account-schemas.ts";
import { errorResponses } from "../error-responses.ts";
import { BERTH_VERSION } from "../../../domain/version.ts";

const MS_PER_SECOND = 1000;

const UsageQuery = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, { error: "must be a month as YYYY-MM" })
    .optional()
    .openapi({ description: "Calendar month (UTC); the current one when absent.", example: "2026-10" }),
});

async function readUsage(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, UsageQuery);
  if (!query.ok) return query;
  const usage = await context.var.usage.usage(context.var.principal, query.value.month);
  const body: Usage = {
    plan: usage.plan.name,
    active: usage.active,
    today: usage.sessionsToday,
    month: {
      period: usage.month,
      sessions: usage.sessions,
      limit: usage.plan.monthlySessions,
      browserSeconds: usage.browserMs / MS_PER_SECOND,
      proxyBytes: usage.proxyBytes,
    },
    concurrentLimit: usage.plan.concurrentSessions,
  };
  return succeed({ status: 200, body });
}

async function readStatus(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { plan, active, sessionsToday, sessions } = await context.var.usage.usage(context.var.principal);
  const body: Status = {
    status: "operational",
    version: BERTH_VERSION,
    plan: plan.name,
    usage: { active, today: sessionsToday, month: sessions, limit: plan.monthlySessions },
  };
  return succeed({ status: 200, body });
}

const usageOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getUsage",
    summary: "Get Usage",
    description: "How the account stands against its plan.",
    tags: ["Account"],
    request: { query: UsageQuery },
    responses: { 200: jsonResponse(Usage, "Use of one calendar month."), ...errorResponses(400) },
  },
  handle: readUsage,
};

const statusOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getStatus",
    summary: "Get Status",
    description: "That the API answers, its version, and the account's use of it.",
    tags: ["Account"],
    responses: { 200: jsonResponse(Status, "The API is operational."), ...errorResponses() },
  },
  handle: readStatus,
};

export const usagePath: PathItem = { path: "/v1/billing/usage", operations: [usageOperation] };
export const statusPath: PathItem = { path: "/v1/status", operations: [statusOperation] };
