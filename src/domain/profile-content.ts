/** A cookie as the CDP tells and takes it (`Network.Cookie`, `Network.CookieParam`). */
export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  /** With a leading dot for a cookie of all subdomains. */
  readonly domain: string;
  readonly path: string;
  /** Seconds since the epoch; `-1` for a cookie that ends with the browser. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  /** Absent for a cookie that says none. */
  readonly sameSite?: "Strict" | "Lax" | "None";
  readonly priority?: "Low" | "Medium" | "High";
  readonly sourceScheme?: "Unset" | "NonSecure" | "Secure";
  readonly sourcePort?: number;
  /** Of a partitioned cookie (CHIPS). */
  readonly partitionKey?: { readonly topLevelSite: string; readonly hasCrossSiteAncestor: boolean };
}

/** A piece of an origin's content, in an object of its own. */
export interface ContentPart {
  /** Of the object that holds it. */
  readonly key: string;
  /** Names the secret that it is encrypted under. */
  readonly keyId: string;
  /** UTF-16 code units. */
  readonly size: number;
  /** SHA-256 of the text, in hexadecimal: tells whether a later save may keep it. */
  readonly digest: string;
}

/** localStorage and IndexedDB of one origin: {@link ContentLine}s, cut anywhere into parts. */
export interface OriginContent {
  readonly origin: string;
  readonly parts: readonly ContentPart[];
}

/** sessionStorage of one tab, for the page that it showed. */
export interface TabContent {
  readonly origin: string;
  readonly items: readonly (readonly [name: string, value: string])[];
}

/** All that a version of a profile holds. */
export interface ProfileManifest {
  readonly format: 1;
  readonly cookies: readonly StoredCookie[];
  readonly origins: readonly OriginContent[];
  readonly tabs: readonly TabContent[];
}

export const EMPTY_MANIFEST: ProfileManifest = { format: 1, cookies: [], origins: [], tabs: [] };

/** `null` stands for no path. */
export type KeyPath = string | readonly string[] | null;

export interface IndexDescription {
  readonly name: string;
  readonly keyPath: string | readonly string[];
  readonly unique: boolean;
  readonly multiEntry: boolean;
}

/**
 * A line of an origin's content: JSON, one after the other, so that a database of any size passes through a Worker
 * in pieces. Records belong to the store before them, stores to the database before them. Keys and values of records
 * are encoded as Playwright's storage states encode them (`valueEncoded`), with tags of our own for what those lack.
 */
export type ContentLine =
  | { readonly local: readonly (readonly [name: string, value: string])[] }
  | { readonly database: string; readonly version: number }
  | {
      readonly store: string;
      readonly keyPath: KeyPath;
      readonly autoIncrement: boolean;
      readonly indexes: readonly IndexDescription[];
    }
  /** `key` is absent where the value holds it. */
  | { readonly value: unknown; readonly key?: unknown };

/** What a save brings about, before it is known to be kept. */
export interface StagedVersion {
  readonly manifestKey: string;
  readonly cookieCount: number;
  readonly storageOrigins: readonly string[];
  /** UTF-16 code units. */
  readonly size: number;
  /** Every object that the version needs, its manifest included. */
  readonly objects: readonly string[];
}

export const sizeOf = ({ parts }: OriginContent): number => parts.reduce((sum, { size }) => sum + size, 0);
