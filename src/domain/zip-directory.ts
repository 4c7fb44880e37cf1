import { fail, type Result, succeed } from "./result.ts";

/*
 * What a ZIP archive says is in it (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), as far as packages
 * need it. An archive from a stranger can be read in more than one way: its directory at the end and the headers before
 * its entries may differ, entries may share bytes. Where that is so, it is refused.
 */

/** How an entry's bytes are kept; there is no other way that is in use. */
export type ZipMethod = "stored" | "deflated";

/** One file or folder of an archive, by what the archive says of it. */
export interface ZipEntry {
  readonly path: string;
  readonly isFolder: boolean;
  readonly method: ZipMethod;
  /** CRC-32 of its bytes. */
  readonly crc: number;
  /** Of its bytes once unpacked. */
  readonly bytes: number;
  readonly packedBytes: number;
  /** Where its packed bytes begin. */
  readonly start: number;
}

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
/** "See the ZIP64 record": of archives of 4 GiB, and of those that only might have become so large. */
const ELSEWHERE = 0xffffffff;
const CRX_SIGNATURE = 0x34327243;

const FLAG_ENCRYPTED = 1 << 0;
const FLAG_STRONGLY_ENCRYPTED = 1 << 6;
const FLAG_HIDDEN_HEADERS = 1 << 13;
const ENCRYPTED = FLAG_ENCRYPTED | FLAG_STRONGLY_ENCRYPTED | FLAG_HIDDEN_HEADERS;

/** Of a Unix mode: what kind of file it is. */
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;

const METHODS: ReadonlyMap<number, ZipMethod> = new Map([
  [0, "stored"],
  [8, "deflated"],
]);

/** @returns the archive's entries, in the order of its directory, or what is wrong with it. */
export function readZipDirectory(content: Uint8Array): Result<readonly ZipEntry[], string> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (view.byteLength >= 4 && view.getUint32(0, true) === CRX_SIGNATURE) {
    return fail("a CRX package, not a ZIP archive: upload the folder that it was made of");
  }
  const end = findEnd(view);
  if (end === undefined) return fail("not a ZIP archive");
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || start === ELSEWHERE) return fail("a ZIP64 archive, which is not supported");
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    return fail("one part of a ZIP archive in several");
  }
  if (start + view.getUint32(end + 12, true) !== end)
    return fail("not a ZIP archive: it has something before or in it");
  const entries: ZipEntry[] = [];
  let at = start;
  for (let n = 0; n < count; n++) {
    const read = readEntry({ content, view, directory: start }, at, end);
    if (!read.ok) return read;
    entries.push(read.value.entry);
    at = read.value.next;
  }
  if (at !== end) return fail("a damaged ZIP archive");
  return sharesBytes(view, entries) ? fail("a ZIP archive whose entries overlap") : succeed(entries);
}

/** The record that ends an archive: after it come only as many bytes of comment as it says. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at--) {
    if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === last - at) return at;
  }
  return undefined;
}

interface Archive {
  readonly content: Uint8Array;
  readonly view: DataView;
  /** Where its directory begins: entries end before. */
  readonly directory: number;
}

type ReadEntry = Result<{ readonly entry: ZipEntry; readonly next: number }, string>;

function readEntry(archive: Archive, at: number, end: number): ReadEntry {
  const { content, view } = archive;
  const damaged = fail("a damaged ZIP archive");
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL_SIGNATURE) return damaged;
  const nameBytes = view.getUint16(at + 28, true);
  const next = at + CENTRAL_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) return damaged;
  const path = decodeName(content.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes));
  if (path === undefined) return fail("a ZIP archive with a file name that is not UTF-8");
  const problem = oddity(view, at);
  if (problem !== undefined) return fail(`${JSON.stringify(path)} is ${problem}`);
  const [packedBytes, bytes, header] = [20, 24, 42].map((offset) => view.getUint32(at + offset, true));
  if (packedBytes === undefined || bytes === undefined || header === undefined) return damaged;
  if ([packedBytes, bytes, header].includes(ELSEWHERE)) return fail("a ZIP64 archive, which is not supported");
  const method = METHODS.get(view.getUint16(at + 10, true)) ?? "stored";
  if (method === "stored" && packedBytes !== bytes) return damaged;
  const start = startOf(archive, header, path);
  if (start === undefined || start + packedBytes > archive.directory) return damaged;
  const crc = view.getUint32(at + 16, true);
  return succeed({ entry: { path, isFolder: path.endsWith("/"), method, crc, bytes, packedBytes, start }, next });
}

/** What an entry is that no package may hold. */
function oddity(view: DataView, at: number): string | undefined {
  if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) return "encrypted";
  const method = view.getUint16(at + 10, true);
  if (!METHODS.has(method)) return `compressed by method ${method}, of which only 0 (stored) and 8 (deflate) are known`;
  // The attributes' upper half is the Unix mode, and empty where the archive was made elsewhere.
  const type = (view.getUint32(at + 38, true) >>> 16) & FILE_TYPE;
  if (type === LINK) return "a symbolic link";
  return type === 0 || type === REGULAR || type === FOLDER ? undefined : "neither a file nor a folder";
}

/** Where an entry's bytes begin; `undefined` when the header before them is not that of the directory's entry. */
function startOf({ content, view, directory }: Archive, header: number, path: string): number | undefined {
  if (header + LOCAL_BYTES > directory || view.getUint32(header, true) !== LOCAL_SIGNATURE) return undefined;
  const name = header + LOCAL_BYTES;
  const afterName = name + view.getUint16(header + 26, true);
  if (afterName > directory || decodeName(content.subarray(name, afterName)) !== path) return undefined;
  return afterName + view.getUint16(header + 28, true);
}

function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Entries over the same bytes make a small archive unpack to any size. */
function sharesBytes(view: DataView, entries: readonly ZipEntry[]): boolean {
  const inOrder = entries.toSorted((left, right) => left.start - right.start);
  let free = 0;
  for (const { start, packedBytes, path } of inOrder) {
    const header = start - LOCAL_BYTES - new TextEncoder().encode(path).byteLength;
    if (header < free) return true;
    free = start + packedBytes;
  }
  return free > view.byteLength;
}
