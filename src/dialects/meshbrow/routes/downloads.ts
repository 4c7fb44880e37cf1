import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import { downloadUrl } from "../../connect-urls.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { toContentResponse } from "../../recording-content.ts";
import { errorResponses } from "../error-responses.ts";
import { EXAMPLE_SESSION_ID } from "../response-schemas.ts";

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});

const DownloadPath = PathParameters.extend({
  downloadId: z.string().openapi({ description: "Id of the download." }),
});

const DownloadsResponse = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        fileName: z.string().openapi({ description: "As the site suggests it." }),
        url: z.string().openapi({ description: "Where it came from." }),
        pageUrl: z.string().openapi({ description: "Of the page that it was downloaded from." }),
        fileUrl: z.string().openapi({ description: "Link to the file, good for an hour." }),
        status: z.enum(["ready", "failed"]),
        detail: z.string().nullable().openapi({ description: "Why it failed." }),
        size: z.int().nullable().openapi({ description: "Bytes; `null` when it failed." }),
        duration: z.number().openapi({ description: "Seconds that it took." }),
        createdAt: z.string(),
      }),
    ),
    total: z.int(),
  })
  .openapi("DownloadListResponse");

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const listed = await context.var.downloads.list(context.var.principal, context.req.param("id") ?? "");
  if (!listed.ok) return listed;
  const { sessionId, downloads, link } = listed.value;
  const target = { origin: new URL(context.req.url).origin, sessionId, link };
  const items = downloads.map(({ id, url, originUrl, fileName, durationMs, createdAt, size, status, detail }) => ({
    id,
    fileName,
    url,
    pageUrl: originUrl,
    fileUrl: downloadUrl(target, id),
    status,
    detail,
    size,
    duration: durationMs / 1000,
    createdAt: new Date(createdAt).toISOString(),
  }));
  return succeed({ status: 200, body: { items, total: items.length } });
}

async function fetchFile(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const id = context.req.param("downloadId") ?? "";
  const wanted = { sessionId: context.req.param("id") ?? "", id, headers: context.req.raw.headers };
  const found = await context.var.downloads.fetch(context.var.principal, wanted);
  if (!found.ok) return found;
  return succeed({ response: toContentResponse({ ...found.value, contentType: "application/octet-stream" }) });
}

const TAGS = ["Downloads"];

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listSessionDownloads",
    summary: "List Downloads",
    description: "The files that the session has downloaded, also after its end.",
    tags: TAGS,
    request: { params: PathParameters },
    responses: { 200: jsonResponse(DownloadsResponse, "The downloads."), ...errorResponses(404) },
  },
  handle: list,
};

const fetchOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "fetchSessionDownload",
    summary: "Get Download",
    description: "Downloads a file that the session has downloaded; ranges are understood.",
    tags: TAGS,
    request: { params: DownloadPath },
    responses: {
      200: {
        description: "The file.",
        content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
      },
      ...errorResponses(404, 502),
    },
  },
  handle: fetchFile,
};

export const downloadPaths: readonly PathItem[] = [
  { path: "/v1/sessions/{id}/downloads", operations: [listOperation] },
  { path: "/v1/sessions/{id}/downloads/{downloadId}/fetch", operations: [fetchOperation] },
];
