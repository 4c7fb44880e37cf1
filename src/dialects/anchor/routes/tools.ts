import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ControlResult, ReadPage } from "../../../domain/control.ts";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import type { Operation, PathItem, Reply } from "../../operations.ts";
import { readQuery } from "../../query.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure, validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import { parseCreateSession, withoutNulls } from "../parse.ts";
import { FetchToolRequest, PdfToolRequest, ScreenshotToolRequest, ToolQuery } from "../tool-schemas.ts";

/** Of a session that lives for one call. */
const FOR_ONE_CALL = { session: { recording: { active: false }, timeout: { max_duration: 5 } } };

interface Tool<Schema extends z.ZodType> {
  readonly id: string;
  readonly summary: string;
  readonly schema: Schema;
  readonly contentType: string;
  readonly parse: (request: z.output<Schema>) => Result<ReadPage, Failure>;
}

const whole = { tab: "inUse", waitMs: 0, takesPartial: false } as const;

function screenshot(request: z.output<typeof ScreenshotToolRequest>): Result<ReadPage, Failure> {
  const { url = null, width = null, height = null, image_quality: quality = 100, wait: waitMs = 0 } = request;
  if (request.s3_target_address !== undefined) {
    return fail(fieldFailure("s3_target_address", "is not supported: the answer is the image itself"));
  }
  const form = quality === 100 ? "png" : "jpeg";
  const { capture_full_height: fullPage = false, scroll_all_content: scrolls = false } = request;
  const as = { form, width, height, quality, fullPage, scrolls } as const;
  return succeed({ ...whole, kind: "readPage", url, waitMs, as });
}

function fetchPage(request: z.output<typeof FetchToolRequest>): Result<ReadPage, Failure> {
  const { url = null, format: form = "html", wait: waitMs = 0, new_page: isNew = false } = request;
  if (isNew && request.page_index !== undefined) return fail(fieldFailure("page_index", "contradicts new_page"));
  const tab = isNew ? "new" : (request.page_index ?? "inUse");
  const takesPartial = request.return_partial_on_timeout ?? false;
  return succeed({ kind: "readPage", url, tab, waitMs, takesPartial, as: { form } });
}

const LETTER = { width: 8.5, height: 11 };
const MARGIN = 0.4;

function pdf(request: z.output<typeof PdfToolRequest>): Result<ReadPage, Failure> {
  const { url = null, wait: waitMs = 0 } = request;
  const options = {
    landscape: request.landscape ?? false,
    displayHeaderFooter: request.display_header_footer ?? false,
    printBackground: request.print_background ?? false,
    scale: request.scale ?? 1,
    paper: { width: request.paper_width ?? LETTER.width, height: request.paper_height ?? LETTER.height },
    margin: {
      top: request.margin_top ?? MARGIN,
      right: request.margin_right ?? MARGIN,
      bottom: request.margin_bottom ?? MARGIN,
      left: request.margin_left ?? MARGIN,
    },
    pageRanges: request.page_ranges ?? "",
    headerTemplate: request.header_template ?? "",
    footerTemplate: request.footer_template ?? "",
    preferCSSPageSize: request.prefer_css_page_size ?? false,
  };
  return succeed({ ...whole, kind: "readPage", url, waitMs, as: { form: "pdf", options } });
}

/** In the session that is named, or in one that is started for it. */
async function inSession(context: Context<HttpEnv>, action: ReadPage): Promise<Result<ControlResult, Failure>> {
  const { sessions, principal } = context.var;
  const query = readQuery(context.req, ToolQuery);
  if (!query.ok) return query;
  const { sessionId } = query.value;
  if (sessionId !== undefined && sessionId !== "") return sessions.control(principal, sessionId, action);
  if (action.url === null) return fail(fieldFailure("url", "is required, unless there is a sessionId"));
  const requested = parseCreateSession(FOR_ONE_CALL);
  if (!requested.ok) return requested;
  const { origin } = new URL(context.req.url);
  const created = await sessions.create(principal, requested.value, { gone: context.req.raw.signal, origin });
  if (!created.ok) return created;
  const { id } = created.value.view;
  try {
    return await sessions.control(principal, id, action);
  } finally {
    await sessions.end(principal, id);
  }
}

function toReply(result: ControlResult): Reply {
  if (result.kind === "file") {
    const headers = { "content-type": result.contentType };
    return { response: new Response(result.bytes, { headers }) };
  }
  // As text, whatever it says that it is: it comes from a page that nobody vouches for.
  const content = result.kind === "text" ? result.text : "";
  return { status: 200, content, contentType: "text/plain; charset=utf-8" };
}

function tool<Schema extends z.ZodType>({ id, summary, schema, contentType, parse }: Tool<Schema>): Operation {
  return {
    method: "post",
    documentation: {
      operationId: id,
      summary,
      description: `${summary}, in a session of yours or in one that lasts as long as the call.`,
      tags: ["Tools"],
      request: { query: ToolQuery, body: { required: true, content: { "application/json": { schema } } } },
      responses: {
        200: {
          description: "The page.",
          content: { [contentType]: { schema: z.string().openapi({ format: "binary" }) } },
        },
        ...errorResponses(400, 402, 403, 404, 409, 415, 422),
      },
    },
    handle: async (context) => {
      const body = await readJsonBody(context.req);
      if (!body.ok) return body;
      const given = body.value === undefined ? {} : withoutNulls(body.value);
      const request = validate(schema, given, { input: body.value });
      if (!request.ok) return request;
      const action = parse(request.value);
      if (!action.ok) return action;
      const result = await inSession(context, action.value);
      return result.ok ? succeed(toReply(result.value)) : result;
    },
  };
}

const fetchTool = (id: string): Operation =>
  tool({ id, summary: "Get Webpage Content", schema: FetchToolRequest, contentType: "text/plain", parse: fetchPage });

/** Tasks in words need a model, which a deployment of Berth has not. */
const noModel: Operation = {
  method: "post",
  documentation: {
    operationId: "performWebTask",
    summary: "Perform Web Task",
    description: "Not supported: it needs an AI model. Let your own agent drive the session.",
    tags: ["Tools"],
    responses: errorResponses(400),
  },
  handle: () =>
    Promise.resolve(
      fail({
        kind: "invalidRequest",
        message: "perform-web-task is not supported: it needs an AI model. Let your own agent drive the session",
      }),
    ),
};

export const toolPaths: readonly PathItem[] = [
  {
    path: "/v1/tools/screenshot",
    operations: [
      tool({
        id: "screenshotWebpage",
        summary: "Screenshot Webpage",
        schema: ScreenshotToolRequest,
        contentType: "image/png",
        parse: screenshot,
      }),
    ],
  },
  { path: "/v1/tools/fetch-webpage", operations: [fetchTool("fetchWebpage")] },
  { path: "/v1/tools/fetch/webpage", operations: [fetchTool("fetchWebpageByPath")] },
  {
    path: "/v1/tools/page-pdf",
    operations: [
      tool({
        id: "pagePdf",
        summary: "Webpage to PDF",
        schema: PdfToolRequest,
        contentType: "application/pdf",
        parse: pdf,
      }),
    ],
  },
  { path: "/v1/tools/perform-web-task", operations: [noModel] },
];
