import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { errorResponses } from "../error-responses.ts";
import { renderSession } from "../render.ts";
import { SessionRetrieveResponse, SUCCESS, SuccessResponse } from "../response-schemas.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

async function retrieve(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { sessions, principal, clock } = context.var;
  const described = await sessions.describe(principal, sessionIdIn(context.req));
  if (!described.ok) return described;
  const reading = { accountId: principal.accountId, now: clock.now() };
  return succeed({ status: 200, body: renderSession(described.value.view, reading) });
}

async function end(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const ended = await context.var.sessions.end(context.var.principal, sessionIdIn(context.req));
  return ended.ok ? succeed({ status: 200, body: SUCCESS }) : ended;
}

const retrieveOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "retrieveSession",
    summary: "Get Browser Session",
    description: "Retrieves detailed information about a session, running or ended.",
    tags: ["Browser Sessions"],
    request: { params: PathParameters },
    responses: { 200: jsonResponse(SessionRetrieveResponse, "The session."), ...errorResponses(404) },
  },
  handle: retrieve,
};

const endOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteSession",
    summary: "End Browser Session",
    description: "Ends a running session: its browser is closed before the answer is sent.",
    tags: ["Browser Sessions"],
    request: { params: PathParameters },
    responses: { 200: jsonResponse(SuccessResponse, "The session has ended."), ...errorResponses(404) },
  },
  handle: end,
};

export const sessionPath: PathItem = {
  path: "/v1/sessions/{session_id}",
  operations: [retrieveOperation, endOperation],
};
