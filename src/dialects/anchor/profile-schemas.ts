import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";
import { EXAMPLE_SESSION_ID } from "./response-schemas.ts";

const MAX_NAME_LENGTH = 255;
const MAX_DESCRIPTION_LENGTH = 1000;

const time = (description: string) => z.iso.datetime().openapi({ description: `${description} ISO 8601, UTC.` });

/** The body of `POST /v1/profiles`. Unknown properties are ignored, as everywhere in this dialect. */
export const CreateProfileRequest = z
  .object({
    name: text(1, MAX_NAME_LENGTH)
      .refine((value) => value.trim() !== "" && !value.includes("/"), { error: "must not be blank or contain /" })
      .openapi({ description: "Unique in the account.", example: "my-profile" }),
    description: text(0, MAX_DESCRIPTION_LENGTH).optional().openapi({ description: "For people." }),
    source: z.enum(["session"]).optional().openapi({ description: "Where the state comes from.", default: "session" }),
    session_id: z.string().optional().openapi({
      description: "Running session whose browser's state is saved; an empty profile without one.",
      example: EXAMPLE_SESSION_ID,
    }),
    dedicated_sticky_ip: z.boolean().optional().openapi({ description: "Not supported.", default: false }),
  })
  .openapi("ProfileCreateRequest");

const Profile = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    source: z.enum(["session", "import", "empty"]),
    session_id: z.string().nullable().openapi({ description: "The session that it was made from." }),
    status: z.enum(["ready", "empty"]).openapi({ description: "`empty` while nothing was saved." }),
    created_at: time("When it was created."),
    updated_at: time("When it was saved last."),
    cookie_count: z.int(),
    storage_origins: z.array(z.string()),
  })
  .openapi("Profile");
export type Profile = z.infer<typeof Profile>;

export const ProfileResponse = z.object({ data: Profile }).openapi("ProfileResponse");
export const ProfileListResponse = z
  .object({ data: z.object({ count: z.int(), items: z.array(Profile) }) })
  .openapi("ProfileListResponse");

const Version = z
  .object({
    id: z.string(),
    number: z.int(),
    created_at: time("When it was saved."),
    session_id: z.string().nullable(),
    conflict: z.boolean().openapi({ description: "It replaced a version that its session had not loaded." }),
    cookie_count: z.int(),
    storage_origins: z.array(z.string()),
    size: z.int(),
  })
  .openapi("ProfileVersion");
export type Version = z.infer<typeof Version>;

export const VersionListResponse = z
  .object({ data: z.object({ count: z.int(), items: z.array(Version) }) })
  .openapi("ProfileVersionListResponse");

export const ProfilePath = z.object({
  name: z.string().openapi({ description: "Name of the profile.", example: "my-profile" }),
});
