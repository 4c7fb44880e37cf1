import type { Hono } from "hono";
import type { AccountId, SessionId } from "../domain/ids.ts";
import { API_KEY_PREFIX, parseSessionId } from "../domain/ids.ts";
import type { AppEnv } from "./app-env.ts";
import { DOOR_HEADER } from "../session/door-request.ts";

export interface CdpRouteOptions {
  /** The session's Durable Object. */
  readonly sessionObject: (id: SessionId) => { fetch(request: Request): Promise<Response> };
  /** The account of a valid API key; one D1 round trip. */
  readonly accountOf: (apiKey: string) => Promise<AccountId | undefined>;
}

/** Wider than the tokens that there are; a session's object says which of them is one. */
const TOKEN_SHAPE = /^[\x21-\x7e]{1,200}$/;

/** What a client showed to be let in. */
type Credential = { readonly token: string } | { readonly apiKey: string };

/**
 * Ways in for CDP clients: `/cdp/{id}` and what is below it (Meshbrow's `cdpUrl`, DevTools endpoints), and
 * `/?sessionId=` with `token` or `apiKey` on any host, which Anchor's SDK builds itself.
 */
export function installCdpRoutes(app: Hono<AppEnv>, options: CdpRouteOptions): void {
  app.all("/cdp/:id/*", ({ req }) => {
    const id = req.param("id");
    return enter(options, req.raw, { id, path: pathBelow(`/cdp/${id}`, new URL(req.url).pathname) });
  });
  app.all("/cdp/:id", ({ req }) => enter(options, req.raw, { id: req.param("id"), path: "/" }));
  app.get("/", async ({ req }, next) => {
    const id = req.query("sessionId");
    if (id === undefined) return next();
    return enter(options, req.raw, { id, path: "/" });
  });
}

/**
 * The DevTools path below a session's own. chrome-remote-interface applies its `alterPath` to socket URLs that
 * carry the prefix and the token already, so both may come twice, the first query escaped.
 */
function pathBelow(prefix: string, pathname: string): string {
  const once = pathname.slice(prefix.length);
  if (!once.startsWith(`${prefix}/`)) return once;
  return once.slice(prefix.length).replace(/%3F.*$/i, "");
}

async function enter(
  { sessionObject, accountOf }: CdpRouteOptions,
  request: Request,
  door: { readonly id: string; readonly path: string },
): Promise<Response> {
  const id = parseSessionId(door.id);
  const credential = credentialOf(request);
  // One answer for every reason: whoever guesses learns nothing.
  if (id === undefined || credential === undefined) return unauthorized();
  const headers = new Headers({ [DOOR_HEADER.base]: baseOf(request.url, id) });
  if ("token" in credential) headers.set(DOOR_HEADER.token, credential.token);
  else {
    const accountId = await accountOf(credential.apiKey);
    if (accountId === undefined) return unauthorized();
    headers.set(DOOR_HEADER.account, accountId);
  }
  const upgrade = request.headers.get("Upgrade");
  if (upgrade !== null) headers.set("Upgrade", upgrade);
  const url = `https://session${door.path === "" ? "/" : door.path}${searchOf(request.url)}`;
  return sessionObject(id).fetch(new Request(url, { method: request.method, headers }));
}

function credentialOf(request: Request): Credential | undefined {
  const { searchParams } = new URL(request.url);
  const token = searchParams.get("token");
  if (token) return tokenCredential(token);
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
  const apiKey = searchParams.get("apiKey") ?? request.headers.get("anchor-api-key") ?? undefined;
  if (apiKey) return { apiKey };
  if (bearer === undefined) return undefined;
  return bearer.startsWith(API_KEY_PREFIX) ? { apiKey: bearer } : tokenCredential(bearer);
}

/** What no token can be is none: a header cannot carry control characters, and would throw. */
const tokenCredential = (token: string): Credential | undefined => (TOKEN_SHAPE.test(token) ? { token } : undefined);

/** The query without credentials: it is for `/json/new?{url}`. */
function searchOf(url: string): string {
  const parts = new URL(url).search.slice(1).split("&");
  const left = parts.filter((part) => part !== "" && !/^(?:token|apiKey|sessionId)=/.test(part));
  return left.length === 0 ? "" : `?${left.join("&")}`;
}

function baseOf(url: string, id: SessionId): string {
  const { protocol, host } = new URL(url);
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/cdp/${id}`;
}

const unauthorized = (): Response =>
  Response.json({ error: { code: "unauthorized", message: "a valid token is required" } }, { status: 401 });
