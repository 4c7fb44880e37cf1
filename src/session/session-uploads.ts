import { canBeStaged, StagedFiles } from "../capabilities/files/staged-files.ts";
import type { Failure } from "../domain/failure.ts";
import type { SessionId } from "../domain/ids.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionStore } from "./session-store.ts";
import { readMultipart } from "./read-multipart.ts";

/** Of one file. */
export const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;
/** Bytes that are handed over at once: a multiple of 3, so that their base64 is one of 4. */
const PIECE_BYTES = 3 * 1024 * 1024;

/** A folder on the browser's machine that nothing else is put in. */
export const uploadFolder = (id: SessionId): string => `/tmp/berth-uploads/${id}/${crypto.randomUUID()}`;

/** A file that pages of the session can be given. */
export interface UploadedFile {
  readonly name: string;
  /** On the browser's machine. */
  readonly path: string;
  readonly bytes: number;
}

/** What callers of the API upload to a session: files that CDP clients name by their path, or just by their name. */
export class SessionUploads {
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /**
   * The path that a client means by `/uploads/NAME`, and by any other path of that name: libraries make one of their own
   * machine of it. `undefined` for a name below `/uploads/` that nothing was uploaded as.
   */
  resolve(file: string): string | undefined {
    const name = file.replace(/^.*[/\\]/, "");
    const { uploads = {} } = this.#store.read() ?? {};
    if (Object.hasOwn(uploads, name)) return uploads[name];
    return file.startsWith("/uploads/") ? undefined : file;
  }

  /** Takes the first file of a multipart body. */
  async take(live: LiveBrowser, request: Request): Promise<Result<UploadedFile, Failure>> {
    if (live.targets.sharesBrowser) {
      const message = "uploads are not supported where sessions share a browser: choose files in the live view";
      return fail({ kind: "conflict", message });
    }
    let staged: StagedFiles | undefined;
    try {
      const part = await readMultipart(request);
      if (part === undefined) return invalid("file is required: a file in a multipart form");
      const { name, type, content } = part;
      if (!canBeStaged(name)) return invalid("file: its name may have letters, digits and ._-+() only");
      const id = this.#store.read()?.id;
      if (id === undefined) return fail({ kind: "sessionNotFound", sessionId: "" });
      staged = await StagedFiles.open(live, uploadFolder(id));
      const bytes = await send(staged, content);
      if (bytes === "tooLarge")
        return invalid(`file: no more than ${MAX_UPLOAD_BYTES / 1024 / 1024} MB can be uploaded`);
      const [path = ""] = await staged.finish([{ name, type }]);
      // The newest of each name.
      this.#store.update({ uploads: { ...this.#store.read()?.uploads, [name]: path } });
      return succeed({ name, path, bytes });
    } finally {
      staged?.close();
    }
  }
}

const invalid = (message: string): Result<never, Failure> => fail({ kind: "invalidRequest", field: "file", message });

async function send(staged: StagedFiles, content: AsyncIterable<Uint8Array>): Promise<number | "tooLarge"> {
  let pending = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let total = 0;
  for await (const chunk of content) {
    total += chunk.byteLength;
    // Read to its end all the same: a client that is still sending hears of no answer.
    if (total > MAX_UPLOAD_BYTES) continue;
    for (let at = 0; at < chunk.byteLength;) {
      const taken = chunk.subarray(at, at + PIECE_BYTES - filled);
      pending.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled < PIECE_BYTES) continue;
      await staged.keep(0, pending.toBase64());
      pending = new Uint8Array(PIECE_BYTES);
      filled = 0;
    }
  }
  if (total > MAX_UPLOAD_BYTES) return "tooLarge";
  if (filled > 0) await staged.keep(0, pending.subarray(0, filled).toBase64());
  return total;
}
