import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { RecordingLink } from "../../../service/recording-links.ts";
import type { RecordingSet, RecordingView } from "../../../service/recording-service.ts";
import { recordingUrl } from "../../connect-urls.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { toContentResponse } from "../../recording-content.ts";
import { errorResponses } from "../error-responses.ts";
import { RecordingsResponse } from "../recording-schemas.ts";
import { SUCCESS, SuccessResponse } from "../response-schemas.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

const TAGS = ["Session Recordings"];
const PRIMARY = "primary";
const LINK_LIFETIME_MS = 3_600_000;

const RecordingPath = PathParameters.extend({
  recording_id: z.string().openapi({ description: "Id of the recording, or `primary`.", example: PRIMARY }),
});

/** Of Anchor's recordings there is one: the video. */
const videoOf = ({ recordings }: RecordingSet): RecordingView | undefined =>
  recordings.find(({ type }) => type === "video");

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { recordings, principal } = context.var;
  const listed = await recordings.list(principal, sessionIdIn(context.req));
  if (!listed.ok) return listed;
  const link = await recordings.link(listed.value.sessionId, LINK_LIFETIME_MS);
  return succeed({ status: 200, body: render(listed.value, link, new URL(context.req.url).origin) });
}

function render(set: RecordingSet, link: RecordingLink, origin: string): RecordingsResponse {
  const { sessionId } = set;
  const target = { origin, sessionId, link };
  const video = videoOf(set);
  const items = (video === undefined ? [] : [video]).map(({ id, status, size, durationMs, createdAt }) => ({
    id: id ?? sessionId,
    is_primary: true,
    file_link: recordingUrl(target, "video"),
    suggested_file_name: `${sessionId}.mp4`,
    duration: clockTime(durationMs),
    ...(size !== null && { size }),
    created_at: new Date(createdAt).toISOString(),
    status,
    player_link: recordingUrl(target),
  }));
  return { data: { count: items.length, items } };
}

function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** The one recording there is, if it is the one that the path names. */
async function named(context: Context<HttpEnv>): Promise<Result<string, Failure>> {
  const id = context.req.param("recording_id") ?? "";
  const sessionId = sessionIdIn(context.req);
  if (id === PRIMARY) return succeed(sessionId);
  const listed = await context.var.recordings.list(context.var.principal, sessionId);
  if (!listed.ok) return listed;
  return videoOf(listed.value)?.id === id ? succeed(sessionId) : fail({ kind: "notFound", what: "Recording", id });
}

async function fetchFile(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const sessionId = await named(context);
  if (!sessionId.ok) return sessionId;
  const wanted = { type: "video", headers: context.req.raw.headers } as const;
  const found = await context.var.recordings.content(context.var.principal, sessionId.value, wanted);
  return found.ok ? succeed({ response: toContentResponse(found.value) }) : found;
}

async function remove(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const sessionId = await named(context);
  if (!sessionId.ok) return sessionId;
  const removed = await context.var.recordings.remove(context.var.principal, sessionId.value, "video");
  return removed.ok ? succeed({ status: 200, body: SUCCESS }) : removed;
}

const setPaused =
  (isPaused: boolean): Operation["handle"] =>
  async (context) => {
    const { recordings, principal } = context.var;
    const sessionId = sessionIdIn(context.req);
    const done = await recordings.setPaused(principal, sessionId, isPaused);
    return done.ok ? succeed({ status: 200, body: SUCCESS }) : done;
  };

async function screenshot(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const taken = await context.var.recordings.screenshot(context.var.principal, sessionIdIn(context.req));
  if (!taken.ok) return taken;
  return succeed({ response: new Response(taken.value, { headers: { "content-type": "image/png" } }) });
}

const binary = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.string().openapi({ format: "binary" }) } },
});

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listSessionRecordings",
    summary: "List Session Recordings",
    description: "Retrieves the URLs of the session's video recordings.",
    tags: TAGS,
    request: { params: PathParameters },
    responses: { 200: jsonResponse(RecordingsResponse, "The recordings."), ...errorResponses(404) },
  },
  handle: list,
};

const fetchOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "fetchSessionRecording",
    summary: "Get Session Recording",
    description:
      "Downloads a recording as an MP4 file; ranges are understood. It is made when it is first asked for: until it is there the answer is 404 with `Retry-After`.",
    tags: TAGS,
    request: { params: RecordingPath },
    responses: { 200: binary("video/mp4", "The recording."), ...errorResponses(404, 502) },
  },
  handle: fetchFile,
};

const deleteOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteSessionRecording",
    summary: "Delete Session Recording",
    description: "Deletes a recording of a session that has ended.",
    tags: TAGS,
    request: { params: RecordingPath },
    responses: { 200: jsonResponse(SuccessResponse, "It is deleted."), ...errorResponses(404) },
  },
  handle: remove,
};

const pauseOperation = (isPaused: boolean): Operation => ({
  method: "post",
  documentation: {
    operationId: isPaused ? "pauseSessionRecording" : "resumeSessionRecording",
    summary: isPaused ? "Pause Session Recording" : "Resume Session Recording",
    description: isPaused
      ? "Records nothing of the session from now on. 400 for a session whose recording is disabled."
      : "Records the session again. 400 for a session whose recording is disabled.",
    tags: TAGS,
    request: { params: PathParameters },
    responses: { 200: jsonResponse(SuccessResponse, "It is done."), ...errorResponses(400, 404, 409) },
  },
  handle: setPaused(isPaused),
});

const screenshotOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getSessionScreenshot",
    summary: "Get Session Screenshot",
    description: "Takes a screenshot of the session's tab in use.",
    tags: ["Browser Sessions"],
    request: { params: PathParameters },
    responses: { 200: binary("image/png", "The screenshot."), ...errorResponses(404, 409) },
  },
  handle: screenshot,
};

const SESSION = "/v1/sessions/{session_id}";

/** The most specific first. */
export const recordingPaths: readonly PathItem[] = [
  { path: `${SESSION}/screenshot`, operations: [screenshotOperation] },
  { path: `${SESSION}/recordings`, operations: [listOperation] },
  { path: `${SESSION}/recordings/pause`, operations: [pauseOperation(true)] },
  { path: `${SESSION}/recordings/resume`, operations: [pauseOperation(false)] },
  { path: `${SESSION}/recordings/{recording_id}`, operations: [deleteOperation] },
  { path: `${SESSION}/recordings/{recording_id}/fetch`, operations: [fetchOperation] },
];
