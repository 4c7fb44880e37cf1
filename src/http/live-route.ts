import type { Hono } from "hono";
import { parseSessionId, type SessionId } from "../domain/ids.ts";
import { DOOR_HEADER, LIVE_VIEW_PATH } from "../session/door-request.ts";
import { livePage } from "../web/live-page.ts";
import { pagePolicy } from "../web/pages.ts";
import type { AppEnv } from "./app-env.ts";
import { PAGE_HEADERS } from "./pages-route.ts";

export interface LiveRouteOptions {
  /** The session's Durable Object. */
  readonly sessionObject: (id: SessionId) => { fetch(request: Request): Promise<Response> };
  /** Who may show the live view in a frame: a source list of CSP's `frame-ancestors`. */
  readonly frameAncestors: string;
}

/** No token is wider, or holds anything else. */
const TOKEN_SHAPE = /^[\x21-\x7e]{1,200}$/;
const UPGRADE_REQUIRED = 426;
const NOT_FOUND = 404;

/** The live view: a page, and the socket behind it. Whoever has a token of it may open it, in a frame, too. */
export function installLiveView(app: Hono<AppEnv>, { sessionObject, frameAncestors }: LiveRouteOptions): void {
  const headers = { ...PAGE_HEADERS, "Content-Security-Policy": pagePolicy(frameAncestors) };
  app.get("/live/:id", (c) => c.html(livePage(), 200, headers));
  app.get("/live/:id/socket", async (c): Promise<Response> => {
    const id = parseSessionId(c.req.param("id"));
    if (id === undefined) return c.json({ message: "there is no such session" }, NOT_FOUND);
    if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      return c.json({ message: "the live view's socket takes WebSockets" }, UPGRADE_REQUIRED);
    }
    const { token = "", page } = c.req.query();
    const passed = new Headers({ Upgrade: "websocket", [DOOR_HEADER.token]: TOKEN_SHAPE.test(token) ? token : "-" });
    const query = page === undefined ? "" : `?page=${encodeURIComponent(page)}`;
    return sessionObject(id).fetch(new Request(`https://session${LIVE_VIEW_PATH}${query}`, { headers: passed }));
  });
}
