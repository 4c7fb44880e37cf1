import { z } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { CreateCall } from "../service/session-service.ts";
import { fieldFailure } from "./validation.ts";

const HEADER = "Idempotency-Key";
const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** The request headers of a create, for the OpenAPI document. */
export const CreateHeaders = z.object({
  [HEADER]: z
    .string()
    .regex(PRINTABLE)
    .optional()
    .openapi({
      description:
        "Text of your choice that makes a repeated request safe: for 24 hours, requests with the same key get the " +
        "session of the first one, as it is then (without an address to connect to once it has ended). The same " +
        "key with another request is a 400. A refused create or a failed launch does not use the key up.",
      example: "order-4711-attempt",
    }),
});

/** How a create was asked for: its key, and whether its client still waits. */
export function readCreateCall(request: HonoRequest): Result<CreateCall, Failure> {
  const { signal: gone } = request.raw;
  const { origin } = new URL(request.url);
  const idempotencyKey = request.header(HEADER);
  if (idempotencyKey === undefined) return succeed({ gone, origin });
  if (!PRINTABLE.test(idempotencyKey)) return fail(fieldFailure(HEADER, "must be 1 to 255 printable ASCII characters"));
  return succeed({ gone, origin, idempotencyKey });
}
