/** The first file of a multipart form, as it arrives. */
export interface MultipartFile {
  /** As the client calls it, without a path. */
  readonly name: string;
  /** MIME type; `""` when it is not told. */
  readonly type: string;
  /** To be read at once, and to its end. @throws Error when the body ends within it. */
  readonly content: AsyncIterable<Uint8Array>;
}

const CRLF = "\r\n";
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Reads a form (RFC 7578) without holding it: the platform's own reader keeps the whole body, and a file may be as large
 * as an isolate.
 *
 * @returns `undefined` for a body that is no form, or has no file in it.
 */
export async function readMultipart({ headers, body }: Request): Promise<MultipartFile | undefined> {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
      headers.get("content-type") ?? "",
    ) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined || body === null) return undefined;
  const source = new Source(body);
  // The first boundary may begin the body; every other one begins a line.
  await source.until(bytesOf(`--${boundary}`)).drain();
  for (;;) {
    // After the last boundary come two hyphens, and nothing that counts.
    const head = await source.until(bytesOf(CRLF + CRLF)).text(MAX_HEADER_BYTES);
    if (head === undefined || head.startsWith("--")) return undefined;
    const content = source.until(bytesOf(`${CRLF}--${boundary}`));
    const { name, type } = describe(head);
    if (name !== undefined) return { name, type, content: content.chunks() };
    await content.drain();
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function describe(head: string): { readonly name: string | undefined; readonly type: string } {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? "";
  const written = /[;\s]filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  const encoded = /[;\s]filename\*=UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  const name = encoded === undefined ? written?.replace(/\\(.)/g, "$1").replace(/%22/g, '"') : decoded(encoded);
  const type = /^content-type:\s*([^\s;]+)/im.exec(head)?.[1] ?? "";
  return { name: name?.replace(/^.*[/\\]/, ""), type };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  /** The mark follows. */
  readonly isLast: boolean;
}

/** A stream that is read from mark to mark. */
class Source {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #pending = new Uint8Array(0);

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** What comes before the mark; the mark itself is passed over. */
  until(mark: Uint8Array): Stretch {
    return new Stretch(() => this.#next(mark));
  }

  /** @returns `undefined` when the stream has ended without the mark. */
  async #next(mark: Uint8Array): Promise<Piece | undefined> {
    for (;;) {
      const at = indexOf(this.#pending, mark);
      if (at !== -1) {
        const bytes = this.#pending.subarray(0, at);
        this.#pending = this.#pending.subarray(at + mark.length);
        return { bytes, isLast: true };
      }
      // The mark may have begun in the last bytes.
      const certain = this.#pending.length - mark.length + 1;
      if (certain > 0) {
        const bytes = this.#pending.subarray(0, certain);
        this.#pending = this.#pending.subarray(certain);
        return { bytes, isLast: false };
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#pending = joined(this.#pending, value);
    }
  }
}

class Stretch {
  readonly #next: () => Promise<Piece | undefined>;

  constructor(next: () => Promise<Piece | undefined>) {
    this.#next = next;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const next = await this.#next();
      if (next === undefined) throw new Error("the body has ended within a file");
      if (next.bytes.length > 0) yield next.bytes;
      if (next.isLast) return;
    }
  }

  /** Passes over it; also when the stream ends. */
  async drain(): Promise<void> {
    for (let next = await this.#next(); next !== undefined && !next.isLast;) next = await this.#next();
  }

  /** @returns `undefined` when it is longer, or the stream ends first. */
  async text(maxBytes: number): Promise<string | undefined> {
    let all = new Uint8Array(0);
    for (;;) {
      const next = await this.#next();
      if (next === undefined) return undefined;
      all = joined(all, next.bytes);
      if (all.length > maxBytes) return undefined;
      if (next.isLast) return new TextDecoder().decode(all);
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function indexOf(bytes: Uint8Array, mark: Uint8Array): number {
  const [first = 0] = mark;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + mark.length > bytes.length) return -1;
    if (mark.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
