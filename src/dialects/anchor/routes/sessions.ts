import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import { CreateHeaders, readCreateCall } from "../../create-call.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { integerParameter, readQuery } from "../../query.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure } from "../../validation.ts";
import { SessionCreateRequest } from "../create-schema.ts";
import { errorResponses } from "../error-responses.ts";
import { commaSeparated, FilterParameters, toFilter } from "../filters.ts";
import { parseCreateSession } from "../parse.ts";
import { renderCreated, renderCreatedAndEnded, renderList, STATUSES_BY_WORD } from "../render.ts";
import { ANCHOR_STATUSES, SessionCreateResponse, SessionListResponse } from "../response-schemas.ts";
import { connectTargets } from "../targets.ts";

const PAGE_SIZES = ["10", "20", "50"] as const;
const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE = 1_000_000;
const MAX_SEARCH_LENGTH = 128;

const ListQuery = z.object({
  page: integerParameter(1, MAX_PAGE).optional().openapi({ description: "Page to fetch.", default: 1 }),
  limit: z
    .enum(PAGE_SIZES)
    .transform(Number)
    .optional()
    .openapi({ type: "integer", enum: [10, 20, 50], description: "Sessions in a page.", default: DEFAULT_PAGE_SIZE }),
  sort_by: z.enum(["created_at"]).optional().openapi({ description: "Field to sort by.", default: "created_at" }),
  sort_order: z.enum(["asc", "desc"]).optional().openapi({ description: "Direction.", default: "asc" }),
  search: z.string().max(MAX_SEARCH_LENGTH).optional().openapi({ description: "Part of a tag or of an id. One term." }),
  status: z.enum(ANCHOR_STATUSES).optional().openapi({ description: "Exact status." }),
  ...FilterParameters,
});

async function create(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const call = readCreateCall(context.req);
  if (!call.ok) return call;
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const requested = parseCreateSession(body.value);
  if (!requested.ok) return requested;
  const created = await context.var.sessions.create(context.var.principal, requested.value, call.value);
  if (!created.ok) return created;
  const targets = connectTargets(context.req, created.value);
  // Only a repeated create finds its session ended: it gets the answer of then, with nowhere to connect to.
  const answer = targets.ok ? renderCreated(targets.value) : renderCreatedAndEnded(created.value.view);
  return succeed({ status: 200, body: answer });
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, ListQuery);
  if (!query.ok) return query;
  const { page = 1, limit = DEFAULT_PAGE_SIZE, sort_order: order = "asc", search, status } = query.value;
  const terms = commaSeparated(search ?? "");
  if (terms.length > 1) return fail(fieldFailure("search", "takes one term"));
  const filter = toFilter(query.value);
  if (!filter.ok) return filter;
  const now = context.var.clock.now();
  if (filter.value === "nothing") {
    return succeed({ status: 200, body: renderList({ items: [], total: 0, page, limit, now }) });
  }
  const [term] = terms;
  const narrowed = {
    ...filter.value,
    ...(term !== undefined && { search: term }),
    ...(status !== undefined && { statuses: STATUSES_BY_WORD[status] }),
  };
  const { items, total } = await context.var.sessions.listByPage(context.var.principal, narrowed, {
    page,
    limit,
    order,
  });
  return succeed({ status: 200, body: renderList({ items, total, page, limit, now }) });
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "createSession",
    summary: "Start Browser Session",
    description:
      "Allocates a new browser session for the user, with optional configurations for ad-blocking, captcha solving, proxy usage, and idle timeout.",
    tags: ["Browser Sessions"],
    request: {
      headers: CreateHeaders,
      body: { required: false, content: { "application/json": { schema: SessionCreateRequest } } },
    },
    responses: {
      200: jsonResponse(SessionCreateResponse, "The session is ready for a client."),
      ...errorResponses(400, 402, 403, 413, 415, 502),
    },
  },
  handle: create,
};

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listSessions",
    summary: "List Sessions",
    description: "Retrieves a page of the account's sessions, running and ended.",
    tags: ["Browser Sessions"],
    request: { query: ListQuery },
    responses: { 200: jsonResponse(SessionListResponse, "A page of sessions."), ...errorResponses(400) },
  },
  handle: list,
};

export const sessionsPath: PathItem = { path: "/v1/sessions", operations: [createOperation, listOperation] };
