import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import { type SessionView, TOKEN_SCOPES, type TokenScope } from "../../../domain/session-view.ts";
import { anchorCdpUrl, liveViewUrl } from "../../connect-urls.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure, validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import { withoutNulls } from "../parse.ts";
import { SUCCESS, SuccessResponse, type TokensResponse as TokensBody, TokensResponse } from "../response-schemas.ts";
import { connectTargets, PathParameters, sessionIdIn } from "../targets.ts";

const TokensRequest = z
  .object({
    scopes: z
      .array(z.enum(TOKEN_SCOPES))
      .max(TOKEN_SCOPES.length)
      .optional()
      .openapi({ description: "Scopes to mint a token for; all that the session can serve when left out or empty." }),
    scope: z.enum(TOKEN_SCOPES).optional().openapi({ description: "Short form for one scope." }),
  })
  .openapi("TokensRequest");

type Minted = TokensBody["data"]["tokens"][number];

async function create(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const request = validate(TokensRequest, body.value === undefined ? {} : withoutNulls(body.value), {
    input: body.value,
  });
  if (!request.ok) return request;
  const described = await context.var.sessions.describe(context.var.principal, sessionIdIn(context.req));
  if (!described.ok) return described;
  const targets = connectTargets(context.req, described.value);
  if (!targets.ok) return targets;
  const { cdp: anywhere } = targets.value;
  const scopes = scopesFor(request.value, described.value.view);
  if (!scopes.ok) return scopes;
  const minted: Minted[] = [];
  for (const scope of scopes.value) {
    const granted = grantedScope(scope, described.value.view);
    const token = await context.var.sessions.createToken(context.var.principal, anywhere.sessionId, granted);
    if (!token.ok) return token;
    const target = { ...anywhere, token: token.value };
    const url = scope === "cdp" ? anchorCdpUrl(target) : liveViewUrl(target);
    minted.push({ scope, token: token.value, url });
  }
  return succeed({ status: 200, body: renderTokens(minted) });
}

type ScopesRequest = z.infer<typeof TokensRequest>;

/** Every scope can be named; without a name, only what the session can serve now is minted. */
function scopesFor({ scopes, scope }: ScopesRequest, { inForce }: SessionView): Result<readonly TokenScope[], Failure> {
  if (scope !== undefined && scopes !== undefined) {
    return fail(fieldFailure("scope", "and scopes are the same field: give one of them"));
  }
  const named = scope === undefined ? (scopes ?? []) : [scope];
  if (named.length === 0) return succeed(inForce.liveView ? TOKEN_SCOPES : ["cdp"]);
  return succeed([...new Set(named)]);
}

/** Viewers of a session that was created read-only never interact, whatever their URL is called. */
const grantedScope = (scope: TokenScope, { spec }: SessionView): TokenScope =>
  scope === "live_view" && spec.liveViewReadOnly ? "live_view_read_only" : scope;

function renderTokens(tokens: Minted[]): TokensBody {
  const urls = Object.fromEntries(tokens.map(({ scope, url }) => [`${scope}_url`, url]));
  return { data: { ...urls, tokens } };
}

async function revoke(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const token = context.req.param("token") ?? "";
  const revoked = await context.var.sessions.revokeToken(context.var.principal, sessionIdIn(context.req), token);
  return revoked.ok ? succeed({ status: 200, body: SUCCESS }) : revoked;
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "createSessionTokens",
    summary: "Create Session Tokens",
    description:
      "Mints URLs of a running session that can be handed to others, each with a token of its own in `?token=`. After the first one, the API key alone no longer opens a connection to the session.",
    tags: ["Browser Sessions"],
    request: {
      params: PathParameters,
      body: { required: false, content: { "application/json": { schema: TokensRequest } } },
    },
    responses: { 200: jsonResponse(TokensResponse, "The new tokens."), ...errorResponses(400, 404, 409, 415) },
  },
  handle: create,
};

const revokeOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "revokeSessionToken",
    summary: "Revoke Session Token",
    description: "Stops new connections with this token; open ones live on.",
    tags: ["Browser Sessions"],
    request: {
      params: PathParameters.extend({ token: z.string().openapi({ description: "The token.", example: "ct_abc123" }) }),
    },
    responses: { 200: jsonResponse(SuccessResponse, "The token is revoked."), ...errorResponses(404) },
  },
  handle: revoke,
};

export const tokensPath: PathItem = { path: "/v1/sessions/{session_id}/tokens", operations: [createOperation] };
export const tokenPath: PathItem = { path: "/v1/sessions/{session_id}/tokens/{token}", operations: [revokeOperation] };
