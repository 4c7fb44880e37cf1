/** A file of an archive, and what is to be odd about it. */
export interface ZipFile {
  readonly path: string;
  readonly content?: string | Uint8Array<ArrayBuffer>;
  /** "stored" unless told otherwise. */
  readonly isDeflated?: boolean;
  readonly flags?: number;
  readonly method?: number;
  /** Unix mode. */
  readonly mode?: number;
  /** What the archive says of its unpacked size. */
  readonly declaredBytes?: number;
  readonly crc?: number;
  /** Its name in the header before its bytes. */
  readonly localPath?: string;
  /** Its bytes are those of the file with this number. */
  readonly sharesWith?: number;
}

/** A ZIP archive, made by hand so that everything about it can be wrong. */
export async function makeZip(files: readonly ZipFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const file of files) {
    const content = typeof file.content === "string" ? encode(file.content) : (file.content ?? new Uint8Array());
    const packed = file.isDeflated === true ? await deflate(content) : content;
    const at = file.sharesWith === undefined ? offset : (offsets[file.sharesWith] ?? 0);
    const [local, central] = headersOf(file, { content, packed, at });
    offsets.push(at);
    directory.push(central);
    if (file.sharesWith !== undefined) continue;
    pieces.push(local, packed);
    offset += local.byteLength + packed.byteLength;
  }
  const size = directory.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, size],
    [4, offset],
    [2, 0],
  );
  return new Uint8Array(await new Blob([...pieces, ...directory, end]).arrayBuffer());
}

interface Packed {
  readonly content: Uint8Array;
  readonly packed: Uint8Array;
  readonly at: number;
}

function headersOf(file: ZipFile, { content, packed, at }: Packed) {
  const name = encode(file.path);
  const localName = encode(file.localPath ?? file.path);
  const common = (nameBytes: number): readonly Field[] => [
    [2, 20],
    [2, (file.flags ?? 0) | 0x800],
    [2, file.method ?? (file.isDeflated === true ? 8 : 0)],
    [4, 0x5a210000],
    [4, file.crc ?? crc32(content)],
    [4, packed.byteLength],
    [4, file.declaredBytes ?? content.byteLength],
    [2, nameBytes],
    [2, 0],
  ];
  const attributes: readonly Field[] = [
    [2, 0],
    [2, 0],
    [2, 0],
    [4, ((file.mode ?? 0) << 16) >>> 0],
    [4, at],
  ];
  return [
    joined(numbers([4, 0x04034b50], ...common(localName.byteLength)), localName),
    joined(numbers([4, 0x02014b50], [2, 0x0314], ...common(name.byteLength), ...attributes), name),
  ] as const;
}

/** Width in bytes, value. */
type Field = readonly [number, number];

function numbers(...fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = fields.flatMap(([width, value]) =>
    Array.from({ length: width }, (_, index) => Math.floor(value / 256 ** index) % 256),
  );
  return new Uint8Array(bytes);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.byteLength + right.byteLength);
  both.set(left);
  both.set(right, left.byteLength);
  return both;
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));

async function deflate(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Bit by bit: not the code that is tested. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** An archive of text files by their paths, deflated. */
export const zipOf = (files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> =>
  makeZip(Object.entries(files).map(([path, content]) => ({ path, content, isDeflated: true })));
