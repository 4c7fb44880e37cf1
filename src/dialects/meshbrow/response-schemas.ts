import { z } from "@hono/zod-openapi";
import { CONSOLE_CHOICES, STEALTH_LEVELS } from "../../domain/session-spec.ts";
import { END_REASONS, SESSION_STATUSES } from "../../domain/session-state.ts";

export const EXAMPLE_SESSION_ID = "ses_k8m2n4p6q5r3s2t4u6v5w3x2ya";
const time = (description: string, example: string) =>
  z.iso.datetime().openapi({ description: `${description} ISO 8601, UTC.`, example });

const Proxy = z
  .object({
    type: z.string().openapi({ description: "Kind of exit.", example: "residential" }),
    country: z.string().optional().openapi({ description: "ISO 3166-1 alpha-2, when known.", example: "US" }),
    region: z.string().optional().openapi({ description: "State or province, when known.", example: "Texas" }),
    city: z.string().optional().openapi({ description: "City, when known.", example: "Dallas" }),
    ip: z.string().optional().openapi({ description: "Address that sites see, when known.", example: "192.0.2.10" }),
    mode: z.enum(["upstream", "engine"]).openapi({
      description: "`upstream`: a proxy server. `engine`: the engine's own way out, near the country asked for.",
      example: "upstream",
    }),
    status: z.enum(["verified", "unreachable"]).openapi({
      description:
        "Whether the exit answered when it was last asked. While it does not, pages fail; nothing goes direct.",
      example: "verified",
    }),
  })
  .openapi("Proxy", { description: "The proxy in use." });

const Fingerprint = z
  .object({
    platform: z.string().openapi({ description: "`navigator.platform`.", example: "Win32" }),
    userAgent: z.string().openapi({
      description: "User agent.",
      example: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36...",
    }),
    locale: z.string().openapi({ description: "`navigator.language`.", example: "en-US" }),
    timezone: z.string().openapi({ description: "IANA time zone.", example: "America/Chicago" }),
  })
  .openapi("Fingerprint", { description: "What pages of the session observe." });

const Recording = z
  .object({ har: z.boolean(), screenshots: z.boolean(), video: z.boolean() })
  .openapi("Recording", { description: "What is being recorded." });

const status = () =>
  z.enum(SESSION_STATUSES).openapi({
    description:
      "`launching`; `ready` for a first client; `active` with a client connected; `idle` without one; `destroyed`; `failed`.",
    example: "ready",
  });

const sessionFields = {
  id: z.string().openapi({ description: "Unique identifier of the session.", example: EXAMPLE_SESSION_ID }),
  status: status(),
  cdpUrl: z
    .string()
    .nullable()
    .openapi({
      description:
        "WebSocket URL for any Chrome DevTools Protocol client. A credential. `null` once the session ended.",
      example: `wss://api.example.com/cdp/${EXAMPLE_SESSION_ID}?token=ct_abc123`,
    }),
  proxy: Proxy.nullable().openapi({ description: "The proxy in use; `null` for none." }),
  fingerprint: Fingerprint.nullable().openapi({ description: "What pages observe; `null` while unknown." }),
  expiresAt: time("When the session ends at the latest; `null` for never.", "2026-10-27T14:30:00.000Z").nullable(),
  createdAt: time("When the session was admitted.", "2026-10-27T14:00:00.000Z"),
  stealth: z.enum(STEALTH_LEVELS).openapi({ description: "Anti-detection level in force.", example: "none" }),
  console: z
    .enum(CONSOLE_CHOICES)
    .optional()
    .openapi({ description: "What clients hear of consoles; at stealth `max` only.", example: "quiet" }),
  coherence: z.enum(["full", "partial"]).openapi({
    description: "`partial` when pages can tell that the fingerprint is not the browser's own; see `contradictions`.",
    example: "full",
  }),
  contradictions: z.array(z.string()).optional().openapi({ description: "What gives a partial fingerprint away." }),
  recording: Recording,
  profileId: z.string().nullable().openapi({ description: "Profile that was loaded; `null` for none." }),
  timeout: z
    .number()
    .nullable()
    .openapi({ description: "Longest life in seconds; `null` for no bound.", example: 1800 }),
  idleTimeout: z
    .number()
    .nullable()
    .openapi({ description: "Seconds without a client after which the session ends; `null` for never.", example: 300 }),
} as const;

/** Answer to `POST /v1/sessions`: the six documented fields, then what is in force. */
export const CreatedSession = z.object(sessionFields).openapi("CreatedSession");
export type CreatedSession = z.infer<typeof CreatedSession>;

const metricFields = {
  pagesVisited: z.int().openapi({ description: "Navigations of main frames.", example: 12 }),
  bytesTransferred: z
    .int()
    .openapi({ description: "CDP traffic with clients, both directions, in bytes.", example: 4521890 }),
};

/** Answer to `GET /v1/sessions/{id}`. */
export const Session = z
  .object({
    ...sessionFields,
    profile: z
      .object({
        id: z.string(),
        name: z.string(),
        persist: z.boolean().openapi({ description: "Whether the session saves it at its end." }),
        savedAt: time("When this session saved it last.", "2026-10-27T14:12:00.000Z").nullable(),
        safeAt: time("What the browser remembered then outlives its crash.", "2026-10-27T14:11:00.000Z").nullable(),
        saveError: z.string().nullable().openapi({ description: "Why the save at the end failed." }),
      })
      .optional()
      .openapi({ description: "The profile that was loaded. Absent without one." }),
    metrics: z.object({
      ...metricFields,
      cdpMessages: z.int().openapi({ description: "CDP messages with clients, both directions.", example: 847 }),
      droppedMessages: z.int().openapi({ description: "CDP messages that no client got.", example: 0 }),
      reconnects: z.int().openapi({ description: "Clients that came back after one had left.", example: 1 }),
      restores: z.int().openapi({ description: "Times that a lost browser connection was restored.", example: 0 }),
      proxyBytes: z.int().openapi({ description: "Bytes of responses through the proxy; 0 without one.", example: 0 }),
      blockedRequests: z.int().openapi({ description: "Requests that the ad blocker stopped.", example: 0 }),
      blockedPopups: z.int().openapi({ description: "Windows that pages tried to open by themselves.", example: 0 }),
      launchMs: z.int().nullable().openapi({ description: "Time that the launch took, in ms.", example: 412 }),
    }),
    endedAt: time("When the session ended. Absent while it runs.", "2026-10-27T14:12:00.000Z").optional(),
    endReason: z.enum(END_REASONS).optional().openapi({ description: "Why it ended. Absent while it runs." }),
    endDetail: z.string().optional().openapi({ description: "Detail of a failed end, for people." }),
  })
  .openapi("Session");
export type Session = z.infer<typeof Session>;

/** Answer to `DELETE /v1/sessions/{id}`. */
export const DestroyedSession = z
  .object({
    id: sessionFields.id,
    status: status().openapi({ example: "destroyed" }),
    duration: z.int().openapi({ description: "Life of the session in whole seconds.", example: 342 }),
    metrics: z.object({
      ...metricFields,
      proxyCost: z.number().openapi({ description: "Cost of proxy traffic in US dollars.", example: 0.0034 }),
    }),
  })
  .openapi("DestroyedSession");
export type DestroyedSession = z.infer<typeof DestroyedSession>;

const SessionListItem = z
  .object({
    id: sessionFields.id,
    status: status().openapi({ example: "active" }),
    proxy: z
      .object({ type: z.string(), country: z.string().optional() })
      .nullable()
      .openapi({ description: "The proxy's type and country; `null` for none." }),
    createdAt: sessionFields.createdAt,
    expiresAt: sessionFields.expiresAt,
  })
  .openapi("SessionListItem");

/** Answer to `GET /v1/sessions`. */
export const SessionList = z
  .object({
    items: z.array(SessionListItem).openapi({ description: "The newest first." }),
    hasMore: z.boolean().openapi({ description: "Whether a further page exists." }),
    nextCursor: z.string().optional().openapi({ description: "`cursor` of the next page. Absent on the last one." }),
    total: z.int().openapi({ description: "Sessions that match, over all pages.", example: 2 }),
  })
  .openapi("SessionList");
export type SessionList = z.infer<typeof SessionList>;

/** Every error of this API. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: "Stable name of the error.", example: "invalid_request" }),
      message: z.string().openapi({
        description: "What went wrong, for people.",
        example: "proxy.type must be one of: residential, datacenter, isp, mobile",
      }),
      field: z
        .string()
        .optional()
        .openapi({ description: "Dotted path of the field at fault.", example: "proxy.type" }),
    }),
  })
  .openapi("Error");
