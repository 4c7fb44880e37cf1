import { z } from "@hono/zod-openapi";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { StorageState } from "../domain/storage-state.ts";
import { fieldFailure, validate } from "./validation.ts";

const MAX_COOKIES = 5000;
const MAX_ORIGINS = 1000;
const SAME_SITES = ["Strict", "Lax", "None"] as const;

const cookieFields = {
  name: z.string(),
  value: z.string(),
  domain: z.string().min(1).openapi({ description: "With a leading dot for all subdomains.", example: ".example.com" }),
  path: z.string().startsWith("/", { error: "must begin with /" }),
  expires: z.number().openapi({ description: "Seconds since the epoch; -1 for a session cookie." }),
  httpOnly: z.boolean(),
  secure: z.boolean(),
};

/** A cookie as clients of CDP know it; what is left out is as in `document.cookie`. */
export const CookieRequest = z
  .strictObject({
    ...cookieFields,
    path: cookieFields.path.default("/"),
    expires: cookieFields.expires.default(-1),
    httpOnly: cookieFields.httpOnly.default(false),
    secure: cookieFields.secure.default(false),
    sameSite: z.enum(SAME_SITES).optional(),
    priority: z.enum(["Low", "Medium", "High"]).optional(),
    sourceScheme: z.enum(["Unset", "NonSecure", "Secure"]).optional(),
    sourcePort: z.int().min(-1).max(65_535).optional(),
    partitionKey: z.strictObject({ topLevelSite: z.string(), hasCrossSiteAncestor: z.boolean() }).optional(),
  })
  .openapi("Cookie");

export const CookieList = z.array(CookieRequest).max(MAX_COOKIES);

const keyPaths = { keyPath: z.string().optional(), keyPathArray: z.array(z.string()).optional() };

const Index = z.object({ name: z.string(), ...keyPaths, unique: z.boolean(), multiEntry: z.boolean() });

const Record = z.object({
  key: z.unknown().optional(),
  keyEncoded: z.unknown().optional(),
  value: z.unknown().optional(),
  valueEncoded: z.unknown().optional(),
});

const Database = z.object({
  name: z.string(),
  version: z.int().min(1),
  stores: z.array(
    z.object({
      name: z.string(),
      ...keyPaths,
      autoIncrement: z.boolean(),
      indexes: z.array(Index),
      records: z.array(Record),
    }),
  ),
});

const isOrigin = (value: string): boolean =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).origin === value;

/** What `browserContext.storageState({ indexedDB: true })` of Playwright gives, and takes. */
export const StorageStateDocument = z
  .object({
    cookies: z
      .array(
        z.object({
          ...cookieFields,
          sameSite: z.enum(SAME_SITES),
          partitionKey: z.string().optional(),
          _crHasCrossSiteAncestor: z.boolean().optional(),
        }),
      )
      .max(MAX_COOKIES),
    origins: z
      .array(
        z.object({
          origin: z.string().refine(isOrigin, { error: "must be an http or https origin such as https://example.com" }),
          localStorage: z.array(z.object({ name: z.string(), value: z.string() })),
          indexedDB: z.array(Database).optional(),
          opfs: z
            .array(z.unknown())
            .max(0, { error: "is not supported: the origin private file system is not kept" })
            .optional(),
        }),
      )
      .max(MAX_ORIGINS),
  })
  .openapi("StorageState", { description: "Playwright's storage state, with `indexedDB` where there is any." });

/** Reads a storage state; `invalidRequest` naming the first wrong field. */
export function parseStorageState(body: unknown): Result<StorageState, Failure> {
  const validated = validate(StorageStateDocument, body === undefined ? {} : body, { input: body });
  if (!validated.ok) return validated;
  const state = validated.value as StorageState;
  const origins = state.origins.map(({ origin }) => origin);
  const twice = origins.findIndex((origin, at) => origins.indexOf(origin) !== at);
  return twice < 0 ? succeed(state) : fail(fieldFailure(`origins.${twice}.origin`, "is there twice"));
}
