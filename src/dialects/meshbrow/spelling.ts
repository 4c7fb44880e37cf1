import type { Failure } from "../../domain/failure.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import { fieldFailure, type Spelling } from "../validation.ts";

/** A request in canonical spelling, and how the caller spelled what was renamed. */
export interface Canonical {
  readonly body: unknown;
  readonly spelling: Spelling;
}

/** The vendor's client libraries send snake_case: alias → canonical key, by the object that holds it. */
const ALIASES: readonly { readonly within: string | null; readonly alias: string; readonly key: string }[] = [
  { within: null, alias: "profile_id", key: "profileId" },
  { within: null, alias: "save_profile", key: "saveProfile" },
  { within: null, alias: "session_id", key: "sessionId" },
  { within: null, alias: "storage_state", key: "storageState" },
  { within: "fingerprint", alias: "user_agent", key: "userAgent" },
];

/**
 * Renames aliases to the documented camelCase keys. Values, and objects that are not what they should be,
 * are left for validation to judge.
 *
 * @returns `invalidRequest` when a field is given in both spellings.
 */
export function canonicalSpelling(body: unknown): Result<Canonical, Failure> {
  let canonical = body;
  const spelling = new Map<string, string>();
  for (const { within, alias, key } of ALIASES) {
    const holder = within === null ? canonical : property(canonical, within);
    if (!isObject(holder) || !Object.hasOwn(holder, alias)) continue;
    const path = (name: string): string => (within === null ? name : `${within}.${name}`);
    if (Object.hasOwn(holder, key)) {
      return fail(fieldFailure(path(alias), `and ${path(key)} are the same field: give one of them`));
    }
    spelling.set(path(key), path(alias));
    const renamed = rename(holder, alias, key);
    canonical = within === null || !isObject(canonical) ? renamed : { ...canonical, [within]: renamed };
  }
  return succeed({ body: canonical, spelling });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const property = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** Keeps the order of keys: the first mistake in the document is the one that is reported. */
const rename = (holder: Readonly<Record<string, unknown>>, from: string, to: string) =>
  Object.fromEntries(Object.entries(holder).map(([key, value]) => [key === from ? to : key, value]));
