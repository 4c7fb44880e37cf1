import { z } from "@hono/zod-openapi";
import { CONSOLE_CHOICES } from "../../domain/session-spec.ts";
import { text, viewportSide } from "../fields.ts";
import { parseInitialUrl, parseProxyServer } from "./addresses.ts";
import { COUNTRIES } from "./countries.ts";
import { NewerBrowserFields, NewerLiveViewFields, NewerRequestFields, NewerSessionFields } from "./newer-fields.ts";
import type { AnchorProxyType } from "./proxy-types.ts";

const MAX_URL_LENGTH = 8192;
const MAX_PLACE_LENGTH = 100;
const MAX_CREDENTIAL_LENGTH = 256;
const MAX_PROFILE_NAME_LENGTH = 255;
const MAX_TAGS = 50;
const MAX_TAG_LENGTH = 128;
const MAX_EXTENSIONS = 20;
const MAX_INTEGRATIONS = 20;
const MAX_SECRETS = 100;
const MAX_SECRET_REFERENCE_LENGTH = 512;
/** A year. "No limit" is said with -1, not with a number that overflows a date. */
const MAX_MINUTES = 525_600;
const NO_LIMIT = -1;

/** `{active: boolean}`: how Anchor switches a feature. */
const toggle = (description: string, byDefault: boolean) =>
  z
    .object({
      active: z.boolean().optional().openapi({ description: "Enable or disable it.", default: byDefault }),
    })
    .optional()
    .openapi({ description });

const minutes = () =>
  z
    .int({ error: `must be an integer from 1 to ${MAX_MINUTES}, or -1 for no limit` })
    .min(NO_LIMIT)
    .max(MAX_MINUTES)
    .refine((value) => value === NO_LIMIT || value >= 1, {
      error: `must be an integer from 1 to ${MAX_MINUTES}, or -1 for no limit`,
    });

const active = z.boolean().openapi({ description: "Whether the session uses the proxy." });

function pooledProxy<Type extends AnchorProxyType>(type: Type) {
  return {
    active,
    type: z.literal(type).openapi({ description: "Kind of exit." }),
    country_code: z
      .enum(COUNTRIES[type], { error: `must be a lowercase ISO 3166-1 alpha-2 code that ${type} supports` })
      .optional()
      .openapi({ description: "Supported country codes, ISO 2 lowercase. They depend on the type.", default: "us" }),
    region: text(1, MAX_PLACE_LENGTH).optional().openapi({ description: "Region code for narrower targeting." }),
    city: text(1, MAX_PLACE_LENGTH)
      .optional()
      .openapi({ description: "City name. Supported for `anchor_proxy` only, and only together with `region`." }),
  };
}

const anchorProxy = pooledProxy("anchor_proxy");
const AnchorProxy = z.object({ ...anchorProxy, type: anchorProxy.type.optional() }).openapi("AnchorProxy");
const ResidentialProxy = z.object(pooledProxy("anchor_residential")).openapi("ResidentialProxy");
const MobileProxy = z.object(pooledProxy("anchor_mobile")).openapi("MobileProxy");
const GovProxy = z.object(pooledProxy("anchor_gov")).openapi("GovProxy");

const CustomProxy = z
  .object({
    active,
    type: z.literal("custom"),
    server: z
      .string()
      .max(MAX_URL_LENGTH)
      .refine((value) => parseProxyServer(value) !== undefined, {
        error: "must be PROTOCOL://HOST:PORT with http, https or socks5 and without credentials",
      })
      .openapi({
        description: "`PROTOCOL://HOST:PORT` with http, https or socks5.",
        example: "https://proxy.example.com:443",
      }),
    username: text(0, MAX_CREDENTIAL_LENGTH).openapi({ description: "Proxy username." }),
    password: text(0, MAX_CREDENTIAL_LENGTH).openapi({ description: "Proxy password. Never shown again." }),
  })
  .openapi("CustomProxy");

const Proxy = z
  .discriminatedUnion("type", [AnchorProxy, ResidentialProxy, MobileProxy, GovProxy, CustomProxy])
  .openapi({
    description: "Proxy of the session. The type is `anchor_proxy` when left out.",
    discriminator: {
      propertyName: "type",
      // Spelled out because a generated mapping leaves out the variant whose type is optional.
      mapping: {
        anchor_proxy: "#/components/schemas/AnchorProxy",
        anchor_residential: "#/components/schemas/ResidentialProxy",
        anchor_mobile: "#/components/schemas/MobileProxy",
        anchor_gov: "#/components/schemas/GovProxy",
        custom: "#/components/schemas/CustomProxy",
      },
    },
  });

/** Labels of a session. */
export const Tags = z
  .array(text(1, MAX_TAG_LENGTH))
  .max(MAX_TAGS)
  .openapi({ description: "Labels to organise sessions by.", example: ["production", "scraping", "customer-123"] });

const SessionConfig = z
  .object({
    initial_url: z
      .string()
      .max(MAX_URL_LENGTH)
      .refine((value) => parseInitialUrl(value) !== undefined, {
        error: "must be an http or https URL without credentials",
      })
      .optional()
      .openapi({ description: "Page to open first; a blank one when absent.", example: "https://example.com/" }),
    tags: Tags.optional(),
    recording: toggle("Video recording of the session.", true),
    proxy: Proxy.optional(),
    timeout: z
      .object({
        max_duration: minutes()
          .optional()
          .openapi({ description: "Longest life in minutes; -1 for no limit.", default: 20 }),
        idle_timeout: minutes()
          .optional()
          .openapi({ description: "Minutes without a connection before the end; -1 for no limit.", default: 5 }),
      })
      .optional()
      .openapi({ description: "Timeout configurations for the browser session." }),
    live_view: z
      .object({
        read_only: z.boolean().optional().openapi({ description: "Viewers only watch.", default: false }),
        ...NewerLiveViewFields,
      })
      .optional()
      .openapi({ description: "Configuration for live viewing." }),
    ...NewerSessionFields,
  })
  .openapi("SessionConfig", { description: "Session-related configurations." });

const BrowserConfig = z
  .object({
    profile: z
      .object({
        name: text(1, MAX_PROFILE_NAME_LENGTH).optional().openapi({ description: "Profile to use." }),
        persist: z
          .boolean()
          .optional()
          .openapi({ description: "Save the profile when the session ends.", default: false }),
      })
      .optional()
      .openapi({ description: "Persisted browser state." }),
    adblock: toggle("Ad-blocking.", true),
    popup_blocker: toggle("Blocks popups and consent banners. Requires adblock to be active.", true),
    captcha_solver: toggle("Captcha-solving. Requires proxy to be active.", false),
    headless: toggle("Whether the browser is headless or headful.", false),
    viewport: z
      .object({
        width: viewportSide().optional().openapi({ description: "Width in pixels.", default: 1440 }),
        height: viewportSide().optional().openapi({ description: "Height in pixels.", default: 900 }),
      })
      .optional()
      .openapi({ description: "Viewport size." }),
    fullscreen: toggle("Start in fullscreen mode.", false),
    p2p_download: toggle("Capture downloads for direct extraction instead of storing them.", false),
    extensions: z
      .array(z.uuid())
      .max(MAX_EXTENSIONS)
      .optional()
      .openapi({ description: "Ids of uploaded extensions to load." }),
    disable_web_security: toggle("Switch off CORS and the same-origin policy.", false),
    extra_stealth: z
      .object({
        active: z.boolean().optional().openapi({ description: "Enable or disable it.", default: false }),
        console: z
          .enum(CONSOLE_CHOICES)
          .optional()
          .openapi({
            description:
              "Berth's own: what clients hear of consoles and uncaught errors. `quiet`: their text. `off`: nothing, and" +
              " no trace. `all`: every event as Chromium sends it, which pages can notice.",
            default: "quiet",
          }),
      })
      .optional()
      .openapi({ description: "Strongest protection of the browser's fingerprint." }),
    ...NewerBrowserFields,
  })
  .openapi("BrowserConfig", { description: "Browser-specific configurations." });

const OnePasswordConfiguration = z.discriminatedUnion("load_mode", [
  z.object({ load_mode: z.literal("all") }).openapi("OnePasswordAllSecretsConfig"),
  z
    .object({
      load_mode: z.literal("specific"),
      secrets: z
        .array(
          text(1, MAX_SECRET_REFERENCE_LENGTH).regex(/^op:\/\/[^/\s][^/]*(?:\/[^/\s][^/]*){2,3}$/, {
            error: "must be op://vault/item/field",
          }),
        )
        .min(1)
        .max(MAX_SECRETS)
        .openapi({ description: "References of the secrets to load.", example: ["op://vault/item/field"] }),
    })
    .openapi("OnePasswordSpecificSecretsConfig"),
]);

const Integration = z
  .object({
    id: z.uuid().openapi({ description: "Unique integration id.", example: "550e8400-e29b-41d4-a716-446655440000" }),
    type: z.enum(["1PASSWORD"]).openapi({ description: "Integration type." }),
    configuration: OnePasswordConfiguration,
  })
  .openapi("Integration");

/** The body of `POST /v1/sessions`. Unknown properties are ignored: newer clients send newer ones. */
export const SessionCreateRequest = z
  .object({
    session: SessionConfig.optional(),
    browser: BrowserConfig.optional(),
    integrations: z
      .array(Integration)
      .max(MAX_INTEGRATIONS)
      .optional()
      .openapi({ description: "Integrations to load. They must exist already." }),
    ...NewerRequestFields,
  })
  .openapi("SessionCreateRequest", {
    description: "Every property is optional, `null` counts as absent, and unknown properties are ignored.",
    example: {
      session: { initial_url: "https://example.com/", timeout: { max_duration: 20, idle_timeout: 5 } },
      browser: { adblock: { active: false } },
    },
  });
export type SessionCreateRequest = z.infer<typeof SessionCreateRequest>;
