import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import { downloadUrl } from "../../connect-urls.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { toContentResponse } from "../../recording-content.ts";
import { errorResponses } from "../error-responses.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

const DownloadPath = PathParameters.extend({
  download_id: z.string().openapi({ description: "Id of the download." }),
});

const DownloadsResponse = z
  .object({
    data: z.object({
      count: z.int(),
      items: z.array(
        z.object({
          id: z.string(),
          file_link: z.string().openapi({ description: "Link to the file, good for an hour." }),
          original_download_url: z.string().openapi({ description: "Where it came from." }),
          origin_url: z.string().openapi({ description: "Of the page that it was downloaded from." }),
          suggested_file_name: z.string(),
          original_file_name: z.string(),
          duration: z.int().openapi({ description: "Milliseconds that it took." }),
          size: z.int().nullable().openapi({ description: "Bytes; `null` when it failed." }),
          created_at: z.string(),
          status: z.enum(["ready", "failed"]),
          detail: z.string().nullable().openapi({ description: "Why it failed." }),
        }),
      ),
    }),
  })
  .openapi("DownloadListResponse");

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const listed = await context.var.downloads.list(context.var.principal, sessionIdIn(context.req));
  if (!listed.ok) return listed;
  const { sessionId, downloads, link } = listed.value;
  const target = { origin: new URL(context.req.url).origin, sessionId, link };
  const items = downloads.map(({ id, url, originUrl, fileName, durationMs, createdAt, size, status, detail }) => ({
    id,
    file_link: downloadUrl(target, id),
    original_download_url: url,
    origin_url: originUrl,
    suggested_file_name: fileName,
    original_file_name: fileName,
    duration: durationMs,
    size,
    created_at: new Date(createdAt).toISOString(),
    status,
    detail,
  }));
  return succeed({ status: 200, body: { data: { count: items.length, items } } });
}

async function fetchFile(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const id = context.req.param("download_id") ?? "";
  const wanted = { sessionId: sessionIdIn(context.req), id, headers: context.req.raw.headers };
  const found = await context.var.downloads.fetch(context.var.principal, wanted);
  if (!found.ok) return found;
  return succeed({ response: toContentResponse({ ...found.value, contentType: "application/octet-stream" }) });
}

const TAGS = ["Session Downloads"];

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listSessionDownloads",
    summary: "List Session Downloads",
    description: "Retrieves metadata of files downloaded during a browser session.",
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
    summary: "Get Session Download",
    description: "Downloads a file that the session has downloaded; ranges are understood.",
    tags: TAGS,
    request: { params: DownloadPath },
    responses: {
      200: {
        description: "The file.",
        content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
      },
      ...errorResponses(404, 422),
    },
  },
  handle: fetchFile,
};

export const downloadPaths: readonly PathItem[] = [
  { path: "/v1/sessions/{session_id}/downloads", operations: [listOperation] },
  { path: "/v1/sessions/{session_id}/downloads/{download_id}/fetch", operations: [fetchOperation] },
];
