import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { parseNetscape, toNetscape } from "../../../domain/netscape-cookies.ts";
import type { StoredCookie } from "../../../domain/profile-content.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readQuery } from "../../query.ts";
import { readJsonBody } from "../../request-body.ts";
import { CookieList } from "../../storage-state-schema.ts";
import { fieldFailure, validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import { ImportCookiesRequest, ImportedCookies } from "../profile-schemas.ts";
import { EXAMPLE_SESSION_ID } from "../response-schemas.ts";
import { reply } from "./profiles.ts";

const TAGS = ["Sessions"];
const MAX_COOKIES = 5000;

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});
const ExportQuery = z.strictObject({
  format: z.enum(["json", "netscape"]).optional().openapi({ description: "JSON, or a cookies.txt.", default: "json" }),
});

async function read(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, ExportQuery);
  if (!query.ok) return query;
  const cookies = await context.var.sessions.cookies(context.var.principal, context.req.param("id") ?? "");
  if (!cookies.ok) return cookies;
  if (query.value.format !== "netscape") return succeed({ status: 200, body: cookies.value });
  return succeed({ status: 200, content: toNetscape(cookies.value), contentType: "text/plain; charset=utf-8" });
}

async function importAll(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const request = validate(ImportCookiesRequest, body.value === undefined ? {} : body.value, { input: body.value });
  if (!request.ok) return request;
  const cookies = cookiesIn(request.value);
  if (!cookies.ok) return cookies;
  const wanted = { cookies: cookies.value, isMerge: request.value.merge ?? false };
  const imported = await context.var.sessions.importCookies(
    context.var.principal,
    context.req.param("id") ?? "",
    wanted,
  );
  return imported.ok ? reply(context, 200, { imported: imported.value }) : imported;
}

type Cookies = z.infer<typeof CookieList>;
const toStored = (cookies: Cookies): readonly StoredCookie[] => cookies as readonly StoredCookie[];

function cookiesIn({
  cookies,
  format = "json",
}: z.infer<typeof ImportCookiesRequest>): Result<readonly StoredCookie[], Failure> {
  if (typeof cookies !== "string") return succeed(toStored(cookies));
  if (format === "netscape") {
    const parsed = parseNetscape(cookies);
    if (!parsed.ok) return fail(fieldFailure("cookies", parsed.failure));
    return parsed.value.length > MAX_COOKIES ? fail(tooMany) : parsed;
  }
  let value: unknown;
  try {
    value = JSON.parse(cookies);
  } catch {
    return fail(fieldFailure("cookies", "is not valid JSON"));
  }
  const wrapped = validate(z.object({ cookies: CookieList }), { cookies: value }, { input: { cookies: value } });
  return wrapped.ok ? succeed(toStored(wrapped.value.cookies)) : wrapped;
}

const tooMany = fieldFailure("cookies", `must have at most ${MAX_COOKIES} items`);

const readOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "exportCookies",
    summary: "Export Cookies",
    description: "Retrieve the cookies of a running session's browser.",
    tags: TAGS,
    request: { params: PathParameters, query: ExportQuery },
    responses: {
      200: {
        description: "The cookies.",
        content: { "application/json": { schema: CookieList }, "text/plain": { schema: z.string() } },
      },
      ...errorResponses(400, 404, 409),
    },
  },
  handle: read,
};

const importOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "importCookies",
    summary: "Import Cookies",
    description: "Set cookies in a running session's browser, in place of those that are there unless merged.",
    tags: TAGS,
    request: {
      params: PathParameters,
      body: { required: true, content: { "application/json": { schema: ImportCookiesRequest } } },
    },
    responses: { 200: jsonResponse(ImportedCookies, "How many were set."), ...errorResponses(400, 404, 409, 413, 415) },
  },
  handle: importAll,
};

export const cookiesPath: PathItem = { path: "/v1/sessions/{id}/cookies", operations: [readOperation] };
export const importCookiesPath: PathItem = { path: "/v1/sessions/{id}/cookies/import", operations: [importOperation] };
