import type { RenderedFailure } from "../dialects/dialect.ts";

/** A rendered failure as a response. */
export function toResponse({ status, body, headers }: RenderedFailure): Response {
  return Response.json(body, { status, ...(headers !== undefined && { headers }) });
}
