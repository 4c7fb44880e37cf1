import type { Failure } from "../../domain/failure.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import type { AskedFeature, RequestedSession, SessionSpec, Viewport } from "../../domain/session-spec.ts";
import { fieldFailure, validate } from "../validation.ts";
import { parseInitialUrl, parseProxyServer } from "./addresses.ts";
import { DEFAULT_COUNTRY } from "./countries.ts";
import { SessionCreateRequest } from "./create-schema.ts";
import { toProxyType } from "./proxy-types.ts";
import { refusedNewerField } from "./refused-fields.ts";

const DEFAULT_MAX_DURATION_MINUTES = 20;
const DEFAULT_IDLE_TIMEOUT_MINUTES = 5;
const DEFAULT_VIEWPORT = { width: 1440, height: 900 };
const MS_PER_MINUTE = 60_000;
const NO_LIMIT = -1;

/** Word for word the published error. */
const CAPTCHA_NEEDS_PROXY = "CAPTCHA solver requires proxy to be active.";

/**
 * Reads the body of `POST /v1/sessions`; an absent one asks for all defaults.
 *
 * @returns the session with every default resolved, or `invalidRequest` naming the first wrong field.
 */
export function parseCreateSession(body: unknown): Result<RequestedSession, Failure> {
  const validated = validate(SessionCreateRequest, body === undefined ? {} : withoutNulls(body), { input: body });
  if (!validated.ok) return validated;
  const request = validated.value;
  const refusal = conflictIn(request) ?? refusedNewerField(request);
  if (refusal !== undefined) return fail(refusal);
  return succeed({ spec: toSpec(request), asked: askedIn(request), lifetimeField: "session.timeout.max_duration" });
}

/** Clients of typed languages send `null` for what was left out. Inside an array a `null` is an item. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, property]) => property !== null);
  return Object.fromEntries(entries.map(([key, property]) => [key, withoutNulls(property)]));
}

type ProxyRequest = NonNullable<NonNullable<SessionCreateRequest["session"]>["proxy"]>;

/** Rules between fields. */
function conflictIn({ session, browser }: SessionCreateRequest): Failure | undefined {
  const place = session?.proxy === undefined ? undefined : placeConflict(session.proxy);
  if (place !== undefined) return place;
  if (browser?.captcha_solver?.active === true && session?.proxy?.active !== true) {
    return { kind: "invalidRequest", field: "browser.captcha_solver.active", message: CAPTCHA_NEEDS_PROXY };
  }
  if (browser?.popup_blocker?.active === true && browser.adblock?.active === false) {
    return fieldFailure("browser.popup_blocker.active", "requires browser.adblock.active");
  }
  if (browser?.extra_stealth?.console !== undefined && browser.extra_stealth.active !== true) {
    return fieldFailure("browser.extra_stealth.console", "requires browser.extra_stealth.active");
  }
  if (browser?.profile?.persist === true && browser.profile.name === undefined) {
    return fieldFailure("browser.profile.name", "is required to persist a profile");
  }
  return undefined;
}

function placeConflict(proxy: ProxyRequest): Failure | undefined {
  if (proxy.type === "custom" || proxy.city === undefined) return undefined;
  if ((proxy.type ?? "anchor_proxy") !== "anchor_proxy") {
    return fieldFailure("session.proxy.city", "is supported for anchor_proxy only");
  }
  return proxy.region === undefined ? fieldFailure("session.proxy.city", "requires session.proxy.region") : undefined;
}

function toSpec({ session = {}, browser = {}, integrations = [] }: SessionCreateRequest): SessionSpec {
  const { initial_url: initialUrl, proxy, timeout } = session;
  const { profile } = browser;
  const adblock = browser.adblock?.active ?? true;
  return {
    dialect: "anchor",
    lifetimeMs: toMs(timeout?.max_duration ?? DEFAULT_MAX_DURATION_MINUTES),
    idleMs: toMs(timeout?.idle_timeout ?? DEFAULT_IDLE_TIMEOUT_MINUTES),
    initialUrl: initialUrl === undefined ? null : (parseInitialUrl(initialUrl) ?? null),
    proxy: proxy?.active === true ? toProxy(proxy) : null,
    stealth: browser.extra_stealth?.active === true ? "max" : "standard",
    console: browser.extra_stealth?.console ?? "quiet",
    fingerprint: "auto",
    profile:
      profile?.name === undefined ? null : { by: "name", value: profile.name, persist: profile.persist ?? false },
    recording: { har: false, screenshots: false, video: session.recording?.active ?? true },
    liveViewReadOnly: session.live_view?.read_only ?? false,
    adblock,
    // Consent banners are hidden by the ad blocker's lists: without it the default cannot be on.
    popupBlocker: browser.popup_blocker?.active ?? adblock,
    captchaSolver: browser.captcha_solver?.active ?? false,
    headless: browser.headless?.active ?? false,
    viewport: toViewport(browser),
    fullscreen: browser.fullscreen?.active ?? false,
    p2pDownload: browser.p2p_download?.active ?? false,
    extensions: [...new Set(browser.extensions?.map((id) => id.toLowerCase()))],
    disableWebSecurity: browser.disable_web_security?.active ?? false,
    crossOriginSupport: browser.cross_origin_support?.active ?? false,
    popupsAsTabs: browser.force_popups_as_tabs?.active ?? false,
    noDialogs: browser.disable_dialogs?.active ?? false,
    pdfDownload: browser.pdf_viewer?.active === false,
    integrations: integrations.map(({ id, type, configuration }) => ({
      id: id.toLowerCase(),
      type,
      secrets: configuration.load_mode === "all" ? "all" : configuration.secrets,
    })),
    tags: [...new Set(session.tags)],
  };
}

/** A window in fullscreen mode is as large as its screen; a size that is asked for is the screen's then. */
function toViewport({ viewport, fullscreen }: NonNullable<SessionCreateRequest["browser"]>): Viewport | null {
  const { width, height } = viewport ?? {};
  if (fullscreen?.active === true && width === undefined && height === undefined) return null;
  return { width: width ?? DEFAULT_VIEWPORT.width, height: height ?? DEFAULT_VIEWPORT.height };
}

const toMs = (minutes: number): number | null => (minutes === NO_LIMIT ? null : minutes * MS_PER_MINUTE);

function toProxy(proxy: ProxyRequest): SessionSpec["proxy"] {
  if (proxy.type === "custom") {
    const { server, username, password } = proxy;
    return { type: "custom", server: parseProxyServer(server) ?? server, username, password };
  }
  return {
    type: toProxyType(proxy.type ?? "anchor_proxy"),
    country: (proxy.country_code ?? DEFAULT_COUNTRY).toUpperCase(),
    region: proxy.region ?? null,
    city: proxy.city ?? null,
    // Anchor documents no rotation within a session.
    sticky: true,
  };
}

/** Whatever the caller switched on himself, defaults excluded. */
function askedIn({ session, browser, integrations = [] }: SessionCreateRequest): readonly AskedFeature[] {
  const { width, height } = browser?.viewport ?? {};
  const candidates: readonly (AskedFeature | false)[] = [
    session?.proxy?.active === true && { feature: "proxy", field: "session.proxy" },
    session?.recording?.active === true && { feature: "video", field: "session.recording.active" },
    session?.live_view?.read_only === true && { feature: "liveView", field: "session.live_view.read_only" },
    browser?.profile?.name !== undefined && { feature: "profile", field: "browser.profile.name" },
    browser?.adblock?.active === true && { feature: "adblock", field: "browser.adblock.active" },
    browser?.popup_blocker?.active === true && { feature: "popupBlocker", field: "browser.popup_blocker.active" },
    browser?.captcha_solver?.active === true && { feature: "captchaSolver", field: "browser.captcha_solver.active" },
    browser?.headless?.active === false && { feature: "headful", field: "browser.headless.active" },
    (width !== undefined || height !== undefined) && { feature: "viewport", field: "browser.viewport" },
    browser?.fullscreen?.active === true && { feature: "fullscreen", field: "browser.fullscreen.active" },
    browser?.p2p_download?.active === true && { feature: "p2pDownload", field: "browser.p2p_download.active" },
    (browser?.extensions?.length ?? 0) > 0 && { feature: "extensions", field: "browser.extensions" },
    browser?.disable_web_security?.active === true && {
      feature: "disableWebSecurity",
      field: "browser.disable_web_security.active",
    },
    browser?.cross_origin_support?.active === true && {
      feature: "crossOriginSupport",
      field: "browser.cross_origin_support.active",
    },
    browser?.force_popups_as_tabs?.active === true && {
      feature: "popupsAsTabs",
      field: "browser.force_popups_as_tabs.active",
    },
    browser?.disable_dialogs?.active === true && { feature: "noDialogs", field: "browser.disable_dialogs.active" },
    browser?.pdf_viewer?.active === false && { feature: "pdfDownload", field: "browser.pdf_viewer.active" },
    browser?.extra_stealth?.active === true && { feature: "stealth", field: "browser.extra_stealth.active" },
    integrations.length > 0 && { feature: "secrets", field: "integrations" },
  ];
  return candidates.filter((candidate) => candidate !== false);
}
