import type { Context } from "hono";
import type { Extension } from "../../../domain/extension.ts";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { fieldFailure, validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import {
  type Extension as ExtensionBody,
  Extension as ExtensionSchema,
  ExtensionDeletedResponse,
  ExtensionFields,
  ExtensionForm,
  ExtensionListResponse,
  ExtensionPath,
  ExtensionResponse,
} from "../extension-schemas.ts";

const TAGS = ["Extensions"];
const idIn = (context: Context<HttpEnv>): string => context.req.param("extension_id") ?? "";
const isoTime = (at: number): string => new Date(at).toISOString();

const render = ({ id, name, manifest, analysis, bytes, createdAt, updatedAt }: Extension): ExtensionBody => ({
  id,
  name,
  manifest,
  createdAt: isoTime(createdAt),
  updatedAt: isoTime(updatedAt),
  support: analysis.support,
  unsupported: [...analysis.unsupported],
  limits: [...analysis.limits],
  size_bytes: bytes,
});

/** The platform's reader takes the whole form into memory, which the pipeline has bounded. */
async function readForm({ req: { raw } }: Context<HttpEnv>): Promise<Result<FormData, Failure>> {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(raw.headers.get("content-type") ?? "")) {
    return fail(fieldFailure("file", "is required: a file in a multipart form"));
  }
  try {
    return succeed(await raw.formData());
  } catch (error) {
    // What else there is, a body that grows too large, is not the form's fault.
    if (!(error instanceof TypeError)) throw error;
    return fail({ kind: "invalidRequest", message: "request body is not a valid multipart form" });
  }
}

async function create(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const form = await readForm(context);
  if (!form.ok) return form;
  const [name, file] = [form.value.get("name"), form.value.get("file")];
  const fields = validate(ExtensionFields, { name: name ?? undefined });
  if (!fields.ok) return fields;
  if (file === null) return fail(fieldFailure("file", "is required"));
  if (typeof file === "string") return fail(fieldFailure("file", "must be a file, with a file name"));
  const content = new Uint8Array(await file.arrayBuffer());
  const created = await context.var.extensions.create(context.var.principal, { name: fields.value.name, content });
  return created.ok ? succeed({ status: 200, body: { data: render(created.value) } }) : created;
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.extensions.list(context.var.principal);
  return succeed({ status: 200, body: { data: found.map(render) } });
}

/** Without the envelope: so it is documented, unlike the others. */
async function retrieve(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.extensions.find(context.var.principal, idIn(context));
  return found.ok ? succeed({ status: 200, body: render(found.value) }) : found;
}

async function remove(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const removed = await context.var.extensions.remove(context.var.principal, idIn(context));
  if (!removed.ok) return removed;
  return succeed({ status: 200, body: { data: { id: removed.value.id, deleted: true } } });
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "uploadExtension",
    summary: "Upload Extension",
    description: "Uploads an extension as a ZIP archive. One that Chrome would not load is refused, with the reason.",
    tags: TAGS,
    request: { body: { required: true, content: { "multipart/form-data": { schema: ExtensionForm } } } },
    responses: { 200: jsonResponse(ExtensionResponse, "The extension is kept."), ...errorResponses(400, 409, 413) },
  },
  handle: create,
};

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listExtensions",
    summary: "List Extensions",
    description: "Retrieves the account's extensions, the oldest first.",
    tags: TAGS,
    responses: { 200: jsonResponse(ExtensionListResponse, "The extensions."), ...errorResponses() },
  },
  handle: list,
};

const retrieveOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getExtension",
    summary: "Get Extension",
    description: "Retrieves one extension, without an envelope.",
    tags: TAGS,
    request: { params: ExtensionPath },
    responses: { 200: jsonResponse(ExtensionSchema, "The extension."), ...errorResponses(404) },
  },
  handle: retrieve,
};

const deleteOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteExtension",
    summary: "Delete Extension",
    description: "Deletes an extension. Sessions that have loaded it keep it to their end.",
    tags: TAGS,
    request: { params: ExtensionPath },
    responses: { 200: jsonResponse(ExtensionDeletedResponse, "The extension is gone."), ...errorResponses(404) },
  },
  handle: remove,
};

export const extensionPaths: readonly PathItem[] = [
  { path: "/v1/extensions", operations: [createOperation, listOperation] },
  { path: "/v1/extensions/{extension_id}", operations: [retrieveOperation, deleteOperation] },
];
