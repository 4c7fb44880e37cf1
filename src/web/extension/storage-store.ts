/** What changed in an area, by key: as `storage.onChanged` tells it. */
export type Changes = Record<string, { oldValue?: unknown; newValue?: unknown }>;

export const AREAS = ["local", "session", "sync", "managed"] as const;
export type AreaName = (typeof AREAS)[number];

/** Chrome's own limits in bytes (https://developer.chrome.com/docs/extensions/reference/api/storage). */
const QUOTA_BYTES: Readonly<Record<AreaName, number>> = {
  local: 10_485_760,
  session: 10_485_760,
  sync: 102_400,
  managed: 0,
};
const SYNC_ITEM_BYTES = 8192;
const SYNC_ITEMS = 512;

/** Keeps what is stored beyond the document's life. */
export interface Keeper {
  read(area: AreaName): Iterable<readonly [key: string, json: string]>;
  write(area: AreaName, key: string, json: string | undefined): void;
}

/** What an extension has stored; the background has it, and all its other code asks there. */
export class StorageStore {
  readonly #areas: ReadonlyMap<AreaName, Map<string, string>>;
  readonly #keeper: Keeper;
  readonly #isUnlimited: boolean;
  readonly #onChanged: (area: AreaName, changes: Changes) => void;
  /** Areas that content scripts may not use. */
  readonly #trusted = new Set<string>(["session"]);

  constructor(options: {
    readonly keeper: Keeper;
    readonly isUnlimited: boolean;
    readonly onChanged: (area: AreaName, changes: Changes) => void;
  }) {
    this.#keeper = options.keeper;
    this.#isUnlimited = options.isUnlimited;
    this.#onChanged = options.onChanged;
    this.#areas = new Map(AREAS.map((area) => [area, new Map(options.keeper.read(area))]));
  }

  /** Whether content scripts may use the area, and hear of its changes. */
  isShared(area: string): boolean {
    return !this.#trusted.has(area);
  }

  /** Carries out a method of an area. */
  run(area: AreaName, method: string, [given]: readonly unknown[]): unknown {
    switch (method) {
      case "get":
        return this.#get(area, given);
      case "set":
        return this.#set(area, (given ?? {}) as Readonly<Record<string, unknown>>);
      case "remove":
        return this.#change(area, new Map(keysOf(given).map((key) => [key, undefined])));
      case "clear":
        return this.#change(area, new Map([...this.#area(area).keys()].map((key) => [key, undefined])));
      case "getBytesInUse":
        return this.#bytes(area, given);
      case "getKeys":
        return [...this.#area(area).keys()];
      case "setAccessLevel": {
        const { accessLevel } = given as { readonly accessLevel: string };
        if (accessLevel === "TRUSTED_CONTEXTS") this.#trusted.add(area);
        else this.#trusted.delete(area);
        return undefined;
      }
      default:
        throw new Error(`storage.${area} has no ${method}.`);
    }
  }

  #get(area: AreaName, given: unknown): Record<string, unknown> {
    const stored = this.#area(area);
    const keys = given === undefined || given === null ? [...stored.keys()] : keysOf(given);
    const found: Record<string, unknown> = isDefaults(given) ? { ...given } : {};
    for (const key of keys) {
      const json = stored.get(key);
      if (json !== undefined) found[key] = JSON.parse(json);
    }
    return found;
  }

  #set(area: AreaName, items: Readonly<Record<string, unknown>>): void {
    const written = Object.entries(items).flatMap(([key, value]) => {
      // What JSON cannot say is left out, as Chrome does.
      const json = JSON.stringify(value);
      return json === undefined ? [] : [[key, json] as const];
    });
    this.#change(area, new Map(written));
  }

  #change(area: AreaName, next: ReadonlyMap<string, string | undefined>): void {
    if (area === "managed") throw new Error("This is a read-only store.");
    const stored = this.#area(area);
    this.#mustFit(area, stored, next);
    const changes: Changes = {};
    for (const [key, json] of next) {
      const before = stored.get(key);
      if (before === json) continue;
      if (json === undefined) stored.delete(key);
      else stored.set(key, json);
      this.#keeper.write(area, key, json);
      changes[key] = {
        ...(before !== undefined && { oldValue: JSON.parse(before) as unknown }),
        ...(json !== undefined && { newValue: JSON.parse(json) as unknown }),
      };
    }
    if (Object.keys(changes).length > 0) this.#onChanged(area, changes);
  }

  #mustFit(area: AreaName, stored: ReadonlyMap<string, string>, next: ReadonlyMap<string, string | undefined>): void {
    const wanted = new Map([...stored, ...next].filter((entry): entry is [string, string] => entry[1] !== undefined));
    if (area === "sync") {
      const isLarge = [...next].some(([key, json = ""]) => bytesOf(key) + bytesOf(json) > SYNC_ITEM_BYTES);
      if (isLarge) throw new Error("QUOTA_BYTES_PER_ITEM quota exceeded");
      if (wanted.size > SYNC_ITEMS) throw new Error("MAX_ITEMS quota exceeded");
    }
    if (area === "local" && this.#isUnlimited) return;
    const grows = [...next.values()].some((json) => json !== undefined);
    if (grows && sizeOf(wanted) > QUOTA_BYTES[area]) throw new Error("QUOTA_BYTES quota exceeded");
  }

  #bytes(area: AreaName, given: unknown): number {
    const stored = this.#area(area);
    if (given === undefined || given === null) return sizeOf(stored);
    return keysOf(given).reduce((sum, key) => sum + sizeOf(new Map([[key, stored.get(key) ?? ""]])), 0);
  }

  #area(area: AreaName): Map<string, string> {
    const stored = this.#areas.get(area);
    if (stored === undefined) throw new Error(`There is no storage.${area}.`);
    return stored;
  }
}

/** Without the keys that have no value: they take no room. */
const sizeOf = (stored: ReadonlyMap<string, string>): number =>
  [...stored].reduce((sum, [key, json]) => sum + (json === "" ? 0 : bytesOf(key) + bytesOf(json)), 0);

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

const isDefaults = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null && !Array.isArray(given);

function keysOf(given: unknown): readonly string[] {
  if (typeof given === "string") return [given];
  if (Array.isArray(given)) return given.map(String);
  return isDefaults(given) ? Object.keys(given) : [];
}
