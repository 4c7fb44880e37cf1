import type { HonoRequest } from "hono";
import { z } from "@hono/zod-openapi";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result } from "../domain/result.ts";
import { fieldFailure, validate } from "./validation.ts";

/** `?a=1&a=2` has no meaning in either API, and picking one of the two would be a guess. */
export function readQuery<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
): Result<z.output<Schema>, Failure> {
  const query: [string, string][] = [];
  for (const [name, values] of Object.entries(request.queries())) {
    const [value, ...further] = values;
    if (further.length > 0) return fail(fieldFailure(name, "must be given once"));
    if (value !== undefined) query.push([name, value]);
  }
  const input = Object.fromEntries(query);
  return validate(schema, input, { input, whole: "query" });
}

/** An integer in a query: digits only, so that `1e3`, `0x10`, ` 5` and the empty string are refused. */
export const integerParameter = (minimum: number, maximum: number) => {
  const error = `must be an integer from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, { error })
    .openapi({ type: "integer", minimum, maximum });
};

export const booleanParameter = () =>
  z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .openapi({ type: "boolean" });
