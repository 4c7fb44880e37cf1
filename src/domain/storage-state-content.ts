import type { ContentLine, KeyPath, StoredCookie } from "./profile-content.ts";
import type {
  StorageStateCookie,
  StorageStateDatabase,
  StorageStateOrigin,
  StorageStateStore,
} from "./storage-state.ts";

type Tagged = Readonly<Record<string, unknown>>;
type StoreRecord = StorageStateStore["records"][number];

const isObject = (value: unknown): value is Tagged => typeof value === "object" && value !== null;

/** Plain JSON as Playwright's serializer would encode it; its own ids. */
export function encodePlain(value: unknown): unknown {
  let ids = 0;
  const encode = (item: unknown): unknown => {
    if (item === null) return { v: "null" };
    if (typeof item !== "object") return item;
    ids += 1;
    const id = ids;
    if (Array.isArray(item)) return { a: item.map(encode), id };
    return { o: Object.entries(item).map(([k, v]) => ({ k, v: encode(v) })), id };
  };
  return encode(value);
}

/** Not plain JSON: a date, a map, a number that JSON has not, a reference to the same object, … */
class NotPlain extends Error {}

/** The reverse of {@link encodePlain}; `undefined` for what JSON cannot say. */
export function decodePlain(encoded: unknown): { readonly plain: unknown } | undefined {
  const decode = (item: unknown): unknown => {
    if (!isObject(item)) return item;
    if ("ref" in item) throw new NotPlain();
    if (item["v"] === "null") return null;
    if (Array.isArray(item["a"])) return item["a"].map(decode);
    if (!Array.isArray(item["o"])) throw new NotPlain();
    const properties = item["o"] as readonly { readonly k: string; readonly v: unknown }[];
    // An own `__proto__` would set the prototype of whatever reads the document.
    if (properties.some(({ k }) => k === "__proto__")) throw new NotPlain();
    return Object.fromEntries(properties.map(({ k, v }) => [k, decode(v)]));
  };
  try {
    return { plain: decode(encoded) };
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

const keyPathOf = (path: KeyPath): Pick<StorageStateStore, "keyPath" | "keyPathArray"> => {
  if (path === null) return {};
  return typeof path === "string" ? { keyPath: path } : { keyPathArray: path };
};

/** An origin of a storage state, line by line. */
export function* toLines({ localStorage, indexedDB = [] }: StorageStateOrigin): Generator<ContentLine> {
  if (localStorage.length > 0) yield { local: localStorage.map(({ name, value }) => [name, value] as const) };
  for (const { name, version, stores } of indexedDB) {
    yield { database: name, version };
    for (const store of stores) yield* storeLines(store);
  }
}

function* storeLines(store: StorageStateStore): Generator<ContentLine> {
  const keyPath = store.keyPathArray ?? store.keyPath ?? null;
  const indexes = store.indexes.map((index) => {
    const { name, unique, multiEntry } = index;
    return { name, keyPath: index.keyPathArray ?? index.keyPath ?? "", unique, multiEntry };
  });
  yield { store: store.name, keyPath, autoIncrement: store.autoIncrement, indexes };
  for (const record of store.records) {
    const value = "value" in record ? encodePlain(record.value) : (record.valueEncoded ?? { v: "undefined" });
    if (keyPath !== null) yield { value };
    else yield { value, key: "key" in record ? encodePlain(record.key) : record.keyEncoded };
  }
}

/** A record of a storage state. */
export function toRecord({ key, value }: { readonly key?: unknown; readonly value: unknown }): StoreRecord {
  const plainValue = decodePlain(value);
  const plainKey = key === undefined ? undefined : decodePlain(key);
  const held = plainValue ? { value: plainValue.plain } : { valueEncoded: value };
  if (key === undefined) return held;
  return plainKey ? { key: plainKey.plain, ...held } : { keyEncoded: key, ...held };
}

/** A store of a storage state, before its records. */
export function toStore(line: Extract<ContentLine, { readonly store: string }>): Omit<StorageStateStore, "records"> {
  const indexes = line.indexes.map(({ name, keyPath, unique, multiEntry }) => ({
    name,
    ...keyPathOf(keyPath),
    unique,
    multiEntry,
  }));
  return { name: line.store, ...keyPathOf(line.keyPath), autoIncrement: line.autoIncrement, indexes };
}

export const toDatabase = ({
  database,
  version,
}: Extract<ContentLine, { readonly database: string }>): Omit<StorageStateDatabase, "stores"> => ({
  name: database,
  version,
});

/** A cookie without `SameSite` is `Lax` to Playwright, as it is to Chromium. */
export function toStateCookie(cookie: StoredCookie): StorageStateCookie {
  const { name, value, domain, path, expires, httpOnly, secure, sameSite = "Lax", partitionKey } = cookie;
  const partition = partitionKey && {
    partitionKey: partitionKey.topLevelSite,
    _crHasCrossSiteAncestor: partitionKey.hasCrossSiteAncestor,
  };
  return { name, value, domain, path, expires, httpOnly, secure, sameSite, ...partition };
}

export function fromStateCookie(cookie: StorageStateCookie): StoredCookie {
  const { partitionKey, _crHasCrossSiteAncestor: hasCrossSiteAncestor = false, ...rest } = cookie;
  return partitionKey === undefined
    ? rest
    : { ...rest, partitionKey: { topLevelSite: partitionKey, hasCrossSiteAncestor } };
}
