import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { booleanParameter, readQuery } from "../../query.ts";
import { readJsonBody } from "../../request-body.ts";
import { DestroySessionRequest } from "../create-schema.ts";
import { errorResponses } from "../error-responses.ts";
import { parseDestroySession } from "../parse.ts";
import { renderDestroyed, renderSession } from "../render.ts";
import { DestroyedSession, EXAMPLE_SESSION_ID, Session } from "../response-schemas.ts";
import { sdkDestroyed, sdkSession, wantsSdkForm } from "../sdk-form.ts";

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});

const DestroyQuery = z.strictObject({
  saveProfile: booleanParameter()
    .optional()
    .openapi({ description: "Save cookies and storage to the session's profile first.", default: false }),
});

async function describe(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const described = await context.var.sessions.describe(context.var.principal, context.req.param("id") ?? "");
  if (!described.ok) return described;
  const { origin } = new URL(context.req.url);
  const render = wantsSdkForm(context.req) ? sdkSession : renderSession;
  return succeed({ status: 200, body: render(described.value, origin) });
}

async function destroy(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, DestroyQuery);
  if (!query.ok) return query;
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const parsed = parseDestroySession(body.value);
  if (!parsed.ok) return parsed;
  const saveProfileField = query.value.saveProfile === true ? "saveProfile" : parsed.value.saveProfileField;
  const { sessions, principal } = context.var;
  const id = context.req.param("id") ?? "";
  if (saveProfileField !== null) {
    // First: of a save that fails, the session is what can still be saved.
    const saved = await sessions.saveProfile(principal, id);
    if (!saved.ok) return saved;
  }
  const ended = await sessions.end(principal, id);
  if (!ended.ok) return ended;
  const rendered = renderDestroyed(ended.value);
  return succeed({ status: 200, body: wantsSdkForm(context.req) ? sdkDestroyed(rendered) : rendered });
}

const describeOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getSession",
    summary: "Get Session",
    description: "Retrieve the status and details of a session, running or ended.",
    tags: ["Sessions"],
    request: { params: PathParameters },
    responses: { 200: jsonResponse(Session, "The session."), ...errorResponses(404) },
  },
  handle: describe,
};

const destroyOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "destroySession",
    summary: "Destroy Session",
    description:
      "End a session: its browser is closed before the answer is sent. A profile that cannot be saved leaves the session running.",
    tags: ["Sessions"],
    request: {
      params: PathParameters,
      query: DestroyQuery,
      body: { required: false, content: { "application/json": { schema: DestroySessionRequest } } },
    },
    responses: {
      200: jsonResponse(DestroyedSession, "The session has ended."),
      ...errorResponses(400, 404, 409, 413, 415),
    },
  },
  handle: destroy,
};

export const sessionPath: PathItem = { path: "/v1/sessions/{id}", operations: [describeOperation, destroyOperation] };
