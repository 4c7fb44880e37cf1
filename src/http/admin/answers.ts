import type { HonoRequest } from "hono";
import type * as z from "zod";
import { readJsonBody } from "../../dialects/request-body.ts";
import { validate } from "../../dialects/validation.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Result } from "../../domain/result.ts";
import { toResponse } from "../rendered.ts";
import { renderAdminFailure } from "./render.ts";

/** A failure as the operator's answer. */
export const refuse = (failure: Failure): Response => toResponse(renderAdminFailure(failure));

/** A result as the operator's answer. */
export function answer<T>(result: Result<T, Failure>, render: (value: T) => object, status = 200): Response {
  return result.ok ? Response.json(render(result.value), { status }) : refuse(result.failure);
}

/** The request's JSON as a schema wants it. */
export async function readBody<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
): Promise<Result<z.output<Schema>, Failure>> {
  const body = await readJsonBody(request);
  return body.ok ? validate(schema, body.value) : body;
}
