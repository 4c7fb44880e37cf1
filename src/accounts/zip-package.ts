import { packageFiles } from "../domain/package-files.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { readZipDirectory, type ZipEntry } from "../domain/zip-directory.ts";

/** A package that was uploaded as a ZIP archive. Its files are unpacked one by one, when they are read. */
export interface ZipPackage {
  readonly paths: ReadonlySet<string>;
  /** Of all files once unpacked. */
  readonly bytes: number;
  /** A failure says what is wrong with the file, as the path and a predicate. */
  read(path: string): Promise<Result<Uint8Array, string>>;
}

/** @returns the package, or what is wrong with the archive; nothing of it is unpacked. */
export function openZipPackage(content: Uint8Array): Result<ZipPackage, string> {
  const entries = readZipDirectory(content);
  if (!entries.ok) return entries;
  const files = packageFiles(entries.value);
  if (!files.ok) return files;
  return succeed({
    paths: new Set(files.value.keys()),
    bytes: [...files.value.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    async read(path) {
      const entry = files.value.get(path);
      if (entry === undefined) return fail(`${path} is missing`);
      const unpacked = await unpack(content, entry);
      const isIntact = unpacked?.byteLength === entry.bytes && crc32(unpacked) === entry.crc;
      return isIntact ? succeed(unpacked) : fail(`${path} is damaged, or not of the size that the archive says`);
    },
  });
}

/** @returns `undefined` where the packed bytes are no such bytes, or more of them than the archive says. */
async function unpack(content: Uint8Array, entry: ZipEntry): Promise<Uint8Array | undefined> {
  const packed = content.slice(entry.start, entry.start + entry.packedBytes);
  if (entry.method === "stored") return packed;
  const unpacked = new Uint8Array(entry.bytes);
  let filled = 0;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  try {
    for await (const chunk of stream) {
      // Leaving the loop cancels the stream: a bomb goes off no further than this.
      if (filled + chunk.byteLength > entry.bytes) return undefined;
      unpacked.set(chunk, filled);
      filled += chunk.byteLength;
    }
  } catch {
    return undefined;
  }
  return filled === entry.bytes ? unpacked : undefined;
}

const CRC_POLYNOMIAL = 0xedb88320;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ CRC_POLYNOMIAL : value >>> 1;
  return value;
});

/** Of ZIP archives (and of PNG, RFC 2083 §15). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
