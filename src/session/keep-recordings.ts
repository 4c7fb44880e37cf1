import { recordingKey, videoSourceKey } from "../accounts/recording-archive.ts";
import {
  RECORDING_CONTENT_TYPES,
  type RecordingStatus,
  type RecordingType,
  type StoredRecording,
  type VideoSource,
} from "../domain/recording.ts";
import { harDocument, logDocument } from "./har-document.ts";
import type { RecordingJournal } from "./recording-journal.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionRecord } from "./session-record.ts";

export interface KeepOptions {
  readonly deps: Pick<SessionDeps, "recordings" | "ids" | "clock">;
  readonly journal: RecordingJournal;
  readonly record: SessionRecord;
}

interface Kept {
  readonly status: RecordingStatus;
  readonly detail: string | null;
  readonly size: number | null;
}

/** Writes what was recorded to where it is kept, and says so in the index. May be repeated. */
export async function keepRecordings({ deps, journal, record }: KeepOptions): Promise<void> {
  const { id, accountId, spec, recording } = record;
  if (recording === null) return;
  const { archive, store, retentionMs } = deps.recordings;
  const createdAt = recording.stoppedAt ?? record.endedAt ?? deps.clock.now();
  const startedAt = recording.startedAt ?? createdAt;
  const text = async (type: RecordingType, pieces: () => Iterable<string>): Promise<Kept> => {
    const size = await archive.putPieces(recordingKey(id, type), pieces, RECORDING_CONTENT_TYPES[type]);
    return { status: "ready", detail: null, size };
  };
  const userAgent = record.fingerprint?.userAgent ?? "";
  const kept: (readonly [RecordingType, Promise<Kept>])[] = [["log", text("log", () => logDocument(journal))]];
  if (spec.recording.har) kept.push(["har", text("har", () => harDocument(journal, userAgent))]);
  if (spec.recording.screenshots) {
    const index = JSON.stringify({ screenshots: journal.screenshots() });
    kept.push(["screenshots", text("screenshots", () => [index])]);
  }
  if (spec.recording.video) {
    const source = { format: 1, startedAt, endedAt: createdAt, segments: journal.segments() } as const;
    kept.push(["video", keepSource(archive, videoSourceKey(id), source)]);
  }
  const rows = kept.map(async ([type, outcome]): Promise<StoredRecording> => {
    const times = { startedAt, durationMs: createdAt - startedAt, createdAt, expiresAt: createdAt + retentionMs };
    return { id: deps.ids.uuid(), type, ...(await outcome), ...times };
  });
  await store.save({ sessionId: id, accountId, recordings: await Promise.all(rows) });
}

/** The video itself is made when somebody asks for it. */
async function keepSource(
  archive: SessionDeps["recordings"]["archive"],
  key: string,
  source: VideoSource,
): Promise<Kept> {
  if (source.segments.length === 0) {
    return { status: "failed", detail: "No picture of a tab was taken", size: null };
  }
  await archive.put(key, JSON.stringify(source), "application/json");
  return { status: "processing", detail: null, size: null };
}
