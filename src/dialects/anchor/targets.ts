import { z } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import type { Failure } from "../../domain/failure.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import type { OwnedSession } from "../../session/session-object.ts";
import type { ConnectTarget } from "../connect-urls.ts";
import { EXAMPLE_SESSION_ID } from "./response-schemas.ts";

export const PathParameters = z.object({
  session_id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});

/** The session id in the path; whether a session can have it is for the service to say. */
export const sessionIdIn = (request: HonoRequest): string => request.param("session_id") ?? "";

/** Where a client connects to the session; `sessionNotRunning` once it has ended. */
export function connectTarget(
  request: HonoRequest,
  { view, connectToken: token }: OwnedSession,
): Result<ConnectTarget, Failure> {
  if (token === null) return fail({ kind: "sessionNotRunning", sessionId: view.id, status: view.status });
  return succeed({ origin: new URL(request.url).origin, sessionId: view.id, token });
}
