/**
 * A browser's state as Playwright writes and reads it (`BrowserContext.storageState`, playwright-core 1.65).
 * `valueEncoded` and `keyEncoded` hold what JSON cannot say, in Playwright's own tags.
 */
export interface StorageState {
  readonly cookies: readonly StorageStateCookie[];
  readonly origins: readonly StorageStateOrigin[];
}

export interface StorageStateCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Seconds since the epoch; `-1` for a session cookie. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: "Strict" | "Lax" | "None";
  /** Site of a partitioned cookie. */
  readonly partitionKey?: string;
  readonly _crHasCrossSiteAncestor?: boolean;
}

export interface StorageStateOrigin {
  readonly origin: string;
  readonly localStorage: readonly { readonly name: string; readonly value: string }[];
  readonly indexedDB?: readonly StorageStateDatabase[];
}

export interface StorageStateDatabase {
  readonly name: string;
  readonly version: number;
  readonly stores: readonly StorageStateStore[];
}

export interface StorageStateStore {
  readonly name: string;
  readonly keyPath?: string;
  readonly keyPathArray?: readonly string[];
  readonly autoIncrement: boolean;
  readonly indexes: readonly {
    readonly name: string;
    readonly keyPath?: string;
    readonly keyPathArray?: readonly string[];
    readonly unique: boolean;
    readonly multiEntry: boolean;
  }[];
  readonly records: readonly {
    readonly key?: unknown;
    readonly keyEncoded?: unknown;
    readonly value?: unknown;
    readonly valueEncoded?: unknown;
  }[];
}
