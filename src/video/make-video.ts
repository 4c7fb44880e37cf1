import { type RecordingArchive, recordingKey, videoSourceKey } from "../accounts/recording-archive.ts";
import type { SessionId } from "../domain/ids.ts";
import { RECORDING_CONTENT_TYPES, type VideoSource } from "../domain/recording.ts";
import type { Transport } from "../cdp/transport.ts";
import { encodeInPage, EncodingError } from "./encoding-page.ts";

export interface MakeVideoOptions {
  readonly archive: Pick<RecordingArchive, "readText" | "upload">;
  /** A connected browser. */
  readonly transport: Transport;
  /** What an encoding page runs. */
  readonly script: string;
}

/**
 * Makes the video of what a session has recorded.
 *
 * @returns its size in bytes.
 * @throws EncodingError when there is nothing to make it of, or the browser cannot.
 */
export async function makeVideo(
  sessionId: SessionId,
  { archive, transport, script }: MakeVideoOptions,
): Promise<number> {
  const source = await archive.readText(videoSourceKey(sessionId));
  if (source === undefined) throw new EncodingError("what was recorded is not there any more");
  // Only the session can have written it.
  const { startedAt, endedAt, segments } = JSON.parse(source) as VideoSource;
  const upload = await archive.upload(recordingKey(sessionId, "video"), RECORDING_CONTENT_TYPES.video);
  const left = [...segments];
  try {
    await encodeInPage(transport, {
      script,
      source: { startedAt, endedAt },
      next: async () => {
        const segment = left.shift();
        // A piece that is lost is a moment that shows the one before it.
        return segment === undefined ? undefined : ((await archive.readText(segment.key)) ?? "");
      },
      piece: (bytes) => upload.write(bytes),
    });
    return await upload.finish();
  } catch (error) {
    await upload.abandon();
    throw error;
  }
}
