import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import { integer } from "../../fields.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure, validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import { withoutNulls } from "../parse.ts";
import { SUCCESS, SuccessResponse } from "../response-schemas.ts";

const TAGS = ["Events"];
const MAX_NAME = 255;
const DEFAULT_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 600_000;

const EventPath = z.object({
  event_name: z.string().openapi({ description: "Name of the event.", example: "mfa-code" }),
});
const SignalRequest = z
  .object({ data: z.record(z.string(), z.unknown()).openapi({ description: "What whoever waits is told." }) })
  .openapi("SignalEventRequest");
const WaitRequest = z
  .object({
    timeoutMs: integer(1, LONGEST_WAIT_MS)
      .optional()
      .openapi({ description: "How long to wait.", default: DEFAULT_WAIT_MS }),
  })
  .openapi("WaitForEventRequest");
const WaitResponse = z.object({ data: z.record(z.string(), z.unknown()) }).openapi("WaitForEventResponse");

function nameIn({ req }: Context<HttpEnv>): Result<string, Failure> {
  const name = req.param("event_name") ?? "";
  if (name.length <= MAX_NAME) return succeed(name);
  return fail(fieldFailure("event_name", `must have ${MAX_NAME} characters or less`));
}

async function signal(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const name = nameIn(context);
  if (!name.ok) return name;
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  // What is in `data` is the caller's, nulls and all.
  const request = validate(SignalRequest, body.value ?? {}, { input: body.value });
  if (!request.ok) return request;
  await context.var.events.signal(name.value, request.value.data);
  return succeed({ status: 200, body: SUCCESS });
}

async function wait(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const name = nameIn(context);
  if (!name.ok) return name;
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const given = body.value === undefined ? {} : withoutNulls(body.value);
  const request = validate(WaitRequest, given, { input: body.value });
  if (!request.ok) return request;
  const told = await context.var.events.wait(name.value, request.value.timeoutMs ?? DEFAULT_WAIT_MS);
  return told.ok ? succeed({ status: 200, body: { data: told.value } }) : told;
}

const signalOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "signalEvent",
    summary: "Signal Event",
    description: "Tells all who wait for the event; the next one to come, where nobody does, is told for 10 minutes.",
    tags: TAGS,
    request: {
      params: EventPath,
      body: { required: true, content: { "application/json": { schema: SignalRequest } } },
    },
    responses: { 200: jsonResponse(SuccessResponse, "It is signalled."), ...errorResponses(400, 415) },
  },
  handle: signal,
};

const waitOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "waitForEvent",
    summary: "Wait For Event",
    description: "Answers when the event is signalled.",
    tags: TAGS,
    request: {
      params: EventPath,
      body: { required: false, content: { "application/json": { schema: WaitRequest } } },
    },
    responses: { 200: jsonResponse(WaitResponse, "What it carries."), ...errorResponses(400, 408, 415) },
  },
  handle: wait,
};

export const eventPaths: readonly PathItem[] = [
  { path: "/v1/events/{event_name}/wait", operations: [waitOperation] },
  { path: "/v1/events/{event_name}", operations: [signalOperation] },
];
