import { z } from "@hono/zod-openapi";
import { CAPTCHA_KINDS } from "../../domain/captcha.ts";
import { EXTENSION_RUNS } from "../../domain/extension.ts";
import { END_REASONS } from "../../domain/session-state.ts";

export const EXAMPLE_SESSION_ID = "550e8400-e29b-41d4-a716-446655440000";
const EXAMPLE_TIME = "2026-10-27T14:00:00.000Z";
const EXAMPLE_TOKEN = "ct_abc123";

/**
 * The vendor leaves a session's status a free string and shows `completed` in its examples. Berth says
 * `running` for a session that has, or is about to have, a browser; `completed` for one that was ended by its
 * owner or its timeouts; `failed` for one that was lost.
 */
export const ANCHOR_STATUSES = ["running", "completed", "failed"] as const;
export type AnchorStatus = (typeof ANCHOR_STATUSES)[number];

const sessionId = () => z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID });
const status = () => z.enum(ANCHOR_STATUSES).openapi({ description: "Status of the session.", example: "running" });
const createdAt = () =>
  z.iso.datetime().openapi({ description: "When the session was created. ISO 8601, UTC.", example: EXAMPLE_TIME });
const tags = () => z.array(z.string()).openapi({ description: "Labels of the session.", example: ["production"] });
const cdpUrl = () =>
  z.string().openapi({
    description: "WebSocket URL for any Chrome DevTools Protocol client. A credential.",
    example: `wss://api.example.com/?token=${EXAMPLE_TOKEN}&sessionId=${EXAMPLE_SESSION_ID}`,
  });
const liveUrl = (description: string) =>
  z.string().openapi({
    description: `${description} A credential.`,
    example: `https://api.example.com/live/${EXAMPLE_SESSION_ID}?token=${EXAMPLE_TOKEN}`,
  });

/** Answer to `POST /v1/sessions`. */
export const SessionCreateResponse = z
  .object({
    data: z
      .object({
        id: sessionId(),
        // Absent where a repeated request finds its session ended.
        cdp_url: cdpUrl().exactOptional(),
        live_view_url: liveUrl("Live view of the session.").exactOptional(),
      })
      // The generator does not know `exactOptional`.
      .openapi({ required: ["id"] }),
  })
  .openapi("SessionCreateResponse");
export type SessionCreateResponse = z.infer<typeof SessionCreateResponse>;

const configuration = (description: string) =>
  z.record(z.string(), z.unknown()).openapi({ description, example: { session: { recording: { active: false } } } });

const metrics = () =>
  z
    .object({
      pages_visited: z.int().openapi({ description: "Main-frame navigations.", example: 12 }),
      cdp_bytes: z.int().openapi({ description: "CDP traffic with clients, both directions.", example: 4521890 }),
      cdp_messages: z.int().openapi({ description: "CDP messages with clients, both directions.", example: 847 }),
      dropped_messages: z.int().openapi({ description: "CDP messages that no client got.", example: 0 }),
      reconnects: z.int().openapi({ description: "Clients that came back after one had left.", example: 1 }),
      restores: z.int().openapi({ description: "Times that a lost browser connection was restored.", example: 0 }),
      blocked_requests: z.int().openapi({ description: "Requests that the ad blocker stopped.", example: 0 }),
      blocked_popups: z.int().openapi({ description: "Windows that pages tried to open by themselves.", example: 0 }),
      launch_ms: z.int().nullable().openapi({ description: "Time that the launch took, in ms.", example: 412 }),
    })
    .openapi({ description: "Counters of the session. Berth's addition." });

/** Answer to `GET /v1/sessions/{session_id}`. */
export const SessionRetrieveResponse = z
  .object({
    data: z.object({
      session_id: sessionId(),
      team_id: z.string().openapi({ description: "Account that owns the session.", example: "acct_123" }),
      duration: z.int().openapi({ description: "Life of the session so far, in whole seconds.", example: 342 }),
      status: status(),
      credits_used: z.number().openapi({ description: "Always 0: Berth counts sessions, not credits.", example: 0 }),
      configuration: configuration("What is in force, in the request's own form, without credentials."),
      playground: z.boolean().openapi({ description: "Always false.", example: false }),
      proxy_bytes: z.int().openapi({ description: "Bytes through the proxy; 0 without one.", example: 0 }),
      tokens: z.record(z.string(), z.unknown()).openapi({ description: "Always empty: no AI tokens are used." }),
      steps: z.array(z.unknown()).openapi({ description: "Always empty: no AI steps are taken." }),
      tags: tags(),
      created_at: createdAt(),
      end_reason: z
        .enum(END_REASONS)
        .nullable()
        .openapi({ description: "Why the session ended; `null` while it runs. Berth's addition." }),
      end_detail: z.string().nullable().openapi({ description: "Detail of a failed end, for people." }),
      captchas: z
        .array(
          z.object({
            kind: z.enum(CAPTCHA_KINDS),
            host: z.string(),
            status: z.enum(["solving", "solved", "failed"]),
            reason: z.string().optional(),
            detected_at: z.iso.datetime(),
            duration_ms: z.int().nullable(),
          }),
        )
        .optional()
        .openapi({ description: "Puzzles that pages asked for, where they are solved." }),
      extensions: z
        .array(z.object({ id: z.uuid(), name: z.string(), mode: z.enum(EXTENSION_RUNS) }))
        .optional()
        .openapi({ description: "Extensions in use, and whether the browser runs them itself. Berth's addition." }),
      metrics: metrics(),
    }),
  })
  .openapi("SessionRetrieveResponse");
export type SessionRetrieveResponse = z.infer<typeof SessionRetrieveResponse>;

const SessionListItem = z
  .object({
    id: sessionId(),
    status: status(),
    tags: tags(),
    headless: z.boolean().openapi({ description: "Whether the browser is headless." }),
    recording: z.boolean().openapi({ description: "Whether the session is recorded." }),
    used_credits: z.number().openapi({ description: "Always 0: Berth counts sessions, not credits.", example: 0 }),
    proxy_bytes: z.number().nullable().openapi({ description: "Not counted in lists." }),
    proxy_type: z.string().nullable().openapi({ description: "Type of the proxy; `null` for none." }),
    steps: z.number().nullable().openapi({ description: "Not counted: no AI steps are taken." }),
    duration: z.number().openapi({ description: "Life of the session so far, in whole seconds.", example: 342 }),
    created_at: createdAt(),
    user_configuration: configuration("What the session index knows of the configuration."),
    task_initiated: z.boolean().openapi({ description: "Always false: there are no tasks." }),
    task_executions_count: z.int().openapi({ description: "Always 0: there are no tasks.", example: 0 }),
    api_key_name: z.string().openapi({ description: "Name of the API key that created the session." }),
    browser_ip: z.string().nullable().openapi({ description: "Not kept in the index." }),
    domains: z.array(z.string()).nullable().openapi({ description: "Not kept: visited sites are not recorded." }),
  })
  .openapi("SessionListItem");

/** Answer to `GET /v1/sessions`. */
export const SessionListResponse = z
  .object({
    data: z.object({
      sessions: z.array(SessionListItem),
      total: z.int().openapi({ description: "Sessions that match.", example: 145 }),
      page: z.int().openapi({ description: "Number of this page, from 1.", example: 1 }),
      total_pages: z.int().openapi({ description: "Pages there are.", example: 15 }),
    }),
  })
  .openapi("SessionListResponse");
export type SessionListResponse = z.infer<typeof SessionListResponse>;

/** Answer to `GET /v1/sessions/all/status`. */
export const AllStatusResponse = z
  .object({
    data: z.object({
      count: z.int().openapi({ description: "Running sessions that match.", example: 1 }),
      items: z.array(z.object({ session_id: sessionId(), status: status(), tags: tags(), created_at: createdAt() })),
    }),
  })
  .openapi("AllStatusResponse");
export type AllStatusResponse = z.infer<typeof AllStatusResponse>;

/** Answer to requests that change something and have nothing to show. */
export const SuccessResponse = z
  .object({ data: z.object({ status: z.literal("success") }) })
  .openapi("SuccessResponse");
export const SUCCESS: z.infer<typeof SuccessResponse> = { data: { status: "success" } };

/** Answer to `GET /v1/sessions/{session_id}/pages`: an array without an envelope, as published. */
export const PagesResponse = z
  .array(
    z.object({
      id: z.string().openapi({ description: "Id of the page: its CDP target id." }),
      title: z.string().openapi({ description: "Title of the page.", example: "Example Domain" }),
      url: z.string().openapi({ description: "Address of the page.", example: "https://example.com/" }),
      frontend_url: liveUrl("Live view of the page."),
    }),
  )
  .openapi("PagesResponse");
export type PagesResponse = z.infer<typeof PagesResponse>;

/** Answer to every request about a session's tags. */
export const TagsResponse = z
  .object({ data: z.object({ session_id: sessionId(), tags: tags() }) })
  .openapi("TagsResponse");
export type TagsResponse = z.infer<typeof TagsResponse>;

/** Answer to `POST /v1/sessions/{session_id}/tokens`: one URL for each scope that was minted. */
export const TokensResponse = z
  .object({
    data: z.object({
      cdp_url: cdpUrl().exactOptional(),
      live_view_url: liveUrl("Live view that may interact.").optional(),
      live_view_read_only_url: liveUrl("Live view that only watches.").optional(),
      tokens: z
        .array(z.object({ scope: z.string(), token: z.string(), url: z.string() }))
        .openapi({ description: "The same with each token by itself, as revoking one needs it." }),
    }),
  })
  .openapi("TokensResponse");
export type TokensResponse = z.infer<typeof TokensResponse>;

/** Every error of this API. */
export const ErrorResponse = z
  .object({
    error: z.object({
      code: z.int().openapi({ description: "The HTTP status.", example: 400 }),
      message: z.string().openapi({ description: "What went wrong.", example: "session.proxy.active is required" }),
    }),
  })
  .openapi("ErrorResponse");
