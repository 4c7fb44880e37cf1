import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../domain/failure.ts";
import type { ProfileReference, ProfileVersion, ProfileView } from "../domain/profile.ts";
import { type Result, succeed } from "../domain/result.ts";
import type { HttpEnv } from "./http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "./operations.ts";
import { readStorageStateBody } from "./request-body.ts";
import { parseStorageState, StorageStateDocument } from "./storage-state-schema.ts";

/** What a dialect calls a profile's content: no vendor has documented these paths, so that their form is Berth's. */
export interface ProfileContentWords {
  /** `/v1/profiles/{…}`. */
  readonly path: string;
  readonly params: z.ZodObject;
  readonly referenceIn: (context: Context<HttpEnv>) => ProfileReference;
  readonly renderProfile: (context: Context<HttpEnv>, profile: ProfileView) => object;
  readonly renderVersions: (context: Context<HttpEnv>, versions: readonly ProfileVersion[]) => object;
  readonly profileSchema: z.ZodType;
  readonly versionsSchema: z.ZodType;
  readonly errorResponses: (...statuses: readonly (400 | 404 | 413 | 415)[]) => object;
}

type Handle = Operation["handle"];

/** The paths of a profile's storage state and of its versions. */
export function createProfileContentPaths(words: ProfileContentWords): readonly PathItem[] {
  const { path } = words;
  return [
    { path: `${path}/storage-state`, operations: [exportOperation(words), importOperation(words)] },
    { path: `${path}/versions`, operations: [versionsOperation(words)] },
    { path: `${path}/versions/{version}/restore`, operations: [restoreOperation(words)] },
  ];
}

const TAGS = ["Profiles"];

/** Answers the profile as it is after a change. */
const changed =
  (
    { referenceIn, renderProfile }: ProfileContentWords,
    change: (context: Context<HttpEnv>, reference: ProfileReference) => Promise<Result<ProfileView, Failure>>,
  ): Handle =>
  async (context): Promise<Result<Reply, Failure>> => {
    const profile = await change(context, referenceIn(context));
    return profile.ok ? succeed({ status: 200, body: renderProfile(context, profile.value) }) : profile;
  };

function exportOperation({ referenceIn, params, errorResponses }: ProfileContentWords): Operation {
  return {
    method: "get",
    documentation: {
      operationId: "exportProfile",
      summary: "Export Storage State",
      description: "Retrieves a profile's cookies, localStorage and IndexedDB as Playwright's storage state.",
      tags: TAGS,
      request: { params },
      responses: { 200: jsonResponse(StorageStateDocument, "The storage state."), ...errorResponses(404) },
    },
    // As Playwright writes it, for every client: it is a file's content, not a description.
    handle: async (context) => {
      const exported = await context.var.profiles.exportState(context.var.principal, referenceIn(context));
      if (!exported.ok) return exported;
      return succeed({ status: 200, content: exported.value, contentType: "application/json" });
    },
  };
}

function importOperation(words: ProfileContentWords): Operation {
  const { params, profileSchema, errorResponses } = words;
  return {
    method: "put",
    documentation: {
      operationId: "importProfile",
      summary: "Import Storage State",
      description:
        "Replaces what sessions load with a storage state of up to 8 MiB. What was there stays as a version.",
      tags: TAGS,
      request: { params, body: { required: true, content: { "application/json": { schema: StorageStateDocument } } } },
      responses: {
        200: jsonResponse(profileSchema, "The profile as it is now."),
        ...errorResponses(400, 404, 413, 415),
      },
    },
    handle: changed(words, async (context, reference) => {
      const body = await readStorageStateBody(context.req);
      if (!body.ok) return body;
      const state = parseStorageState(body.value);
      if (!state.ok) return state;
      return context.var.profiles.importState(context.var.principal, reference, state.value);
    }),
  };
}

function versionsOperation({ referenceIn, renderVersions, ...words }: ProfileContentWords): Operation {
  return {
    method: "get",
    documentation: {
      operationId: "listProfileVersions",
      summary: "List Profile Versions",
      description: "Retrieves the saved states of a profile, the newest first. The newest ten are kept.",
      tags: TAGS,
      request: { params: words.params },
      responses: { 200: jsonResponse(words.versionsSchema, "The versions."), ...words.errorResponses(404) },
    },
    handle: async (context) => {
      const listed = await context.var.profiles.versions(context.var.principal, referenceIn(context));
      return listed.ok ? succeed({ status: 200, body: renderVersions(context, listed.value) }) : listed;
    },
  };
}

function restoreOperation(words: ProfileContentWords): Operation {
  const { params, profileSchema, errorResponses } = words;
  const version = z.string().openapi({ description: "Id of the version." });
  return {
    method: "post",
    documentation: {
      operationId: "restoreProfileVersion",
      summary: "Restore Profile Version",
      description: "Makes an earlier version the one that sessions load.",
      tags: TAGS,
      request: { params: params.extend({ version }) },
      responses: { 200: jsonResponse(profileSchema, "The profile as it is now."), ...errorResponses(404) },
    },
    handle: changed(words, (context, reference) => {
      const id = context.req.param("version") ?? "";
      return context.var.profiles.restore(context.var.principal, reference, id);
    }),
  };
}
