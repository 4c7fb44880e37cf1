import { frameSegmentPrefix } from "../accounts/recording-archive.ts";
import type { SessionId } from "../domain/ids.ts";
import type { RecordingJournal } from "./recording-journal.ts";
import type { RecordingDeps } from "./session-deps.ts";

export interface SegmentWriterOptions {
  readonly journal: RecordingJournal;
  readonly archive: RecordingDeps["archive"];
}

/** Characters of a segment: what a Worker holds of a video at once. */
const SEGMENT_UNITS = 2 * 1024 * 1024;

/** Moves frames from the session's object to where they are kept, in pieces. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  /** One after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** Cuts off as many segments as are full. */
  cutFull(sessionId: SessionId): Promise<void> {
    return this.#inTurn(async () => {
      while (this.#options.journal.frameUnits() >= SEGMENT_UNITS) await this.#cut(sessionId);
    });
  }

  /** Leaves nothing. */
  cutAll(sessionId: SessionId): Promise<void> {
    return this.#inTurn(async () => {
      while (this.#options.journal.frameUnits() > 0) await this.#cut(sessionId);
    });
  }

  /** An object that is written again, because it was not known to be kept, holds the same or more. */
  async #cut(sessionId: SessionId): Promise<void> {
    const { journal, archive } = this.#options;
    const { lines, lastId } = journal.frames(SEGMENT_UNITS);
    const key = `${frameSegmentPrefix(sessionId)}${journal.segments().length}`;
    const bytes = await archive.put(key, lines.join("\n"), "application/x-ndjson");
    journal.segmentKept({ key, frames: lines.length, bytes }, lastId);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
