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
import { EXAMPLE_SESSION_ID } from "../response-schemas.ts";

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});

const ControlResponse = z
  .object({
    taken: z.boolean().openapi({ description: "A person drives; input of CDP clients waits." }),
    takenAt: z.string().nullable().openapi({ description: "Since when." }),
    request: z.string().nullable().openapi({ description: "What a person is asked to do." }),
  })
  .openapi("HumanControlResponse");

async function drive(context: Context<HttpEnv>, command: DriveCommand): Promise<Result<Reply, Failure>> {
  const done = await context.var.sessions.drive(context.var.principal, context.req.param("id") ?? "", command);
  if (!done.ok) return done;
  const { isTaken, request } = done.value;
  return succeed({ status: 200, body: { taken: isTaken, takenAt: takenAt(done.value), request } });
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
    responses: { 200: jsonResponse(ControlResponse, "Who drives."), ...errorResponses(400, 404, 409, 415, 504) },
  },
});

const look = operation("get", "getHumanControl", "Get Human Control: whether a person drives the session.");
const take = operation("post", "takeHumanControl", "Take Control: input of CDP clients waits until it is returned.");
const back = operation("delete", "returnHumanControl", "Return Control: CDP clients drive again.");
const request = operation("post", "requestHumanControl", "Request Help: answers when a person has returned control.");

/** The most specific first. */
export const drivePaths: readonly PathItem[] = [
  { path: "/v1/sessions/{id}/control/request", operations: [{ ...request, handle: ask }] },
  {
    path: "/v1/sessions/{id}/control",
    operations: [
      { ...look, handle: (context) => drive(context, { kind: "look" }) },
      { ...take, handle: (context) => drive(context, { kind: "take" }) },
      { ...back, handle: (context) => drive(context, { kind: "return" }) },
    ],
  },
];
