import { type DownloadStore, downloadKey } from "../accounts/download-store.ts";
import type { RecordingArchive } from "../accounts/recording-archive.ts";
import type { Logger } from "../observability/logger.ts";

export interface DownloadDeletionDeps {
  readonly store: Pick<DownloadStore, "expired" | "purge">;
  readonly archive: Pick<RecordingArchive, "removeAll">;
  readonly logger: Logger;
}

/** At once, so that a run of the cron has an end. */
const BATCH = 100;

/** For the cron: files that have had their time. Never rejects for one of them. */
export async function deleteExpiredDownloads({ store, archive, logger }: DownloadDeletionDeps): Promise<void> {
  for (const { id, sessionId } of await store.expired(BATCH)) {
    try {
      await archive.removeAll(downloadKey(sessionId, id));
      await store.purge(id);
    } catch (error) {
      logger.warn("download.deletion_unfinished", { downloadId: id, error });
    }
  }
}
