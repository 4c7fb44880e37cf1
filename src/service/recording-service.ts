import { type Fetched, type RecordingArchive, recordingKey, screenshotKey } from "../accounts/recording-archive.ts";
import type { RecordingStore } from "../accounts/recording-store.ts";
import type { Failure } from "../domain/failure.ts";
import type { SessionId } from "../domain/ids.ts";
import { parseSessionId } from "../domain/ids.ts";
import type { Principal } from "../domain/plan.ts";
import {
  RECORDING_CONTENT_TYPES,
  type RecordingStatus,
  type RecordingType,
  type StoredRecording,
  type VideoMaker,
  type VideoState,
} from "../domain/recording.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { pause } from "../domain/within.ts";
import type { SessionView } from "../domain/session-view.ts";
import type { OwnedSession, SessionObject } from "../session/session-object.ts";
import type { RecordingLink, RecordingLinks } from "./recording-links.ts";
import type { Logger } from "../observability/logger.ts";
import { deleteRecording } from "./recording-deletion.ts";

/** One recording as its owner sees it. Times are epoch milliseconds. */
export interface RecordingView {
  /** `null` while the session runs. */
  readonly id: string | null;
  readonly type: RecordingType;
  readonly status: RecordingStatus;
  /** Why it failed. */
  readonly detail: string | null;
  /** Bytes; `null` while it is not whole. */
  readonly size: number | null;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly createdAt: number;
  /** `null` while the session runs. */
  readonly expiresAt: number | null;
}

export interface RecordingSet {
  readonly sessionId: SessionId;
  readonly recordings: readonly RecordingView[];
}

/** Something that was recorded, as it is sent. */
export interface RecordingContent {
  readonly fetched: Exclude<Fetched, { readonly kind: "missing" } | { readonly kind: "unsatisfiable" }>;
  readonly contentType: string;
  readonly fileName: string;
}

/** What is recorded of sessions, for both dialects and for players. */
export interface RecordingService {
  list(principal: Principal, sessionId: string): Promise<Result<RecordingSet, Failure>>;
  /** @param headers of the request: its range and its conditions. */
  content(principal: Principal, sessionId: string, wanted: Wanted): Promise<Result<RecordingContent, Failure>>;
  /** Deletes it for good; a running session's recording ends with the session first. */
  remove(principal: Principal, sessionId: string, type: RecordingType): Promise<Result<null, Failure>>;
  /** `invalidRequest` for a session of which nothing is recorded. */
  setPaused(principal: Principal, sessionId: string, isPaused: boolean): Promise<Result<null, Failure>>;
  /** The tab in use as it looks now: PNG. */
  screenshot(principal: Principal, sessionId: string): Promise<Result<Uint8Array, Failure>>;
  link(sessionId: SessionId, lifetimeMs: number): Promise<RecordingLink>;
  /** For the bearer of a link. */
  listByLink(sessionId: string, link: RecordingLink): Promise<Result<RecordingSet, Failure>>;
  contentByLink(sessionId: string, link: RecordingLink, wanted: Wanted): Promise<Result<RecordingContent, Failure>>;
}

export interface Wanted {
  readonly type: RecordingType;
  /** One of the screenshots, by its number. */
  readonly screenshot?: number;
  readonly headers: Headers;
}

export interface RecordingServiceDeps {
  readonly store: RecordingStore;
  readonly archive: RecordingArchive;
  readonly links: RecordingLinks;
  readonly describe: (principal: Principal, sessionId: string) => Promise<Result<OwnedSession, Failure>>;
  readonly sessionObject: (id: SessionId) => SessionObject;
  /** One for each account: it makes videos one after the other. */
  readonly videoMaker: (accountId: Principal["accountId"]) => VideoMaker;
  readonly logger: Logger;
  readonly background: (work: Promise<void>) => void;
}

/** How long a request for a video waits for one that is being made. */
const VIDEO_WAIT_MS = 20_000;
const RETRY_AFTER_MS = 2000;

const EXTENSIONS: Readonly<Record<RecordingType, string>> = {
  har: "har",
  log: "ndjson",
  screenshots: "screenshots.json",
  video: "mp4",
};

export function createRecordingService(deps: RecordingServiceDeps): RecordingService {
  const { links, sessionObject } = deps;
  const reader = new RecordingReader(deps);

  async function checked(text: string, link: RecordingLink): Promise<Result<SessionId, Failure>> {
    const sessionId = parseSessionId(text);
    const verdict = sessionId === undefined ? "invalid" : await links.check(sessionId, link);
    if (sessionId !== undefined && verdict === "valid") return succeed(sessionId);
    return fail({ kind: "linkRefused", isExpired: verdict === "expired" });
  }

  async function onSession<T>(
    text: string,
    ask: (session: SessionObject) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const sessionId = parseSessionId(text);
    return sessionId === undefined ? fail({ kind: "sessionNotFound", sessionId: text }) : ask(sessionObject(sessionId));
  }

  return {
    list: (principal, text) => reader.list(principal, text),
    async content(principal, text, wanted) {
      const listed = await reader.list(principal, text);
      return listed.ok ? reader.content(listed.value, wanted, principal.accountId) : listed;
    },
    async remove(principal, text, type) {
      const listed = await reader.list(principal, text);
      return listed.ok ? remove(deps, principal, { set: listed.value, type }) : listed;
    },
    setPaused: ({ accountId }, text, isPaused) =>
      onSession(text, (session) => session.pauseRecording(accountId, isPaused)),
    screenshot: async ({ accountId }, text) => onSession(text, (session) => session.screenshot(accountId)),
    link: (sessionId, lifetimeMs) => links.sign(sessionId, lifetimeMs),
    async listByLink(text, link) {
      const sessionId = await checked(text, link);
      if (!sessionId.ok) return sessionId;
      return succeed((await reader.kept(sessionId.value)).set);
    },
    async contentByLink(text, link, wanted) {
      const sessionId = await checked(text, link);
      if (!sessionId.ok) return sessionId;
      const { set, accountId } = await reader.kept(sessionId.value);
      return reader.content(set, wanted, accountId);
    },
  };
}

/** Of a session that has ended. */
async function remove(
  deps: RecordingServiceDeps,
  { accountId }: Principal,
  { set: { sessionId, recordings }, type }: { readonly set: RecordingSet; readonly type: RecordingType },
): Promise<Result<null, Failure>> {
  const found = recordings.find((recording) => recording.type === type);
  if (found === undefined) return fail({ kind: "notFound", what: "Recording", id: type });
  if (found.id === null) return fail({ kind: "recordingNotReady", recording: type, retryAfterMs: RETRY_AFTER_MS });
  await deps.store.hide(accountId, sessionId, type);
  deps.background(deleteRecording(deps, { id: found.id, sessionId, type }));
  return succeed(null);
}

class RecordingReader {
  readonly #deps: RecordingServiceDeps;

  constructor(deps: RecordingServiceDeps) {
    this.#deps = deps;
  }

  async list(principal: Principal, text: string): Promise<Result<RecordingSet, Failure>> {
    const sessionId = parseSessionId(text);
    if (sessionId === undefined) return fail({ kind: "sessionNotFound", sessionId: text });
    const kept = await this.#deps.store.list(principal.accountId, sessionId);
    if (kept.length > 0) {
      this.#makeMissing(principal.accountId, sessionId, kept);
      return succeed({ sessionId, recordings: kept.map(toView) });
    }
    const described = await this.#deps.describe(principal, text);
    if (!described.ok) return described;
    const { view, connectToken } = described.value;
    return succeed({ sessionId, recordings: connectToken === null ? [] : runningRecordings(view) });
  }

  /** What is kept of a session that has ended. */
  async kept(sessionId: SessionId) {
    const { accountId, recordings } = await this.#deps.store.ofSession(sessionId);
    if (accountId !== undefined) this.#makeMissing(accountId, sessionId, recordings);
    return { accountId, set: { sessionId, recordings: recordings.map(toView) } };
  }

  async content(
    { sessionId, recordings }: RecordingSet,
    wanted: Wanted,
    accountId: Principal["accountId"] | undefined,
  ): Promise<Result<RecordingContent, Failure>> {
    const { type } = wanted;
    let found: Pick<RecordingView, "status" | "detail"> | undefined = recordings.find((each) => each.type === type);
    if (found === undefined) return fail({ kind: "notFound", what: "Recording", id: type });
    if (found.status === "processing" && type === "video" && accountId !== undefined) {
      found = await this.#awaitVideo(accountId, sessionId);
    }
    if (found.status === "processing") {
      return fail({ kind: "recordingNotReady", recording: type, retryAfterMs: RETRY_AFTER_MS });
    }
    if (found.status === "failed") {
      return fail({ kind: "recordingFailed", recording: type, reason: found.detail ?? "it could not be made" });
    }
    return this.#fetch(sessionId, wanted);
  }

  async #fetch(
    sessionId: SessionId,
    { type, screenshot, headers }: Wanted,
  ): Promise<Result<RecordingContent, Failure>> {
    const key = screenshot === undefined ? recordingKey(sessionId, type) : screenshotKey(sessionId, screenshot);
    const fetched = await this.#deps.archive.fetch(key, headers);
    if (fetched.kind === "missing") {
      const id = screenshot === undefined ? type : `${type}/${screenshot}`;
      return fail({ kind: "notFound", what: "Recording", id });
    }
    if (fetched.kind === "unsatisfiable") return fail({ kind: "rangeNotSatisfiable", sizeBytes: fetched.size });
    const extension = screenshot === undefined ? EXTENSIONS[type] : `${screenshot}.jpg`;
    const contentType = screenshot === undefined ? RECORDING_CONTENT_TYPES[type] : "image/jpeg";
    return succeed({ fetched, contentType, fileName: `${sessionId}.${extension}` });
  }

  #awaitVideo(accountId: Principal["accountId"], sessionId: SessionId): Promise<VideoState> {
    const tooLong = pause(VIDEO_WAIT_MS).then(() => ({ status: "processing", detail: null }) as const);
    return Promise.race([this.#make(accountId, sessionId), tooLong]);
  }

  /** Whoever looks at the list is about to ask for the video. */
  #makeMissing(accountId: Principal["accountId"], sessionId: SessionId, kept: readonly StoredRecording[]): void {
    if (kept.some(isBeingMade)) void this.#make(accountId, sessionId);
  }

  /** Never rejects. */
  #make(accountId: Principal["accountId"], sessionId: SessionId): Promise<VideoState> {
    const making = this.#ask(accountId, sessionId);
    this.#deps.background(making.then(() => undefined));
    return making;
  }

  async #ask(accountId: Principal["accountId"], sessionId: SessionId): Promise<VideoState> {
    try {
      return await this.#deps.videoMaker(accountId).make(sessionId);
    } catch (error) {
      // It remembers the job, and goes on with it.
      this.#deps.logger.warn("recording.video_unfinished", { sessionId, error });
      return { status: "processing", detail: null };
    }
  }
}

const isBeingMade = ({ type, status }: StoredRecording): boolean => type === "video" && status === "processing";

const toView = (stored: StoredRecording): RecordingView => stored;

function runningRecordings({ spec, createdAt, status }: SessionView): readonly RecordingView[] {
  const { har, screenshots, video } = spec.recording;
  if (status === "launching" || !(har || screenshots || video)) return [];
  const types: RecordingType[] = ["log"];
  if (har) types.unshift("har");
  if (screenshots) types.push("screenshots");
  if (video) types.push("video");
  const open = { id: null, status: "processing" as const, detail: null, size: null, durationMs: 0, expiresAt: null };
  return types.map((type) => ({ type, startedAt: createdAt, createdAt, ...open }));
}
