import type { Context, Hono } from "hono";
import { toContentResponse } from "../dialects/recording-content.ts";
import { renderFailure } from "../dialects/meshbrow/failures.ts";
import type { Failure } from "../domain/failure.ts";
import { RECORDING_CONTENT_TYPES, RECORDING_TYPES } from "../domain/recording.ts";
import type { RecordingLink } from "../service/recording-links.ts";
import type { RecordingService, RecordingSet } from "../service/recording-service.ts";
import { playerPage } from "../web/player-page.ts";
import type { AppEnv } from "./app-env.ts";
import { PAGE_HEADERS } from "./pages-route.ts";

/** Whoever has a signed link may see a session's recordings: the player, and what it plays. */
export function installRecordings(app: Hono<AppEnv>, { recordings }: { recordings: RecordingService }): void {
  app.get("/recordings/:id", (c) => c.html(playerPage(), 200, PAGE_HEADERS));
  app.get("/recordings/:id/index.json", async (c) => {
    const listed = await recordings.listByLink(c.req.param("id"), linkIn(c));
    if (!listed.ok) return refuse(listed.failure);
    return c.json(render(listed.value), 200, { "cache-control": "no-store" });
  });
  for (const type of RECORDING_TYPES) {
    app.get(`/recordings/:id/${type}`, async (c) => {
      const wanted = { type, headers: c.req.raw.headers };
      const found = await recordings.contentByLink(c.req.param("id"), linkIn(c), wanted);
      return found.ok ? toContentResponse(found.value, "inline") : refuse(found.failure);
    });
  }
  app.get("/recordings/:id/screenshots/:n{[1-9][0-9]{0,8}}", async (c) => {
    const wanted = { type: "screenshots", screenshot: Number(c.req.param("n")), headers: c.req.raw.headers } as const;
    const found = await recordings.contentByLink(c.req.param("id") ?? "", linkIn(c), wanted);
    return found.ok ? toContentResponse(found.value, "inline") : refuse(found.failure);
  });
}

function linkIn({ req }: Context): RecordingLink {
  const expires = req.query("expires") ?? "";
  return { expires: /^\d{1,11}$/.test(expires) ? Number(expires) : 0, signature: req.query("signature") ?? "" };
}

/** For the player: what it shows to whoever came with a link. */
function refuse(failure: Failure): Response {
  const { status, body, headers } = renderFailure(failure);
  const { error } = body as { error: { message: string } };
  return Response.json({ message: error.message }, { status, headers: { ...headers, "cache-control": "no-store" } });
}

function render({ sessionId, recordings }: RecordingSet): object {
  return {
    sessionId,
    startedAt: Math.min(...recordings.map(({ startedAt }) => startedAt)),
    durationMs: Math.max(0, ...recordings.map(({ durationMs }) => durationMs)),
    recordings: recordings.map(({ type, status, size, detail }) => ({
      type,
      status,
      contentType: RECORDING_CONTENT_TYPES[type],
      size,
      detail,
    })),
  };
}
