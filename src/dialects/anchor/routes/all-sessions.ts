import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import type { Principal } from "../../../domain/plan.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { SessionSummary } from "../../../domain/session-view.ts";
import type { SessionFilter, SessionService } from "../../../service/session-service.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readQuery } from "../../query.ts";
import { errorResponses } from "../error-responses.ts";
import { FilterParameters, toFilter } from "../filters.ts";
import { renderAllStatus, STATUSES_BY_WORD } from "../render.ts";
import { AllStatusResponse, SUCCESS, SuccessResponse } from "../response-schemas.ts";

const PAGE_SIZE = 100;

async function endAll(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  await context.var.sessions.endAll(context.var.principal);
  return succeed({ status: 200, body: SUCCESS });
}

const StatusQuery = z.object(FilterParameters);

async function status(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, StatusQuery);
  if (!query.ok) return query;
  const filter = toFilter(query.value);
  if (!filter.ok) return filter;
  const { sessions, principal } = context.var;
  const items = filter.value === "nothing" ? [] : await everyRunning(sessions, principal, filter.value);
  return succeed({ status: 200, body: renderAllStatus(items) });
}

/** Bounded by the account's concurrency limit, so mostly one page. */
async function everyRunning(
  sessions: SessionService,
  principal: Principal,
  filter: SessionFilter,
): Promise<readonly SessionSummary[]> {
  const running = { ...filter, statuses: STATUSES_BY_WORD.running };
  const found: SessionSummary[] = [];
  for (let page = 1; ; page++) {
    const { items, total } = await sessions.listByPage(principal, running, { page, limit: PAGE_SIZE, order: "asc" });
    found.push(...items);
    if (items.length === 0 || found.length >= total) return found;
  }
}

const endAllOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteAllSessions",
    summary: "End All Sessions",
    description: "Ends all running sessions of the account.",
    tags: ["Browser Sessions"],
    responses: { 200: jsonResponse(SuccessResponse, "All sessions have ended."), ...errorResponses() },
  },
  handle: endAll,
};

const statusOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listAllSessionsStatus",
    summary: "List All Sessions Status",
    description: "Retrieves the status of all running sessions of the account.",
    tags: ["Browser Sessions"],
    request: { query: StatusQuery },
    responses: { 200: jsonResponse(AllStatusResponse, "The running sessions."), ...errorResponses(400) },
  },
  handle: status,
};

export const allSessionsPath: PathItem = { path: "/v1/sessions/all", operations: [endAllOperation] };
export const allStatusPath: PathItem = { path: "/v1/sessions/all/status", operations: [statusOperation] };
