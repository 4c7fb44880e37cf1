import { z } from "@hono/zod-openapi";
import { integerParameter } from "../query.ts";
import { text } from "../fields.ts";
import { CookieList, StorageStateDocument } from "../storage-state-schema.ts";
import { Fingerprint, Proxy } from "./create-schema.ts";
import { EXAMPLE_SESSION_ID } from "./response-schemas.ts";

const MAX_NAME_LENGTH = 255;
const MAX_DESCRIPTION_LENGTH = 1000;
const MAX_TAGS = 50;
const MAX_TAG_LENGTH = 128;
const MAX_PAGE_SIZE = 100;
export const DEFAULT_PAGE_SIZE = 20;
const EXAMPLE_PROFILE_ID = "prof_k8m2n4p6q5r3s2t4";

/** Anchor's paths hold names. */
export const profileName = () =>
  text(1, MAX_NAME_LENGTH).refine((value) => value.trim() !== "" && !value.includes("/"), {
    error: "must not be blank or contain /",
  });

const time = (description: string) => z.iso.datetime().openapi({ description: `${description} ISO 8601, UTC.` });

/** The body of `POST /v1/profiles` in canonical spelling. */
export const CreateProfileRequest = z
  .strictObject({
    name: profileName().openapi({ description: "Unique in the account.", example: "customer-123" }),
    description: text(0, MAX_DESCRIPTION_LENGTH).optional().openapi({ description: "For people." }),
    fingerprint: Fingerprint.optional().openapi({ description: "For sessions that ask for no other one." }),
    proxy: Proxy.optional().openapi({ description: "For sessions that ask for none." }),
    tags: z
      .array(text(1, MAX_TAG_LENGTH))
      .max(MAX_TAGS)
      .optional()
      .openapi({ description: "Labels to organise profiles by." }),
    sessionId: z.string().optional().openapi({
      description: "Running session whose browser's state is saved. Also accepted as `session_id`.",
      example: EXAMPLE_SESSION_ID,
    }),
    storageState: StorageStateDocument.optional().openapi({ description: "State to begin with; up to 1 MiB here." }),
  })
  .openapi("CreateProfileRequest");
export type CreateProfileRequest = z.infer<typeof CreateProfileRequest>;

export const ProfileQuery = z.strictObject({
  tag: z.string().min(1).max(MAX_TAG_LENGTH).optional().openapi({ description: "Only profiles with this tag." }),
  limit: integerParameter(1, MAX_PAGE_SIZE)
    .optional()
    .openapi({ description: "Profiles in a page.", default: DEFAULT_PAGE_SIZE }),
});

const versionFields = {
  id: z.string().openapi({ example: "ver_k8m2n4p6q5r3s2t4" }),
  number: z.int().openapi({ description: "From 1, in the order of the saves.", example: 3 }),
  createdAt: time("When it was saved."),
  sessionId: z.string().nullable().openapi({ description: "The session that saved it; `null` for an import." }),
  conflict: z.boolean().openapi({
    description: "It replaced a version that its session had not loaded: what that one had is not in it.",
  }),
  cookieCount: z.int(),
  storageOrigins: z.array(z.string()).openapi({ description: "Origins with localStorage or IndexedDB." }),
  size: z.int().openapi({ description: "Characters of the content as it is kept, before compression." }),
};

export const ProfileVersion = z.object(versionFields).openapi("ProfileVersion");
export type ProfileVersion = z.infer<typeof ProfileVersion>;
export const ProfileVersionList = z.object({ items: z.array(ProfileVersion) }).openapi("ProfileVersionList");

const summaryFields = {
  id: z.string().openapi({ example: EXAMPLE_PROFILE_ID }),
  name: z.string(),
  tags: z.array(z.string()),
  cookieCount: z.int(),
  lastUsedAt: time("When a session loaded it last; `null` for never.").nullable(),
  usageCount: z.int().openapi({ description: "Sessions that have loaded it." }),
};

export const ProfileSummary = z.object(summaryFields).openapi("ProfileSummary");
export type ProfileSummary = z.infer<typeof ProfileSummary>;

export const Profile = z
  .object({
    ...summaryFields,
    description: z.string().nullable(),
    fingerprint: Fingerprint.nullable(),
    proxy: z
      .object({
        type: z.string(),
        country: z.string().optional(),
        region: z.string().optional(),
        city: z.string().optional(),
        sticky: z.boolean(),
      })
      .nullable(),
    source: z.enum(["session", "import", "empty"]),
    sessionId: z.string().nullable().openapi({ description: "The session that it was made from." }),
    storageOrigins: z.array(z.string()),
    version: z.int().nullable().openapi({ description: "Number of the version that sessions load; `null` for none." }),
    size: z.int(),
    createdAt: time("When it was created."),
    updatedAt: time("When it was saved last."),
  })
  .openapi("Profile");
export type Profile = z.infer<typeof Profile>;

export const ProfileList = z
  .object({ items: z.array(ProfileSummary), hasMore: z.boolean(), total: z.int() })
  .openapi("ProfileList");

export const DeletedProfile = z.object({ id: z.string(), deleted: z.literal(true) }).openapi("DeletedProfile");

export const ImportCookiesRequest = z
  .strictObject({
    cookies: z.union([z.string(), CookieList], { error: "must be text, or an array of cookies" }).openapi({
      description: "Text in the given format, or the cookies themselves.",
    }),
    format: z.enum(["json", "netscape"]).optional().openapi({ description: "Of text.", default: "json" }),
    merge: z.boolean().optional().openapi({ description: "Keep the cookies that are there.", default: false }),
  })
  .openapi("ImportCookiesRequest");

export const ImportedCookies = z.object({ imported: z.int() }).openapi("ImportedCookies");

export const ProfilePath = z.object({
  id: z.string().openapi({ description: "Id of the profile.", example: EXAMPLE_PROFILE_ID }),
});
