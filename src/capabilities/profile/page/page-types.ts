/*
 * What the scripts of this folder use of a page. The Worker's types know no documents, and those of the DOM would
 * contradict them.
 */

export type Key = number | string | Date | ArrayBuffer | readonly Key[];

export interface PageRequest<T> {
  readonly result: T;
  readonly error: Error | null;
  readonly transaction: PageTransaction | null;
  addEventListener(type: "success" | "error" | "upgradeneeded", listener: () => void): void;
}

export interface PageIndex {
  readonly name: string;
  readonly keyPath: string | string[];
  readonly unique: boolean;
  readonly multiEntry: boolean;
}

export interface PageStore {
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly indexNames: Iterable<string>;
  index(name: string): PageIndex;
  createIndex(name: string, keyPath: string | readonly string[], options: object): void;
  getAllKeys(range: unknown, count: number): PageRequest<Key[]>;
  getAll(range: unknown, count: number): PageRequest<unknown[]>;
  put(value: unknown, key?: unknown): PageRequest<unknown>;
}

export interface PageTransaction {
  objectStore(name: string): PageStore;
  abort(): void;
  addEventListener(type: "complete" | "abort", listener: () => void): void;
  readonly error: Error | null;
}

export interface PageDatabase {
  readonly objectStoreNames: Iterable<string> & { readonly length: number };
  createObjectStore(name: string, options: object): PageStore;
  transaction(names: readonly string[], mode: "readonly" | "readwrite"): PageTransaction;
  close(): void;
  addEventListener(type: "versionchange", listener: () => void): void;
}

export interface PageStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

/** Globals of a page. */
export interface Page {
  readonly localStorage: PageStorage;
  readonly indexedDB: {
    databases(): Promise<{ readonly name: string; readonly version: number }[]>;
    open(name: string, version?: number): PageRequest<PageDatabase>;
  };
  readonly IDBKeyRange: { lowerBound(key: unknown, open: boolean): unknown };
}
