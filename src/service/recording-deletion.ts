import { type RecordingArchive, recordingPrefix } from "../accounts/recording-archive.ts";
import type { RecordingStore, UnneededRecording } from "../accounts/recording-store.ts";
import type { Logger } from "../observability/logger.ts";

export interface RecordingDeletionDeps {
  readonly store: Pick<RecordingStore, "unneeded" | "purge">;
  readonly archive: Pick<RecordingArchive, "removeAll">;
  readonly logger: Logger;
}

/** At once, so that a run of the cron has an end. */
const BATCH = 100;

/** Removes what nobody can see any more; should it fail on the way, the cron finds it again. Never rejects. */
export async function deleteRecording(
  { store, archive, logger }: RecordingDeletionDeps,
  { id, sessionId, type }: UnneededRecording,
): Promise<void> {
  try {
    await archive.removeAll(recordingPrefix(sessionId, type));
    await store.purge(id);
  } catch (error) {
    logger.warn("recording.deletion_unfinished", { recordingId: id, error });
  }
}

/** For the cron: what was deleted and is still there, and what has had its time. */
export async function deleteUnneededRecordings(deps: RecordingDeletionDeps): Promise<void> {
  for (const unneeded of await deps.store.unneeded(BATCH)) await deleteRecording(deps, unneeded);
}
