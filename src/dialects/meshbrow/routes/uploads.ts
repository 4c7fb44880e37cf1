import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { errorResponses } from "../error-responses.ts";
import { EXAMPLE_SESSION_ID } from "../response-schemas.ts";

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});

const UploadForm = z.object({ file: z.string().openapi({ format: "binary", description: "Up to 100 MB." }) });
const UploadResponse = z
  .object({
    name: z.string().openapi({ description: "`DOM.setFileInputFiles` takes `/uploads/NAME`." }),
    path: z.string().openapi({ description: "It takes this, too." }),
    size: z.int().openapi({ description: "Bytes." }),
  })
  .openapi("Upload");

async function upload(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { sessions, principal } = context.var;
  const done = await sessions.upload(principal, context.req.param("id") ?? "", context.req.raw);
  if (!done.ok) return done;
  const { name, path, bytes } = done.value;
  return succeed({ status: 201, body: { name, path, size: bytes } });
}

const operation: Operation = {
  method: "post",
  documentation: {
    operationId: "uploadFile",
    summary: "Upload File",
    description: "Uploads a file for use with file inputs of the session's pages, where CDP clients name it.",
    tags: ["Uploads"],
    request: {
      params: PathParameters,
      body: { required: true, content: { "multipart/form-data": { schema: UploadForm } } },
    },
    responses: { 201: jsonResponse(UploadResponse, "It is there."), ...errorResponses(400, 404, 409, 413) },
  },
  handle: upload,
};

export const uploadPath: PathItem = { path: "/v1/sessions/{id}/uploads", operations: [operation] };
