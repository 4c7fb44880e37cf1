import type { SessionId } from "../domain/ids.ts";
import type { RecordingType } from "../domain/recording.ts";

/** What a range request, or one with conditions, is answered. */
export type Fetched =
  | { readonly kind: "missing" }
  /** The caller has it as it is (`If-None-Match`), or asked for another one (`If-Match`). */
  | { readonly kind: "unchanged" | "changed"; readonly etag: string }
  | { readonly kind: "unsatisfiable"; readonly size: number }
  | {
      readonly kind: "content";
      readonly body: ReadableStream<Uint8Array>;
      readonly etag: string;
      /** Bytes of the whole. */
      readonly size: number;
      /** Bytes of a part; `null` for the whole. */
      readonly range: { readonly offset: number; readonly length: number } | null;
    };

/** A large object on its way. */
export interface Upload {
  /** In order; may be of any size. */
  write(bytes: Uint8Array): Promise<void>;
  /** @returns its size in bytes. */
  finish(): Promise<number>;
  abandon(): Promise<void>;
}

/** What was recorded of sessions: objects in R2. */
export interface RecordingArchive {
  /** @returns the object's size in bytes. */
  put(key: string, content: string | Uint8Array, contentType: string): Promise<number>;
  /**
   * The same for what is too large to be held at once.
   *
   * @param pieces answers the same pieces whenever it is called: their size has to be known first.
   */
  putPieces(key: string, pieces: () => Iterable<string>, contentType: string): Promise<number>;
  upload(key: string, contentType: string): Promise<Upload>;
  /** @param headers of the request: its range and its conditions. */
  fetch(key: string, headers: Headers): Promise<Fetched>;
  /** `undefined` when it is not there. */
  readText(key: string): Promise<string | undefined>;
  removeAll(prefix: string): Promise<void>;
}

/** Everything that belongs to one recording. */
export const recordingPrefix = (sessionId: SessionId, type: RecordingType): string =>
  `recordings/${sessionId}/${type}/`;

const FILES: Readonly<Record<RecordingType, string>> = {
  har: "session.har",
  log: "log.ndjson",
  screenshots: "index.json",
  video: "video.mp4",
};

/** The recording itself. */
export const recordingKey = (sessionId: SessionId, type: RecordingType): string =>
  recordingPrefix(sessionId, type) + FILES[type];

export const screenshotKey = (sessionId: SessionId, n: number): string =>
  `${recordingPrefix(sessionId, "screenshots")}${n}.jpg`;

/** What a video is made of: a `VideoSource`, and the segments that it names. */
export const videoSourceKey = (sessionId: SessionId): string => `${recordingPrefix(sessionId, "video")}source.json`;
export const frameSegmentPrefix = (sessionId: SessionId): string => `${recordingPrefix(sessionId, "video")}frames/`;

/** R2 deletes this many at once. */
const DELETE_BATCH = 1000;
/** R2 takes parts of 5 MiB or more, all of one size but the last. */
const PART_BYTES = 8 * 1024 * 1024;

export function createRecordingArchive({ bucket }: { readonly bucket: R2Bucket }): RecordingArchive {
  return {
    async put(key, content, contentType) {
      const { size } = await bucket.put(key, content, { httpMetadata: { contentType } });
      return size;
    },
    putPieces: (key, pieces, contentType) => putPieces(bucket, { key, pieces, contentType }),
    upload: async (key, contentType) =>
      createUpload(await bucket.createMultipartUpload(key, { httpMetadata: { contentType } })),
    fetch: (key, headers) => fetchObject(bucket, key, headers),
    readText: async (key) => (await bucket.get(key))?.text(),
    async removeAll(prefix) {
      for (;;) {
        const { objects } = await bucket.list({ prefix, limit: DELETE_BATCH });
        if (objects.length === 0) return;
        await bucket.delete(objects.map(({ key }) => key));
      }
    },
  };
}

interface Pieces {
  readonly key: string;
  readonly pieces: () => Iterable<string>;
  readonly contentType: string;
}

async function putPieces(bucket: R2Bucket, { key, pieces, contentType }: Pieces): Promise<number> {
  const encoder = new TextEncoder();
  let total = 0;
  for (const piece of pieces()) total += encoder.encode(piece).byteLength;
  const { readable, writable } = new FixedLengthStream(total);
  const writing = (async (): Promise<void> => {
    const writer = writable.getWriter();
    for (const piece of pieces()) await writer.write(encoder.encode(piece));
    await writer.close();
  })();
  // A put that fails takes the stream with it; its own error says why.
  writing.catch(() => undefined);
  const { size } = await bucket.put(key, readable, { httpMetadata: { contentType } });
  await writing;
  return size;
}

function createUpload(upload: R2MultipartUpload): Upload {
  const parts: R2UploadedPart[] = [];
  let pending = new Uint8Array(PART_BYTES);
  let filled = 0;
  let total = 0;

  async function send(bytes: Uint8Array): Promise<void> {
    parts.push(await upload.uploadPart(parts.length + 1, bytes));
  }

  return {
    async write(bytes) {
      total += bytes.byteLength;
      for (let at = 0; at < bytes.byteLength;) {
        const taken = bytes.subarray(at, at + PART_BYTES - filled);
        pending.set(taken, filled);
        filled += taken.byteLength;
        at += taken.byteLength;
        if (filled < PART_BYTES) continue;
        await send(pending);
        pending = new Uint8Array(PART_BYTES);
        filled = 0;
      }
    },
    async finish() {
      if (filled > 0 || parts.length === 0) await send(pending.subarray(0, filled));
      await upload.complete(parts);
      return total;
    },
    abandon: () => upload.abort(),
  };
}

async function fetchObject(bucket: R2Bucket, key: string, headers: Headers): Promise<Fetched> {
  const head = await bucket.head(key);
  if (head === null) return { kind: "missing" };
  const { size, httpEtag: etag } = head;
  const range = rangeOf(headers.get("range"), size);
  if (range === "unsatisfiable") return { kind: "unsatisfiable", size };
  const object = await bucket.get(key, { onlyIf: headers, ...(range !== undefined && { range }) });
  if (object === null) return { kind: "missing" };
  if (!("body" in object)) return { kind: headers.has("if-match") ? "changed" : "unchanged", etag };
  return { kind: "content", body: object.body, etag, size, range: range ?? null };
}

/** The one range that a request names (RFC 9110, 14.2); several at once are answered with the whole. */
function rangeOf(
  header: string | null,
  size: number,
): { readonly offset: number; readonly length: number } | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const offset = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (offset >= size || (first === "" && Number(last) === 0)) return "unsatisfiable";
  return end < offset ? undefined : { offset, length: end - offset + 1 };
}
