import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import type { DriveCommand } from "../../../domain/live-view.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import { HelpRequest, takenAt, toHelp } from "../../drive-request.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

const ControlResponse = z
  .object({
    data: z.object({
      taken: z.boolean().openapi({ description: "A person drives; input of CDP clients waits." }),
      taken_at: z.string().nullable().openapi({ description: "Since when." }),
      request: z.string().nullable().openapi({ description: "What a person is asked to do." }),
    }),
  })
  .openapi("HumanControlResponse");

async function drive(context: Context<HttpEnv>, command: DriveCommand): Promise<Result<Reply, Failure>> {
  const done = await context.var.sessions.drive(context.var.principal, sessionIdIn(context.req), command);
  if (!done.ok) return done;
  const { isTaken, request } = done.value;
  return succeed({ status: 200, body: { data: { taken: isTaken, taken_at: takenAt(done.value), request } } });
}

async function ask(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const request = validate(HelpRequest, body.value ?? {}, { input: body.value });
  return request.ok ? drive(context, toHelp(request.value)) : request;
}

const operation = (method: Operation["method"], id: string, description: string): Omit<Operation, "handle"> => ({
  method,
  documentation: {
    operationId: id,
    summary: description.slice(0, description.indexOf(":")),
    description,
    tags: ["Human Control"],
    request: { params: PathParameters },
    responses: { 200: jsonResponse(ControlResponse, "Who drives."), ...errorResponses(400, 404, 408, 409, 415) },
  },
});

const look = operation("get", "getHumanControl", "Get Human Control: whether a person drives the session.");
const take = operation("post", "takeHumanControl", "Take Control: input of CDP clients waits until it is returned.");
const back = operation("delete", "returnHumanControl", "Return Control: CDP clients drive again.");
const request = operation("post", "requestHumanControl", "Request Help: answers when a person has returned control.");

/** The most specific first. */
export const drivePaths: readonly PathItem[] = [
  { path: "/v1/sessions/{session_id}/control/request", operations: [{ ...request, handle: ask }] },
  {
    path: "/v1/sessions/{session_id}/control",
    operations: [
      { ...look, handle: (context) => drive(context, { kind: "look" }) },
      { ...take, handle: (context) => drive(context, { kind: "take" }) },
      { ...back, handle: (context) => drive(context, { kind: "return" }) },
    ],
  },
];
