import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { RECORDING_CONTENT_TYPES, RECORDING_TYPES, type RecordingType } from "../../../domain/recording.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { RecordingSet } from "../../../service/recording-service.ts";
import type { RecordingLink } from "../../../service/recording-links.ts";
import { recordingUrl } from "../../connect-urls.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { integerParameter, readQuery } from "../../query.ts";
import { toContentResponse } from "../../recording-content.ts";
import { errorResponses } from "../error-responses.ts";
import { RecordingChanged, RecordingDeleted, RecordingList, ScreenshotIndex } from "../recording-schemas.ts";
import { isoTime } from "../render.ts";
import { EXAMPLE_SESSION_ID } from "../response-schemas.ts";

const TAGS = ["Recordings"];
const MS_PER_SECOND = 1000;
const DEFAULT_LINK_SECONDS = 3600;
const WEEK_SECONDS = 7 * 24 * 3600;

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});
const TypedPath = PathParameters.extend({
  type: z.enum(RECORDING_TYPES).openapi({ description: "Which of the recordings." }),
});
const ScreenshotPath = PathParameters.extend({ n: z.string().openapi({ description: "From 1." }) });
const ListQuery = z.strictObject({
  linkLifetime: integerParameter(60, WEEK_SECONDS)
    .optional()
    .openapi({ description: "Seconds that the links in the answer are valid.", default: DEFAULT_LINK_SECONDS }),
});

const sessionIdIn = (context: Context<HttpEnv>): string => context.req.param("id") ?? "";

function typeIn(context: Context<HttpEnv>): Result<RecordingType, Failure> {
  const text = context.req.param("type") ?? "";
  const type = RECORDING_TYPES.find((each) => each === text);
  return type === undefined ? fail({ kind: "notFound", what: "Recording", id: text }) : succeed(type);
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const query = readQuery(context.req, ListQuery);
  if (!query.ok) return query;
  const { recordings, principal } = context.var;
  const listed = await recordings.list(principal, sessionIdIn(context));
  if (!listed.ok) return listed;
  const lifetimeMs = (query.value.linkLifetime ?? DEFAULT_LINK_SECONDS) * MS_PER_SECOND;
  const link = await recordings.link(listed.value.sessionId, lifetimeMs);
  return succeed({ status: 200, body: render(listed.value, link, new URL(context.req.url).origin) });
}

function render({ sessionId, recordings }: RecordingSet, link: RecordingLink, origin: string): RecordingList {
  const target = { origin, sessionId, link };
  return {
    sessionId,
    recordings: recordings.map(({ type, status, detail, size, startedAt, durationMs, expiresAt }) => ({
      type,
      status,
      error: detail,
      contentType: RECORDING_CONTENT_TYPES[type],
      size,
      startedAt: isoTime(startedAt),
      duration: durationMs / MS_PER_SECOND,
      expiresAt: expiresAt === null ? null : isoTime(expiresAt),
      url: recordingUrl(target, type),
    })),
    playerUrl: recordingUrl(target),
    linksExpireAt: isoTime(link.expires * MS_PER_SECOND),
  };
}

async function content(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const type = typeIn(context);
  if (!type.ok) return type;
  const { recordings, principal } = context.var;
  const wanted = { type: type.value, headers: context.req.raw.headers };
  const found = await recordings.content(principal, sessionIdIn(context), wanted);
  return found.ok ? succeed({ response: toContentResponse(found.value) }) : found;
}

async function screenshot(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const text = context.req.param("n") ?? "";
  if (!/^[1-9]\d{0,8}$/.test(text)) return fail({ kind: "notFound", what: "Screenshot", id: text });
  const wanted = { type: "screenshots", screenshot: Number(text), headers: context.req.raw.headers } as const;
  const { recordings, principal } = context.var;
  const found = await recordings.content(principal, sessionIdIn(context), wanted);
  return found.ok ? succeed({ response: toContentResponse(found.value) }) : found;
}

async function remove(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const type = typeIn(context);
  if (!type.ok) return type;
  const sessionId = sessionIdIn(context);
  const removed = await context.var.recordings.remove(context.var.principal, sessionId, type.value);
  if (!removed.ok) return removed;
  return succeed({ status: 200, body: { sessionId, type: type.value, deleted: true } });
}

const setPaused =
  (paused: boolean): Operation["handle"] =>
  async (context) => {
    const { recordings, principal } = context.var;
    const sessionId = sessionIdIn(context);
    const done = await recordings.setPaused(principal, sessionId, paused);
    return done.ok ? succeed({ status: 200, body: { sessionId, paused } }) : done;
  };

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listRecordings",
    summary: "List Recordings",
    description:
      "Retrieves what was recorded of a session, with signed links that need no header. A session without recordings has an empty list.",
    tags: TAGS,
    request: { params: PathParameters, query: ListQuery },
    responses: { 200: jsonResponse(RecordingList, "The recordings."), ...errorResponses(400, 404) },
  },
  handle: list,
};

const contentOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getRecording",
    summary: "Get Recording",
    description:
      "Retrieves one recording; ranges and conditional requests are understood. A video is made when it is first asked for: until it is there the answer is 409 with `Retry-After`.",
    tags: TAGS,
    request: { params: TypedPath },
    responses: {
      200: {
        description: "The recording.",
        content: {
          "application/json": { schema: ScreenshotIndex },
          "application/x-ndjson": { schema: z.string() },
          "video/mp4": { schema: z.string().openapi({ format: "binary" }) },
        },
      },
      ...errorResponses(404, 409, 502),
    },
  },
  handle: content,
};

const deleteOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteRecording",
    summary: "Delete Recording",
    description: "Deletes one recording of a session that has ended.",
    tags: TAGS,
    request: { params: TypedPath },
    responses: { 200: jsonResponse(RecordingDeleted, "It is deleted."), ...errorResponses(404, 409) },
  },
  handle: remove,
};

const screenshotOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getRecordedScreenshot",
    summary: "Get Recorded Screenshot",
    description: "Retrieves one of the recorded screenshots, by its number in the index.",
    tags: TAGS,
    request: { params: ScreenshotPath },
    responses: {
      200: {
        description: "The image.",
        content: { "image/jpeg": { schema: z.string().openapi({ format: "binary" }) } },
      },
      ...errorResponses(404, 409),
    },
  },
  handle: screenshot,
};

const pauseOperation = (paused: boolean): Operation => ({
  method: "post",
  documentation: {
    operationId: paused ? "pauseRecording" : "resumeRecording",
    summary: paused ? "Pause Recording" : "Resume Recording",
    description: paused
      ? "Records nothing of the session from now on. 400 for a session that is not recorded."
      : "Records the session again. 400 for a session that is not recorded.",
    tags: TAGS,
    request: { params: PathParameters },
    responses: { 200: jsonResponse(RecordingChanged, "It is done."), ...errorResponses(400, 404, 409) },
  },
  handle: setPaused(paused),
});

const PATH = "/v1/sessions/{id}/recordings";

/** The most specific first. */
export const recordingPaths: readonly PathItem[] = [
  { path: PATH, operations: [listOperation] },
  { path: `${PATH}/pause`, operations: [pauseOperation(true)] },
  { path: `${PATH}/resume`, operations: [pauseOperation(false)] },
  { path: `${PATH}/screenshots/{n}`, operations: [screenshotOperation] },
  { path: `${PATH}/{type}`, operations: [contentOperation, deleteOperation] },
];
