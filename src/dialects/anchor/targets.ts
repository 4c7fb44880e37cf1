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

/** Where clients and viewers of one session connect, each with a token of its own scope. */
export interface ConnectTargets {
  readonly cdp: ConnectTarget;
  readonly liveView: ConnectTarget;
}

/** `sessionNotRunning` once the session has ended. */
export function connectTargets(
  request: HonoRequest,
  { view, connectToken, liveViewToken }: OwnedSession,
): Result<ConnectTargets, Failure> {
  const sessionId = view.id;
  if (connectToken === null || liveViewToken === null) {
    return fail({ kind: "sessionNotRunning", sessionId, status: view.status });
  }
  const { origin } = new URL(request.url);
  return succeed({
    cdp: { origin, sessionId, token: connectToken },
    liveView: { origin, sessionId, token: liveViewToken },
  });
}
