import { beforeAll, expect, it } from "vitest";
import { selectDialect } from "../../src/dialects/index.ts";
import type { SessionId } from "../../src/domain/ids.ts";
import { createTenant } from "../unit/accounts/tenant.ts";
import { ADMIN_TOKEN } from "../unit/http/app-setup.ts";
import { runCampaign, SHARE } from "./support/campaign.ts";
import { createHttpTarget, expectRefusal, type HttpTarget } from "./support/http-target.ts";
import { hostileEntrance, type HostileRequest, hostileRequest } from "./support/requests.ts";

const UNKNOWN = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa";

let target: HttpTarget;
/** A session of another account, in the same deployment. */
let foreign: { readonly id: SessionId; readonly key: string };
let own: SessionId;

const create = async (key: string): Promise<SessionId> => {
  const response = await target.request("/v1/sessions", {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
  });
  return (await response.json<{ id: SessionId }>()).id;
};

beforeAll(async () => {
  target = await createHttpTarget();
  const { key } = await createTenant();
  foreign = { id: await create(key.key), key: key.key };
  own = await create(target.key);
});

/** Some cases end the session: the next one gets a new one. */
async function ownSession(): Promise<SessionId> {
  if (!target.sessions.isRunning(own)) own = await create(target.key);
  return own;
}

function credentialHeaders(credential: HostileRequest["credential"]): Record<string, string> {
  const { key } = target;
  switch (credential) {
    case "meshbrow":
      return { authorization: `Bearer ${key}` };
    case "anchor":
      return { "anchor-api-key": key };
    case "both":
      return { authorization: `Bearer ${key}`, "anchor-api-key": key };
    case "both, one wrong":
      return { authorization: "Bearer nonsense", "anchor-api-key": key };
    case "none":
      return {};
    case "operator":
      return { authorization: `Bearer ${ADMIN_TOKEN}` };
    case "odd bearer":
      return { authorization: `bearer  ${key} ${key}, Basic ==` };
    case "odd anchor":
      return { "anchor-api-key": ` ${key.slice(0, -1)}~` };
    default:
      return credential satisfies never;
  }
}

function idOf(id: string, ownId: string): string {
  if (id === "own") return ownId;
  if (id === "foreign") return foreign.id;
  return id === "unknown" ? UNKNOWN : id;
}

async function requestOf(hostile: HostileRequest): Promise<Request | undefined> {
  const { template, query, method, body, credential } = hostile;
  const path = template.replaceAll("{id}", idOf(hostile.id, await ownSession()));
  const url = `https://berth.example${path}${query === "" ? "" : `?${query}`}`;
  const headers = new Headers(hostile.headers.map(([name, value]): [string, string] => [name, value]));
  for (const [name, value] of Object.entries(credentialHeaders(credential))) headers.set(name, value);
  try {
    return new Request(url, {
      method,
      headers,
      ...(body !== undefined && method !== "GET" && method !== "HEAD" && { body }),
    });
  } catch {
    // Not a request at all: no client could send it.
    return undefined;
  }
}

/** Answers that are not in the caller's words, because there the credential does not choose a dialect. */
function isFixed({ url, method }: Request, asked: number): boolean {
  const { pathname, search } = new URL(url);
  const isEntrance = pathname === "/" && /[?&]sessionId=/.test(search) && method === "GET";
  return asked > 0 || isEntrance || /^\/admin(?:\/|$)|^\/cdp\/[^/]/.test(pathname);
}

async function expectAnswer(request: Request, response: Response, asked: number): Promise<void> {
  const { pathname, search } = new URL(request.url);
  const { status } = response;
  const context = `${request.method} ${pathname}${search}: ${status}`;
  expect(status, context).toBeLessThan(500);
  expect(response.headers.get("x-request-id"), context).not.toBeNull();
  expect(response.headers.get("set-cookie")).toBeNull();
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  const text = await response.text();
  // Text of the caller's may come back as data, never as a document.
  if (text.includes("<script>alert")) expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("x-content-type-options"), context).toBe("nosniff");
  if (status >= 400 && status < 500 && request.method !== "HEAD" && !pathname.startsWith("/assets/")) {
    const body: unknown = JSON.parse(text);
    expectRefusal(status, body, isFixed(request, asked) ? "meshbrow" : selectDialect(request.headers, pathname).name);
  }
}

async function check(hostile: HostileRequest): Promise<void> {
  const request = await requestOf(hostile);
  if (request === undefined) return;
  const [created, knocked] = [target.sessions.created.length, target.knocks.length];
  const creates = request.method === "POST" && new URL(request.url).pathname === "/v1/sessions";
  const response = await target.request(request.url.slice("https://berth.example".length), request);
  const launched = target.sessions.created.length - created;
  // A key that was used before brings back the session that it made.
  const isRetry = request.headers.has("idempotency-key") && launched === 0;
  if (!isRetry) expect(launched).toBe(creates && response.ok ? 1 : 0);
  await expectAnswer(request, response, target.knocks.length - knocked);
  expect(target.sessions.isRunning(foreign.id)).toBe(true);
  expect(target.logger.events.splice(0)).not.toContain("http.request_failed");
  // What a session's object is told about who knocks is the Worker's word, not the client's.
  for (const knock of target.knocks.splice(0)) expect(knock.request.headers.get("berth-account")).toBeNull();
}

it("every route answers in the caller's words, and touches nobody else's session", (context) =>
  runCampaign(context, { name: "requests", share: SHARE.routes, arbitrary: hostileRequest, check }));

it("every way in for CDP clients refuses in words, and lets no header through", (context) =>
  runCampaign(context, { name: "entrances", share: SHARE.entrances, arbitrary: hostileEntrance, check }));
