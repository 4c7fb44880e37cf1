/*
 * Runs in pages: every function here is sent as its own source, and may use only what is sent with it.
 * The form is Playwright's (`utilityScriptSerializers.ts`), with `bl`, `f`, `dv`, `bx`, `sa` and `ck` of our own.
 */

/** What one value is encoded with: objects by number, and what takes time to read. */
export interface Encoding {
  readonly seen: Map<object, number>;
  readonly waits: Promise<void>[];
}

/** A value that a structured clone can hold, as JSON. Throws for what cannot be kept. */
export async function encodeValue(value: unknown): Promise<unknown> {
  const encoding: Encoding = { seen: new Map(), waits: [] };
  const encoded = encode(value, encoding);
  await Promise.all(encoding.waits);
  return encoded;
}

export function encode(value: unknown, encoding: Encoding): unknown {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { v: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value === undefined || value === null) return { v: String(value) };
  if (typeof value === "bigint") return { bi: String(value) };
  if (typeof value !== "object") throw new Error(`a ${typeof value} cannot be kept`);
  const known = encoding.seen.get(value);
  if (known !== undefined) return { ref: known };
  const id = encoding.seen.size + 1;
  encoding.seen.set(value, id);
  return encodeBytes(value, encoding) ?? encodeSimple(value) ?? encodeCollection(value, id, encoding);
}

export function encodeSimple(value: object): object | undefined {
  const isOf = (name: string): boolean => Object.prototype.toString.call(value) === `[object ${name}]`;
  if (value instanceof Date) return { d: Number.isNaN(value.getTime()) ? "Invalid Date" : value.toJSON() };
  if (value instanceof RegExp) return { r: { p: value.source, f: value.flags } };
  if (value instanceof Error) return { e: { n: value.name, m: value.message, s: value.stack ?? "" } };
  if (isOf("Boolean") || isOf("Number") || isOf("String")) {
    const held: unknown = value.valueOf();
    return { bx: typeof held === "number" && !Number.isFinite(held) ? { v: String(held) } : held };
  }
  if (isOf("BigInt")) return { bx: { bi: BigInt.prototype.toString.call(value) } };
  return undefined;
}

export function encodeCollection(value: object, id: number, encoding: Encoding): object {
  const each = (item: unknown): unknown => encode(item, encoding);
  if (value instanceof Map) return { m: Array.from(value, ([k, v]) => ({ k: each(k), v: each(v) })), id };
  if (value instanceof Set) return { s: Array.from(value, each), id };
  const tag = Object.prototype.toString.call(value);
  const properties = () => Object.keys(value).map((k) => ({ k, v: each((value as Record<string, unknown>)[k]) }));
  if (Array.isArray(value)) {
    const isPlain = Object.keys(value).length === value.length && !(value.length > 0 && !(0 in value));
    return isPlain ? { a: value.map(each), id } : { sa: { l: value.length, o: properties() }, id };
  }
  if (tag !== "[object Object]") throw new Error(`${tag} cannot be kept`);
  return { o: properties(), id };
}

/** Buffers, views, blobs and keys. */
export function encodeBytes(value: object, { waits }: Encoding): object | undefined {
  const kinds: Readonly<Record<string, string>> = {
    Int8Array: "i8",
    Uint8Array: "ui8",
    Uint8ClampedArray: "ui8c",
    Int16Array: "i16",
    Uint16Array: "ui16",
    Int32Array: "i32",
    Uint32Array: "ui32",
    Float16Array: "f16",
    Float32Array: "f32",
    Float64Array: "f64",
    BigInt64Array: "bi64",
    BigUint64Array: "bui64",
  };
  if (value instanceof ArrayBuffer) return { ab: { b: toBase64(new Uint8Array(value)) } };
  if (ArrayBuffer.isView(value)) {
    const b = toBase64(new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength));
    return value instanceof DataView ? { dv: { b } } : { ta: { b, k: kinds[value.constructor.name] } };
  }
  if (value instanceof Blob) {
    const held = { t: value.type, b: "" };
    waits.push(value.arrayBuffer().then((buffer) => void (held.b = toBase64(new Uint8Array(buffer)))));
    return value instanceof File ? { f: Object.assign(held, { n: value.name, m: value.lastModified }) } : { bl: held };
  }
  if (typeof CryptoKey === "undefined" || !(value instanceof CryptoKey)) return undefined;
  const { algorithm, usages, extractable } = value;
  if (!extractable) throw new Error("a CryptoKey that cannot be exported cannot be kept");
  const key = { a: algorithm, u: usages, j: {} as unknown };
  waits.push(crypto.subtle.exportKey("jwk", value).then((jwk) => void (key.j = jwk)));
  return { ck: key };
}

export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as { toBase64?: () => string }).toBase64;
  if (native !== undefined) return native.call(bytes);
  let binary = "";
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step) binary += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(binary);
}
