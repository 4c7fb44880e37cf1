import { z } from "@hono/zod-openapi";
import { CONSOLE_CHOICES } from "../../domain/session-spec.ts";
import { integer, text, viewportSide } from "../fields.ts";
import { COUNTRY_CODES } from "./country-codes.ts";

/** The types that Meshbrow documents, in the order of its error message. */
export const MESHBROW_PROXY_TYPES = ["residential", "datacenter", "isp", "mobile"] as const;
const REGIONS = ["us", "eu", "asia", "latam"] as const;
/** `navigator.platform` values that a fingerprint may have. */
const PLATFORMS = ["Win32", "MacIntel", "Linux x86_64"] as const;
/** Later pages of the vendor call `standard` `basic` and `max` `full`. */
const STEALTH_SPELLINGS = ["none", "standard", "max", "basic", "full"] as const;

/** One hour: the documented maximum. */
const MAX_TIMEOUT_SECONDS = 3600;
const MAX_CITY_LENGTH = 100;
const MAX_PROFILE_ID_LENGTH = 128;
const MAX_USER_AGENT_LENGTH = 512;
const MAX_LOCALE_LENGTH = 64;
const MAX_TIMEZONE_LENGTH = 64;

function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}

/** `Intl` also takes offsets such as `+01:00`, which are not names of zones. */
function isTimezone(value: string): boolean {
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const flag = (description: string) => z.boolean().optional().openapi({ description, default: false });

const Viewport = z
  .strictObject({
    width: viewportSide().openapi({ description: "CSS pixels.", example: 1920 }),
    height: viewportSide().openapi({ description: "CSS pixels.", example: 1080 }),
  })
  .openapi("Viewport", { description: "Inner size of the browser's pages." });

export const Proxy = z
  .strictObject({
    type: z.enum(MESHBROW_PROXY_TYPES).openapi({ description: "Kind of exit.", example: "residential" }),
    country: z
      .string()
      .refine((value) => COUNTRY_CODES.has(value.toUpperCase()), {
        error: "must be a valid ISO 3166-1 alpha-2 code",
      })
      .optional()
      .openapi({ description: "ISO 3166-1 alpha-2 code of the exit's country, in either case.", example: "US" }),
    region: z.enum(REGIONS).optional().openapi({ description: "Part of the world, when no country is named." }),
    city: text(1, MAX_CITY_LENGTH)
      .optional()
      .openapi({ description: "City of the exit. Needs `country`.", example: "Dallas" }),
    sticky: flag("Keep one exit address for the whole session."),
  })
  .openapi("ProxyRequest", { description: "Proxy of the session. Without one, the session's own network is used." });

export const Fingerprint = z
  .strictObject({
    platform: z.enum(PLATFORMS).optional().openapi({ description: "`navigator.platform`.", example: "Win32" }),
    userAgent: text(1, MAX_USER_AGENT_LENGTH).optional().openapi({
      description:
        "User agent of Chrome on a desktop, not newer than the browser; client hints are made to agree. Also accepted as `user_agent`.",
    }),
    locale: text(1, MAX_LOCALE_LENGTH)
      .refine(isLocale, { error: "must be a BCP 47 language tag such as en-US" })
      .optional()
      .openapi({ description: "BCP 47 language tag.", example: "en-US" }),
    timezone: text(1, MAX_TIMEZONE_LENGTH)
      .refine(isTimezone, { error: "must be an IANA time zone such as America/Chicago" })
      .optional()
      .openapi({ description: "IANA time zone.", example: "America/Chicago" }),
    viewport: Viewport.optional(),
  })
  .openapi("FingerprintRequest", { description: "Values to present; those left out are derived to agree with them." });

const Recording = z
  .strictObject({
    har: flag("Capture an HTTP archive (HAR)."),
    screenshots: flag("Capture periodic screenshots."),
    video: flag("Record the session's video."),
  })
  .openapi("RecordingRequest", { description: "What to record." });

/** The body of `POST /v1/sessions` in canonical spelling: see `spelling.ts` for the accepted aliases. */
export const CreateSessionRequest = z
  .strictObject({
    proxy: Proxy.optional(),
    stealth: z.enum(STEALTH_SPELLINGS, { error: "must be one of: none, standard, max" }).optional().openapi({
      description: "Anti-detection level: `none`, `standard` or `max`. `basic` is `standard`, `full` is `max`.",
      default: "max",
    }),
    console: z
      .enum(CONSOLE_CHOICES, { error: "must be one of: all, quiet, off" })
      .optional()
      .openapi({
        description:
          "Berth's own, for stealth `max`: what clients hear of consoles and uncaught errors. `quiet`: their text, by a" +
          " channel that pages see in timing only. `off`: nothing, and no trace. `all`: every event as Chromium sends" +
          " it, which pages can notice.",
        default: "quiet",
      }),
    fingerprint: z
      .union([z.literal("auto"), Fingerprint], { error: 'must be "auto" or an object' })
      .optional()
      .openapi({ description: "`auto` to generate one, or the values to present.", default: "auto" }),
    profileId: text(1, MAX_PROFILE_ID_LENGTH)
      .optional()
      .openapi({ description: "Saved profile to load. Also accepted as `profile_id`.", example: "prof_k8m2n4p6" }),
    timeout: integer(1, MAX_TIMEOUT_SECONDS)
      .optional()
      .openapi({ description: "Longest life of the session in seconds.", default: 1800, example: 1800 }),
    recording: Recording.optional(),
    viewport: Viewport.optional().openapi({
      description: "Short form of `fingerprint.viewport`, as the vendor's client libraries send it.",
    }),
  })
  .openapi("CreateSessionRequest", {
    description: "Every property is optional. Unknown properties are refused.",
    example: {
      proxy: { type: "residential", country: "US" },
      stealth: "max",
      fingerprint: "auto",
      timeout: 1800,
    },
  });
export type CreateSessionRequest = z.infer<typeof CreateSessionRequest>;

/** The optional body of `DELETE /v1/sessions/{id}`. */
export const DestroySessionRequest = z
  .strictObject({
    saveProfile: flag("Save cookies and storage to the session's profile first. Also accepted as `save_profile`."),
  })
  .openapi("DestroySessionRequest");
