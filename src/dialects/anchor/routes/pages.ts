import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { errorResponses } from "../error-responses.ts";
import { renderPages } from "../render.ts";
import { PagesResponse } from "../response-schemas.ts";
import { connectTargets, PathParameters, sessionIdIn } from "../targets.ts";

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { sessions, principal } = context.var;
  const described = await sessions.describe(principal, sessionIdIn(context.req));
  if (!described.ok) return described;
  const targets = connectTargets(context.req, described.value);
  if (!targets.ok) return targets;
  const pages = await sessions.pages(principal, described.value.view.id);
  return pages.ok ? succeed({ status: 200, body: renderPages(pages.value, targets.value.liveView) }) : pages;
}

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listSessionPages",
    summary: "Get Browser Session Pages",
    description: "Retrieves the pages that are open in a running session, the oldest first.",
    tags: ["Browser Sessions"],
    request: { params: PathParameters },
    responses: { 200: jsonResponse(PagesResponse, "The open pages."), ...errorResponses(404, 409) },
  },
  handle: list,
};

export const pagesPath: PathItem = { path: "/v1/sessions/{session_id}/pages", operations: [listOperation] };
