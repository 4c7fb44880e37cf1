import type { Context, Hono } from "hono";
import { contentDisposition } from "../dialects/content-disposition.ts";
import { renderFailure } from "../dialects/meshbrow/failures.ts";
import { toContentResponse } from "../dialects/recording-content.ts";
import { parseSessionId, type SessionId } from "../domain/ids.ts";
import type { DownloadService } from "../service/download-service.ts";
import type { RecordingLink } from "../service/recording-links.ts";
import { DOOR_HEADER } from "../session/door-request.ts";
import type { AppEnv } from "./app-env.ts";
import { toResponse } from "./rendered.ts";

export interface DownloadsRouteOptions {
  readonly downloads: DownloadService;
  /** The session's Durable Object. */
  readonly sessionObject: (id: SessionId) => { fetch(request: Request): Promise<Response> };
}

/** Files that sessions have downloaded, for the bearer of a signed link. */
export function installDownloads(app: Hono<AppEnv>, options: DownloadsRouteOptions): void {
  app.get("/downloads/:session/:id", async (c) => {
    const { session: sessionId, id } = c.req.param();
    const found = await options.downloads.fetchByLink(linkIn(c), { sessionId, id, headers: c.req.raw.headers });
    if (!found.ok) return toResponse(renderFailure(found.failure));
    if (found.value !== null) return toContentResponse({ ...found.value, contentType: FILE });
    const held = await fromSession(options, sessionId, id);
    return held ?? toResponse(renderFailure({ kind: "notFound", what: "Download", id }));
  });
}

/** A page's file is shown by no browser on this origin. */
const FILE = "application/octet-stream";

/** What only the session's browser has. */
async function fromSession(
  { sessionObject }: DownloadsRouteOptions,
  text: string,
  download: string,
): Promise<Response | undefined> {
  const sessionId = parseSessionId(text);
  if (sessionId === undefined || !/^[0-9a-f-]{36}$/.test(download)) return undefined;
  const request = new Request("https://session/", { headers: { [DOOR_HEADER.download]: download } });
  const response = await sessionObject(sessionId).fetch(request);
  if (!response.ok) return undefined;
  const fileName = decodeURIComponent(response.headers.get("berth-file-name") ?? "download");
  const headers = { "content-type": FILE, "content-disposition": contentDisposition("attachment", fileName) };
  return new Response(response.body, { headers: { ...headers, "cache-control": "no-store" } });
}

function linkIn({ req }: Context): RecordingLink {
  const expires = req.query("expires") ?? "";
  return { expires: /^\d{1,11}$/.test(expires) ? Number(expires) : 0, signature: req.query("signature") ?? "" };
}
