import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import { CreateHeaders, readCreateCall } from "../../create-call.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { integerParameter, readQuery } from "../../query.ts";
import { readJsonBody } from "../../request-body.ts";
import { CreateSessionRequest } from "../create-schema.ts";
import { errorResponses } from "../error-responses.ts";
import { parseCreateSession } from "../parse.ts";
import { renderCreatedSession, renderList } from "../render.ts";
import { CreatedSession, SessionList } from "../response-schemas.ts";
import { sdkList, sdkSession, wantsSdkForm } from "../sdk-form.ts";

/** The list holds sessions that exist now; ended ones are read by id. */
const LISTED_STATUSES = ["launching", "ready", "active", "idle"] as const;
const MAX_PAGE_SIZE = 100;
const DEFAULT_PAGE_SIZE = 20;
const MAX_CURSOR_LENGTH = 512;

const ListQuery = z.strictObject({
  status: z.enum(LISTED_STATUSES).optional().openapi({ description: "Only sessions in this status." }),
  limit: integerParameter(1, MAX_PAGE_SIZE)
    .optional()
    .openapi({ description: "Sessions in a page.", default: DEFAULT_PAGE_SIZE }),
  cursor: z
    .string()
    .min(1)
    .max(MAX_CURSOR_LENGTH)
    .optional()
    .openapi({ description: "`nextCursor` of the page before." }),
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
  const { origin } = new URL(context.req.url);
  const render = wantsSdkForm(context.req) ? sdkSession : renderCreatedSession;
  return succeed({ status: 201, body: render(created.value, origin) });
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, ListQuery);
  if (!query.ok) return fail(query.failure);
  const { status, limit = DEFAULT_PAGE_SIZE, cursor } = query.value;
  const filter = { statuses: status === undefined ? LISTED_STATUSES : [status] };
  const page = { limit, ...(cursor !== undefined && { cursor }) };
  const listed = await context.var.sessions.listByCursor(context.var.principal, filter, page);
  if (!listed.ok) return listed;
  const body = renderList(listed.value);
  return succeed({ status: 200, body: wantsSdkForm(context.req) ? sdkList(body) : body });
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "createSession",
    summary: "Create Session",
    description: "Launch a new isolated browser session with stealth configuration, proxy, and fingerprint.",
    tags: ["Sessions"],
    request: {
      headers: CreateHeaders,
      body: { required: false, content: { "application/json": { schema: CreateSessionRequest } } },
    },
    responses: {
      201: jsonResponse(CreatedSession, "The session is ready for a client."),
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
    description: "Retrieve the sessions of the account that exist now, the newest first.",
    tags: ["Sessions"],
    request: { query: ListQuery },
    responses: { 200: jsonResponse(SessionList, "A page of sessions."), ...errorResponses(400) },
  },
  handle: list,
};

export const sessionsPath: PathItem = { path: "/v1/sessions", operations: [createOperation, listOperation] };
