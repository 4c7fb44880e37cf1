import type { ContentLine } from "../../../domain/profile-content.ts";
import type { Key, Page, PageDatabase, PageRequest, PageStore } from "./page-types.ts";

/*
 * Runs in pages: see `encode.ts`. What comes from other files is handed over: a bundler may rename what is imported,
 * and does not say so in a function's source.
 */

/** `encodeValue` of `encode.ts`. */
export type Encode = (value: unknown) => Promise<unknown>;

export function answered<T>(request: PageRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("refused")));
  });
}

/** localStorage and every database of the page's origin, line by line. */
export async function* storageLines(encode: Encode): AsyncGenerator<ContentLine> {
  const { localStorage, indexedDB } = globalThis as unknown as Page;
  const local: [string, string][] = [];
  for (let at = 0; at < localStorage.length; at += 1) {
    const name = localStorage.key(at);
    const value = name === null ? null : localStorage.getItem(name);
    if (name !== null && value !== null) local.push([name, value]);
  }
  // In an order of their own, so that nothing looks changed that is not.
  local.sort(([a], [b]) => (a < b ? -1 : 1));
  if (local.length > 0) yield { local };
  const databases = await indexedDB.databases();
  databases.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, version } of databases) yield* databaseLines({ name, version }, encode);
}

export async function* databaseLines(
  { name, version }: { readonly name: string; readonly version: number },
  encode: Encode,
): AsyncGenerator<ContentLine> {
  const { indexedDB } = globalThis as unknown as Page;
  const opening = indexedDB.open(name);
  // Deleted since it was listed: opening would make it anew.
  opening.addEventListener("upgradeneeded", () => opening.transaction?.abort());
  const database = await answered(opening).catch(() => undefined);
  if (database === undefined) return;
  // A page that upgrades or deletes its database must not wait for us.
  database.addEventListener("versionchange", () => database.close());
  try {
    yield { database: name, version };
    for (const store of Array.from(database.objectStoreNames)) yield* storeLines(database, store, encode);
  } finally {
    database.close();
  }
}

export async function* storeLines(database: PageDatabase, name: string, encode: Encode): AsyncGenerator<ContentLine> {
  const { IDBKeyRange } = globalThis as unknown as Page;
  const open = (): PageStore => database.transaction([name], "readonly").objectStore(name);
  const described = open();
  const { keyPath, autoIncrement } = described;
  const indexes = Array.from(described.indexNames, (each) => {
    const { name: index, keyPath: path, unique, multiEntry } = described.index(each);
    return { name: index, keyPath: path, unique, multiEntry };
  });
  yield { store: name, keyPath, autoIncrement, indexes };
  const batch = 100;
  let range: unknown;
  for (;;) {
    const store = open();
    const [keys, values]: [Key[], unknown[]] = await Promise.all([
      answered(store.getAllKeys(range, batch)),
      answered(store.getAll(range, batch)),
    ]);
    for (const [at, key] of keys.entries()) {
      const value = await encode(values[at]);
      yield keyPath === null ? { value, key: await encode(key) } : { value };
    }
    if (keys.length < batch) return;
    range = IDBKeyRange.lowerBound(keys.at(-1), true);
  }
}

/** The lines as one text, read piece by piece. */
export function storageReader(encode: Encode) {
  const lines = storageLines(encode);
  let held = "";
  let ended = false;
  return {
    /** At most `size` UTF-16 code units; never half of a character. Empty at the end. */
    async read(size: number): Promise<string> {
      while (!ended && held.length < size) {
        const { value, done } = await lines.next();
        if (done === true) ended = true;
        else held += `${JSON.stringify(value)}\n`;
      }
      const cut = held.charCodeAt(size - 1);
      const end = cut >= 0xd800 && cut <= 0xdbff && held.length > size ? size - 1 : size;
      const piece = held.slice(0, end);
      held = held.slice(end);
      return piece;
    },
  };
}
