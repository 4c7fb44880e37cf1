import { createDownloadStore } from "./accounts/download-store.ts";
import { createRecordingArchive } from "./accounts/recording-archive.ts";
import { createRecordingStore } from "./accounts/recording-store.ts";
import { createSignedLinks } from "./accounts/signed-links.ts";
import type { SessionId } from "./domain/ids.ts";
import { engineOf, logger, systemClock as clock } from "./platform.ts";
import { deleteExpiredDownloads } from "./service/download-deletion.ts";
import { createDownloadService } from "./service/download-service.ts";
import { deleteUnneededRecordings } from "./service/recording-deletion.ts";
import { createRecordingService } from "./service/recording-service.ts";
import type { SessionService } from "./service/session-service.ts";
import type { DownloadDeps, RecordingDeps } from "./session/session-deps.ts";
import type { SessionObject } from "./session/session-object.ts";
import { maxBodyBytesOf, maxDownloadBytesOf, redactedHeadersOf, retentionMsOf } from "./settings.ts";
import type { VideoQueueOptions } from "./video/video-queue.ts";

/** What reaches sessions, and keeps work going after the answer. */
export interface SessionReach {
  readonly sessionObject: (id: SessionId) => SessionObject;
  readonly background: (work: Promise<void>) => void;
}

/** Where a session's recordings go. */
export const recordingsOf = (env: Cloudflare.Env): RecordingDeps => ({
  archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
  store: createRecordingStore({ database: env.DB, clock }),
  redactedHeaders: redactedHeadersOf(env),
  maxBodyBytes: maxBodyBytesOf(env),
  retentionMs: retentionMsOf(env),
});

/** Where its downloads go. */
export const downloadsOf = (env: Cloudflare.Env): DownloadDeps => ({
  archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
  store: createDownloadStore({ database: env.DB, clock }),
  links: createSignedLinks({ to: "download", secret: env.BERTH_SECRET ?? "", clock }),
  maxBytes: maxDownloadBytesOf(env),
  retentionMs: retentionMsOf(env),
});

/** Downloads, for the dialects, the bearers of links and the cron. */
export function downloadParts(env: Cloudflare.Env, sessions: SessionService) {
  const archive = createRecordingArchive({ bucket: env.ARTIFACTS });
  const store = createDownloadStore({ database: env.DB, clock });
  return {
    downloads: createDownloadService({
      store,
      archive,
      links: createSignedLinks({ to: "download", secret: env.BERTH_SECRET ?? "", clock }),
      describe: (principal, sessionId) => sessions.describe(principal, sessionId),
    }),
    deleteExpiredDownloads: (): Promise<void> => deleteExpiredDownloads({ archive, store, logger }),
  };
}

/** What an account's videos are made with. */
export function createVideoDeps(env: Cloudflare.Env): Omit<VideoQueueOptions, "jobs"> {
  return {
    engine: engineOf(env),
    archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
    store: createRecordingStore({ database: env.DB, clock }),
    script: async () => (await env.ASSETS.fetch("https://assets/recordings/encoder.js")).text(),
    clock,
    logger,
  };
}

/** Recordings, for the same. */
export function recordingParts(env: Cloudflare.Env, sessions: SessionService, parts: SessionReach) {
  const archive = createRecordingArchive({ bucket: env.ARTIFACTS });
  const store = createRecordingStore({ database: env.DB, clock });
  return {
    recordings: createRecordingService({
      ...parts,
      archive,
      store,
      links: createSignedLinks({ to: "recording", secret: env.BERTH_SECRET ?? "", clock }),
      describe: (principal, sessionId) => sessions.describe(principal, sessionId),
      videoMaker: (accountId) => env.VIDEOS.getByName(accountId),
      logger,
    }),
    deleteUnneededRecordings: (): Promise<void> => deleteUnneededRecordings({ archive, store, logger }),
  };
}
