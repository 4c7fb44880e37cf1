import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readStorageStateBody } from "../../request-body.ts";
import { parseStorageState, StorageStateDocument } from "../../storage-state-schema.ts";
import { errorResponses } from "../error-responses.ts";
import { ProfilePath, ProfileResponse, VersionListResponse } from "../profile-schemas.ts";
import { renderProfile, renderVersion } from "../render-profile.ts";
import { profileIn } from "./profiles.ts";

const TAGS = ["Profiles"];

/** As Playwright writes it, for every client: it is a file's content, not a description. */
async function exportState(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const exported = await context.var.profiles.exportState(context.var.principal, profileIn(context));
  if (!exported.ok) return exported;
  return succeed({ status: 200, content: exported.value, contentType: "application/json" });
}

async function importState(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readStorageStateBody(context.req);
  if (!body.ok) return body;
  const state = parseStorageState(body.value);
  if (!state.ok) return state;
  const imported = await context.var.profiles.importState(context.var.principal, profileIn(context), state.value);
  return imported.ok ? succeed({ status: 200, body: { data: renderProfile(imported.value) } }) : imported;
}

async function versions(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const listed = await context.var.profiles.versions(context.var.principal, profileIn(context));
  if (!listed.ok) return listed;
  const items = listed.value.map(renderVersion);
  return succeed({ status: 200, body: { data: { count: items.length, items } } });
}

async function restore(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const version = context.req.param("version") ?? "";
  const restored = await context.var.profiles.restore(context.var.principal, profileIn(context), version);
  return restored.ok ? succeed({ status: 200, body: { data: renderProfile(restored.value) } }) : restored;
}

const exportOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "exportProfile",
    summary: "Export Storage State",
    description: "Retrieves a profile's cookies, localStorage and IndexedDB as Playwright's storage state.",
    tags: TAGS,
    request: { params: ProfilePath },
    responses: { 200: jsonResponse(StorageStateDocument, "The storage state."), ...errorResponses(404) },
  },
  handle: exportState,
};

const importOperation: Operation = {
  method: "put",
  documentation: {
    operationId: "importProfile",
    summary: "Import Storage State",
    description: "Replaces what sessions load with a storage state of up to 8 MiB. What was there stays as a version.",
    tags: TAGS,
    request: {
      params: ProfilePath,
      body: { required: true, content: { "application/json": { schema: StorageStateDocument } } },
    },
    responses: {
      200: jsonResponse(ProfileResponse, "The profile as it is now."),
      ...errorResponses(400, 404, 413, 415),
    },
  },
  handle: importState,
};

const versionsOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listProfileVersions",
    summary: "List Profile Versions",
    description: "Retrieves the saved states of a profile, the newest first. The newest ten are kept.",
    tags: TAGS,
    request: { params: ProfilePath },
    responses: { 200: jsonResponse(VersionListResponse, "The versions."), ...errorResponses(404) },
  },
  handle: versions,
};

const restoreOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "restoreProfileVersion",
    summary: "Restore Profile Version",
    description: "Makes an earlier version the one that sessions load.",
    tags: TAGS,
    request: { params: ProfilePath.extend({ version: z.string().openapi({ description: "Id of the version." }) }) },
    responses: { 200: jsonResponse(ProfileResponse, "The profile as it is now."), ...errorResponses(404) },
  },
  handle: restore,
};

export const storageStatePath: PathItem = {
  path: "/v1/profiles/{name}/storage-state",
  operations: [exportOperation, importOperation],
};
export const versionsPath: PathItem = { path: "/v1/profiles/{name}/versions", operations: [versionsOperation] };
export const restorePath: PathItem = {
  path: "/v1/profiles/{name}/versions/{version}/restore",
  operations: [restoreOperation],
};
