import type { ContentLine } from "../../../domain/profile-content.ts";
import type { Page, PageDatabase, PageRequest } from "./page-types.ts";

/* Runs in pages: see `storage-lines.ts`. */

/** What is handed over. */
export interface WriterTools {
  /** Of `decode.ts`. */
  readonly decodeValue: (encoded: unknown) => Promise<unknown>;
  /** Of `storage-lines.ts`. */
  readonly answered: <T>(request: PageRequest<T>) => Promise<T>;
}

type DatabaseLine = Extract<ContentLine, { readonly database: string }>;
type StoreLine = Extract<ContentLine, { readonly store: string }>;

interface StoredRecord {
  readonly key?: unknown;
  readonly value: unknown;
}

interface DatabaseLines {
  readonly lines: readonly string[];
  /** Where the database begins. */
  readonly first: number;
  readonly line: DatabaseLine;
}

interface StoreRecords {
  readonly database: PageDatabase;
  readonly name: string;
  readonly lines: readonly string[];
}

/** Takes the text of an origin's content piece by piece, and writes it when all of it is there. */
export function storageWriter(tools: WriterTools) {
  let text = "";
  return {
    add(piece: string): void {
      text += piece;
    },
    async write(): Promise<void> {
      const { localStorage } = globalThis as unknown as Page;
      const lines = text.split("\n");
      text = "";
      for (let at = 0; at < lines.length; at += 1) {
        const line = lines[at] === "" ? undefined : (JSON.parse(lines[at] ?? "") as ContentLine);
        if (line === undefined) continue;
        if ("local" in line) for (const [name, value] of line.local) localStorage.setItem(name, value);
        if ("database" in line) at = await writeDatabase({ lines, first: at, line }, tools);
      }
    },
  };
}

/** Writes one database; answers the number of its last line. */
export async function writeDatabase({ lines, first, line }: DatabaseLines, tools: WriterTools): Promise<number> {
  const isRecord = (text: string): boolean => text.startsWith('{"value"') || text.startsWith('{"key"');
  let end = first + 1;
  const stores: { readonly line: StoreLine; readonly at: number }[] = [];
  for (; end < lines.length; end += 1) {
    const text = lines[end] ?? "";
    if (text.startsWith('{"store"')) stores.push({ line: JSON.parse(text) as StoreLine, at: end });
    else if (!isRecord(text)) break;
  }
  const described = stores.map((store) => store.line);
  const database = await makeDatabase({ line, stores: described }, tools);
  try {
    for (const [number, store] of stores.entries()) {
      const records = lines.slice(store.at + 1, stores[number + 1]?.at ?? end);
      await writeRecords({ database, name: store.line.store, lines: records }, tools);
    }
  } finally {
    database.close();
  }
  return end - 1;
}

export function makeDatabase(
  { line, stores }: { readonly line: DatabaseLine; readonly stores: readonly StoreLine[] },
  { answered }: WriterTools,
): Promise<PageDatabase> {
  const { indexedDB } = globalThis as unknown as Page;
  const opening = indexedDB.open(line.database, line.version);
  opening.addEventListener("upgradeneeded", () => {
    for (const { store, keyPath, autoIncrement, indexes } of stores) {
      const made = opening.result.createObjectStore(store, { keyPath, autoIncrement });
      for (const { name, keyPath: path, unique, multiEntry } of indexes) {
        made.createIndex(name, path, { unique, multiEntry });
      }
    }
  });
  return answered(opening);
}

export async function writeRecords(
  { database, name, lines }: StoreRecords,
  { decodeValue }: WriterTools,
): Promise<void> {
  const batch = 500;
  for (let at = 0; at < lines.length; at += batch) {
    const records: StoredRecord[] = [];
    for (const text of lines.slice(at, at + batch)) {
      const { key, value } = JSON.parse(text) as StoredRecord;
      const decoded = { value: await decodeValue(value) };
      records.push(key === undefined ? decoded : { ...decoded, key: await decodeValue(key) });
    }
    const transaction = database.transaction([name], "readwrite");
    const store = transaction.objectStore(name);
    for (const { key, value } of records) {
      if (key === undefined) store.put(value);
      else store.put(value, key);
    }
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("aborted")));
    });
  }
}
