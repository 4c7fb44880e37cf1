import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { validate } from "../../validation.ts";
import { Tags } from "../create-schema.ts";
import { errorResponses } from "../error-responses.ts";
import { withoutNulls } from "../parse.ts";
import { type TagsResponse as TagsBody, TagsResponse } from "../response-schemas.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

const ReplaceTagsRequest = z.object({ tags: Tags }).openapi("ReplaceTagsRequest");

async function read(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const id = sessionIdIn(context.req);
  const described = await context.var.sessions.describe(context.var.principal, id);
  return described.ok ? succeed(toReply(id, described.value.view.spec.tags)) : described;
}

async function replace(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const request = validate(ReplaceTagsRequest, body.value === undefined ? {} : withoutNulls(body.value), {
    input: body.value,
  });
  return request.ok ? store(context, [...new Set(request.value.tags)]) : request;
}

const clear = (context: Context<HttpEnv>): Promise<Result<Reply, Failure>> => store(context, []);

async function store(context: Context<HttpEnv>, tags: readonly string[]): Promise<Result<Reply, Failure>> {
  const id = sessionIdIn(context.req);
  const stored = await context.var.sessions.setTags(context.var.principal, id, tags);
  return stored.ok ? succeed(toReply(id, stored.value)) : stored;
}

function toReply(sessionId: string, tags: readonly string[]): Reply {
  const body: TagsBody = { data: { session_id: sessionId, tags: [...tags] } };
  return { status: 200, body };
}

const success = { 200: jsonResponse(TagsResponse, "The session's tags as they are now.") };

const readOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getSessionTags",
    summary: "Get Session Tags",
    description: "Retrieves the tags of a session.",
    tags: ["Browser Sessions"],
    request: { params: PathParameters },
    responses: { ...success, ...errorResponses(404) },
  },
  handle: read,
};

const replaceOperation: Operation = {
  method: "put",
  documentation: {
    operationId: "putSessionTags",
    summary: "Put Session Tags",
    description: "Replaces the tags of a session with the given list.",
    tags: ["Browser Sessions"],
    request: {
      params: PathParameters,
      body: { required: true, content: { "application/json": { schema: ReplaceTagsRequest } } },
    },
    responses: { ...success, ...errorResponses(400, 404, 415) },
  },
  handle: replace,
};

const clearOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteSessionTags",
    summary: "Delete Session Tags",
    description: "Clears all tags of a session.",
    tags: ["Browser Sessions"],
    request: { params: PathParameters },
    responses: { ...success, ...errorResponses(404) },
  },
  handle: clear,
};

export const tagsPath: PathItem = {
  path: "/v1/sessions/{session_id}/tags",
  operations: [readOperation, replaceOperation, clearOperation],
};
