import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readQuery } from "../../query.ts";
import { readJsonBody } from "../../request-body.ts";
import { errorResponses } from "../error-responses.ts";
import { parseCreateProfile } from "../parse-profile.ts";
import {
  CreateProfileRequest,
  DEFAULT_PAGE_SIZE,
  DeletedProfile,
  Profile,
  ProfileList,
  ProfilePath,
  ProfileQuery,
} from "../profile-schemas.ts";
import { renderProfile, renderProfileSummary } from "../render-profile.ts";
import { sdkBody, wantsSdkForm } from "../sdk-form.ts";

const TAGS = ["Profiles"];

/** A profile by its id, as this dialect names them. */
export const profileIn = (context: Context<HttpEnv>) => ({ by: "id", value: context.req.param("id") ?? "" }) as const;

/** The body as the client at hand reads it. */
export const inFormOf = (context: Context<HttpEnv>, body: object): object =>
  wantsSdkForm(context.req) ? sdkBody(body) : body;

export const reply = (context: Context<HttpEnv>, status: 200 | 201, body: object): Result<Reply, Failure> =>
  succeed({ status, body: inFormOf(context, body) });

async function create(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const requested = parseCreateProfile(body.value);
  if (!requested.ok) return requested;
  const { profiles, principal } = context.var;
  const { profile, sessionId, state } = requested.value;
  const created = await (sessionId === undefined
    ? profiles.create(principal, profile, state)
    : profiles.createFromSession(principal, profile, sessionId));
  return created.ok ? reply(context, 201, renderProfile(created.value)) : created;
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, ProfileQuery);
  if (!query.ok) return query;
  const { tag, limit = DEFAULT_PAGE_SIZE } = query.value;
  const filter = { limit, ...(tag !== undefined && { tag }) };
  const { items, total } = await context.var.profiles.list(context.var.principal, filter);
  return reply(context, 200, { items: items.map(renderProfileSummary), hasMore: total > items.length, total });
}

async function describe(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.profiles.find(context.var.principal, profileIn(context));
  return found.ok ? reply(context, 200, renderProfile(found.value)) : found;
}

async function remove(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const reference = profileIn(context);
  const removed = await context.var.profiles.remove(context.var.principal, reference);
  return removed.ok ? reply(context, 200, { id: reference.value, deleted: true }) : removed;
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "createProfile",
    summary: "Create Profile",
    description: "Create a profile: empty, from a running session, or from a Playwright storage state.",
    tags: TAGS,
    request: { body: { required: true, content: { "application/json": { schema: CreateProfileRequest } } } },
    responses: { 201: jsonResponse(Profile, "The profile."), ...errorResponses(400, 404, 409, 413, 415) },
  },
  handle: create,
};

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listProfiles",
    summary: "List Profiles",
    description: "Retrieve the account's profiles, the newest first.",
    tags: TAGS,
    request: { query: ProfileQuery },
    responses: { 200: jsonResponse(ProfileList, "The profiles."), ...errorResponses(400) },
  },
  handle: list,
};

const describeOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getProfile",
    summary: "Get Profile",
    description: "Retrieve what is known of a profile. Its content is in its storage state.",
    tags: TAGS,
    request: { params: ProfilePath },
    responses: { 200: jsonResponse(Profile, "The profile."), ...errorResponses(404) },
  },
  handle: describe,
};

const deleteOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteProfile",
    summary: "Delete Profile",
    description: "Delete a profile with all its versions. A session that runs with it keeps what it has loaded.",
    tags: TAGS,
    request: { params: ProfilePath },
    responses: { 200: jsonResponse(DeletedProfile, "The profile is gone."), ...errorResponses(404) },
  },
  handle: remove,
};

export const profilesPath: PathItem = { path: "/v1/profiles", operations: [createOperation, listOperation] };
export const profilePath: PathItem = { path: "/v1/profiles/{id}", operations: [describeOperation, deleteOperation] };
