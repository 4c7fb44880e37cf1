import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure, validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import { withoutNulls } from "../parse.ts";
import { CreateProfileRequest, ProfileListResponse, ProfilePath, ProfileResponse } from "../profile-schemas.ts";
import { renderProfile } from "../render-profile.ts";
import { SUCCESS, SuccessResponse } from "../response-schemas.ts";

const TAGS = ["Profiles"];
/** The document has no pages; an account with more profiles pages through them in the other dialect. */
const MAX_LISTED = 1000;

/** A profile by its name, as this dialect names them. */
export const profileIn = (context: Context<HttpEnv>) =>
  ({ by: "name", value: context.req.param("name") ?? "" }) as const;

async function create(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const input = body.value === undefined ? {} : withoutNulls(body.value);
  const request = validate(CreateProfileRequest, input, { input: body.value });
  if (!request.ok) return request;
  const { name, description = null, session_id: sessionId, dedicated_sticky_ip: isDedicated } = request.value;
  if (isDedicated === true) return fail(fieldFailure("dedicated_sticky_ip", "is not supported"));
  const profile = { name, description, tags: [], fingerprint: null, proxy: null };
  const { profiles, principal } = context.var;
  const created = await (sessionId === undefined
    ? profiles.create(principal, profile)
    : profiles.createFromSession(principal, profile, sessionId));
  return created.ok ? succeed({ status: 200, body: SUCCESS }) : created;
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { items, total } = await context.var.profiles.list(context.var.principal, { limit: MAX_LISTED });
  return succeed({ status: 200, body: { data: { count: total, items: items.map(renderProfile) } } });
}

async function retrieve(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.profiles.find(context.var.principal, profileIn(context));
  return found.ok ? succeed({ status: 200, body: { data: renderProfile(found.value) } }) : found;
}

async function remove(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const removed = await context.var.profiles.remove(context.var.principal, profileIn(context));
  return removed.ok ? succeed({ status: 200, body: SUCCESS }) : removed;
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "createProfile",
    summary: "Create Profile",
    description: "Creates a profile from what a running session's browser remembers, or an empty one.",
    tags: TAGS,
    request: { body: { required: true, content: { "application/json": { schema: CreateProfileRequest } } } },
    responses: {
      200: jsonResponse(SuccessResponse, "The profile is kept."),
      ...errorResponses(400, 404, 409, 413, 415),
    },
  },
  handle: create,
};

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listProfiles",
    summary: "List Profiles",
    description: "Retrieves the account's profiles, the newest first.",
    tags: TAGS,
    responses: { 200: jsonResponse(ProfileListResponse, "The profiles."), ...errorResponses() },
  },
  handle: list,
};

const retrieveOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getProfile",
    summary: "Get Profile",
    description: "Retrieves what is known of a profile.",
    tags: TAGS,
    request: { params: ProfilePath },
    responses: { 200: jsonResponse(ProfileResponse, "The profile."), ...errorResponses(404) },
  },
  handle: retrieve,
};

const deleteOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteProfile",
    summary: "Delete Profile",
    description: "Deletes a profile with all its versions.",
    tags: TAGS,
    request: { params: ProfilePath },
    responses: { 200: jsonResponse(SuccessResponse, "The profile is gone."), ...errorResponses(404) },
  },
  handle: remove,
};

export const profilesPath: PathItem = { path: "/v1/profiles", operations: [createOperation, listOperation] };
export const profilePath: PathItem = {
  path: "/v1/profiles/{name}",
  operations: [retrieveOperation, deleteOperation],
};
