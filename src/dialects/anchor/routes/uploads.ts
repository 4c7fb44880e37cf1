import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { errorResponses } from "../error-responses.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

const UploadForm = z.object({ file: z.string().openapi({ format: "binary", description: "Up to 100 MB." }) });
const UploadResponse = z
  .object({
    data: z.object({
      status: z.literal("success"),
      message: z.string(),
      path: z.string().openapi({ description: "What `DOM.setFileInputFiles` takes, as it takes `/uploads/NAME`." }),
      size: z.int().openapi({ description: "Bytes." }),
    }),
  })
  .openapi("UploadResponse");

async function upload(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { sessions, principal } = context.var;
  const done = await sessions.upload(principal, sessionIdIn(context.req), context.req.raw);
  if (!done.ok) return done;
  const { name, path, bytes } = done.value;
  const message = `File uploaded: choose it in a file input as /uploads/${name}`;
  return succeed({ status: 200, body: { data: { status: "success", message, path, size: bytes } } });
}

const operation: Operation = {
  method: "post",
  documentation: {
    operationId: "uploadFile",
    summary: "Upload File",
    description: "Uploads a file for use with file inputs of the session's pages, where CDP clients name it.",
    tags: ["Browser Sessions"],
    request: {
      params: PathParameters,
      body: { required: true, content: { "multipart/form-data": { schema: UploadForm } } },
    },
    responses: { 200: jsonResponse(UploadResponse, "It is there."), ...errorResponses(400, 404, 409, 413) },
  },
  handle: upload,
};

const forAgents: Operation = {
  ...operation,
  documentation: {
    ...operation.documentation,
    operationId: "uploadAgentFile",
    summary: "Upload Agent File",
    description: "The same: Berth has no agent of its own.",
  },
};

export const uploadPaths: readonly PathItem[] = [
  { path: "/v1/sessions/{session_id}/uploads", operations: [operation] },
  { path: "/v1/sessions/{session_id}/agent/files", operations: [forAgents] },
];
