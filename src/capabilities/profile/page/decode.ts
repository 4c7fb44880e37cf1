/* Runs in pages: see `encode.ts`, whose form it reads. */

type Encoded = Readonly<Record<string, unknown>>;
type Entries = readonly { readonly k: unknown; readonly v: unknown }[];

/** What decodes in several steps: objects that others refer to, keys that take time to import. */
export interface Decoding {
  readonly refs: Map<unknown, unknown>;
  readonly keys: Map<unknown, unknown>;
}

export async function decodeValue(encoded: unknown): Promise<unknown> {
  const keys = new Map<unknown, unknown>();
  await importKeys(encoded, keys);
  return decode(encoded, { refs: new Map(), keys });
}

/** Keys import in their own time: all of them, before anything is put together. */
export async function importKeys(encoded: unknown, keys: Map<unknown, unknown>): Promise<void> {
  if (typeof encoded !== "object" || encoded === null) return;
  const { ck } = encoded as { ck?: { a: SubtleCryptoImportKeyAlgorithm; u: string[]; j: JsonWebKey } };
  if (ck !== undefined) keys.set(encoded, await crypto.subtle.importKey("jwk", ck.j, ck.a, true, ck.u));
  else for (const inner of Object.values(encoded)) await importKeys(inner, keys);
}

export function decode(encoded: unknown, decoding: Decoding): unknown {
  if (typeof encoded !== "object" || encoded === null) return encoded;
  const { refs, keys } = decoding;
  const tagged = encoded as Encoded;
  if ("ref" in tagged) return refs.get(tagged["ref"]);
  if ("ck" in tagged) return keys.get(encoded);
  if ("v" in tagged) {
    const named: Readonly<Record<string, unknown>> = { undefined, null: null };
    const name = String(tagged["v"]);
    return name in named ? named[name] : Number(name);
  }
  return decodeCollection(tagged, decoding) ?? decodeBytes(tagged) ?? decodeSimple(tagged);
}

export function decodeSimple(tagged: Encoded): unknown {
  if ("bi" in tagged) return BigInt(String(tagged["bi"]));
  if ("d" in tagged) return new Date(String(tagged["d"]));
  if ("u" in tagged) return String(tagged["u"]);
  if ("bx" in tagged) return Object(decode(tagged["bx"], { refs: new Map(), keys: new Map() }));
  if ("r" in tagged) {
    const { p, f } = tagged["r"] as { p: string; f: string };
    return new RegExp(p, f);
  }
  if (!("e" in tagged)) return tagged;
  const { n, m, s } = tagged["e"] as { n: string; m: string; s: string };
  const kinds: Readonly<Record<string, ErrorConstructor>> = {
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };
  const error = new (kinds[n] ?? Error)(m);
  if (error.name !== n) error.name = n;
  error.stack = s;
  return error;
}

export function decodeCollection(tagged: Encoded, decoding: Decoding): object | undefined {
  const keep = <T extends object>(made: T): T => {
    decoding.refs.set(tagged["id"], made);
    return made;
  };
  const each = (item: unknown): unknown => decode(item, decoding);
  const fill = (made: object, entries: Entries): object => {
    const common = { enumerable: true, configurable: true, writable: true };
    for (const { k, v } of entries) Object.defineProperty(made, String(k), { ...common, value: each(v) });
    return made;
  };
  if ("o" in tagged) return fill(keep({}), tagged["o"] as Entries);
  if ("a" in tagged) {
    const list: unknown[] = keep([]);
    for (const item of tagged["a"] as unknown[]) list.push(each(item));
    return list;
  }
  if ("sa" in tagged) {
    const { l, o } = tagged["sa"] as { l: number; o: Entries };
    const list: unknown[] = keep([]);
    list.length = l;
    return fill(list, o);
  }
  if ("m" in tagged) {
    const map = keep(new Map<unknown, unknown>());
    for (const { k, v } of tagged["m"] as Entries) map.set(each(k), each(v));
    return map;
  }
  if (!("s" in tagged)) return undefined;
  const set = keep(new Set<unknown>());
  for (const item of tagged["s"] as unknown[]) set.add(each(item));
  return set;
}

export function decodeBytes(tagged: Encoded): object | undefined {
  const bytesOf = (holder: unknown): Uint8Array<ArrayBuffer> => {
    const binary = atob((holder as { b: string }).b);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return bytes;
  };
  if ("ab" in tagged) return bytesOf(tagged["ab"]).buffer;
  if ("dv" in tagged) return new DataView(bytesOf(tagged["dv"]).buffer);
  if ("bl" in tagged) return new Blob([bytesOf(tagged["bl"])], { type: (tagged["bl"] as { t: string }).t });
  if ("f" in tagged) {
    const { n, t, m } = tagged["f"] as { n: string; t: string; m: number };
    return new File([bytesOf(tagged["f"])], n, { type: t, lastModified: m });
  }
  if (!("ta" in tagged)) return undefined;
  const kinds: Readonly<Record<string, string>> = {
    i8: "Int8Array",
    ui8: "Uint8Array",
    ui8c: "Uint8ClampedArray",
    i16: "Int16Array",
    ui16: "Uint16Array",
    i32: "Int32Array",
    ui32: "Uint32Array",
    f16: "Float16Array",
    f32: "Float32Array",
    f64: "Float64Array",
    bi64: "BigInt64Array",
    bui64: "BigUint64Array",
  };
  const name = kinds[(tagged["ta"] as { k: string }).k] ?? "Uint8Array";
  const { [name]: TypedArray } = globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => object>;
  return TypedArray && new TypedArray(bytesOf(tagged["ta"]).buffer);
}
