import type { Failure } from "../../domain/failure.ts";
import { fingerprintConflict } from "../../domain/fingerprint-rules.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import type {
  AskedFeature,
  FingerprintSpec,
  PooledProxy,
  RequestedSession,
  SessionSpec,
  StealthLevel,
} from "../../domain/session-spec.ts";
import { fieldFailure, type Spelling, validate } from "../validation.ts";
import { CreateSessionRequest, DestroySessionRequest } from "./create-schema.ts";
import { canonicalSpelling } from "./spelling.ts";

const DEFAULT_TIMEOUT_SECONDS = 1800;
/** Meshbrow's documented default; its API has no field for it. */
const IDLE_MS = 5 * 60_000;
const MS_PER_SECOND = 1000;

/**
 * Reads the body of `POST /v1/sessions`. An absent body is `{}`: every field is optional.
 *
 * @returns the session with every default resolved, or `invalidRequest` naming the first wrong field in the
 * caller's own spelling.
 */
export function parseCreateSession(body: unknown): Result<RequestedSession, Failure> {
  const canonical = canonicalSpelling(body === undefined ? {} : body);
  if (!canonical.ok) return canonical;
  const { spelling } = canonical.value;
  const validated = validate(CreateSessionRequest, canonical.value.body, { input: body, spelling });
  if (!validated.ok) return validated;
  const request = validated.value;
  const conflict = conflictIn(request, spelling);
  if (conflict !== undefined) return fail(conflict);
  return succeed({ spec: toSpec(request), asked: askedIn(request, spelling), lifetimeField: "timeout" });
}

/** Reads the optional body of `DELETE /v1/sessions/{id}`: the field that asks for the profile to be saved. */
export function parseDestroySession(body: unknown): Result<{ readonly saveProfileField: string | null }, Failure> {
  if (body === undefined) return succeed({ saveProfileField: null });
  const canonical = canonicalSpelling(body);
  if (!canonical.ok) return canonical;
  const { spelling } = canonical.value;
  const validated = validate(DestroySessionRequest, canonical.value.body, { input: body, spelling });
  if (!validated.ok) return validated;
  const field = spelling.get("saveProfile") ?? "saveProfile";
  return succeed({ saveProfileField: validated.value.saveProfile === true ? field : null });
}

/** Rules between fields. */
function conflictIn(request: CreateSessionRequest, spelling: Spelling): Failure | undefined {
  const { proxy, fingerprint, viewport } = request;
  const place = proxyFailure(proxy);
  if (place !== undefined) return place;
  if (viewport !== undefined && typeof fingerprint === "object" && fingerprint.viewport !== undefined) {
    return fieldFailure("viewport", "and fingerprint.viewport are the same field: give one of them");
  }
  if (request.console !== undefined && toStealth(request.stealth) !== "max") {
    return fieldFailure("console", "requires stealth max: at other levels clients hear everything");
  }
  return typeof fingerprint === "object" ? fingerprintFailure(fingerprint, spelling) : undefined;
}

export function proxyFailure(proxy: CreateSessionRequest["proxy"]): Failure | undefined {
  const isLost = proxy?.city !== undefined && proxy.country === undefined;
  return isLost ? fieldFailure("proxy.city", "requires proxy.country") : undefined;
}

export function fingerprintFailure(fingerprint: FingerprintRequest, spelling: Spelling): Failure | undefined {
  const conflict = fingerprintConflict(toFingerprint(fingerprint));
  if (conflict === undefined) return undefined;
  const path = `fingerprint.${conflict.field}`;
  return fieldFailure(spelling.get(path) ?? path, conflict.predicate);
}

function toSpec(request: CreateSessionRequest): SessionSpec {
  const { fingerprint = "auto", profileId, recording } = request;
  const nested = fingerprint === "auto" ? undefined : fingerprint.viewport;
  return {
    dialect: "meshbrow",
    lifetimeMs: (request.timeout ?? DEFAULT_TIMEOUT_SECONDS) * MS_PER_SECOND,
    idleMs: IDLE_MS,
    initialUrl: null,
    proxy: request.proxy === undefined ? null : toProxy(request.proxy),
    stealth: toStealth(request.stealth),
    console: request.console ?? "quiet",
    fingerprint: fingerprint === "auto" ? "auto" : toFingerprint(fingerprint),
    profile: profileId === undefined ? null : { by: "id", value: profileId, persist: false },
    recording: {
      har: recording?.har ?? false,
      screenshots: recording?.screenshots ?? false,
      video: recording?.video ?? false,
    },
    liveViewReadOnly: false,
    adblock: false,
    popupBlocker: false,
    captchaSolver: false,
    headless: true,
    viewport: request.viewport ?? nested ?? null,
    fullscreen: false,
    p2pDownload: false,
    extensions: [],
    disableWebSecurity: false,
    crossOriginSupport: false,
    popupsAsTabs: false,
    noDialogs: false,
    pdfDownload: false,
    integrations: [],
    tags: [],
  };
}

export function toProxy(proxy: NonNullable<CreateSessionRequest["proxy"]>): PooledProxy {
  return {
    type: proxy.type,
    country: proxy.country?.toUpperCase() ?? null,
    region: proxy.region ?? null,
    city: proxy.city ?? null,
    sticky: proxy.sticky ?? false,
  };
}

function toStealth(level: CreateSessionRequest["stealth"]): StealthLevel {
  if (level === "basic") return "standard";
  if (level === undefined || level === "full") return "max";
  return level;
}

type FingerprintRequest = Exclude<NonNullable<CreateSessionRequest["fingerprint"]>, "auto">;

export function toFingerprint({
  platform,
  userAgent,
  locale,
  timezone,
  viewport,
}: FingerprintRequest): FingerprintSpec {
  const [canonicalLocale] = locale === undefined ? [] : Intl.getCanonicalLocales(locale);
  return {
    ...(platform !== undefined && { platform }),
    ...(userAgent !== undefined && { userAgent }),
    ...(canonicalLocale !== undefined && { locale: canonicalLocale }),
    ...(timezone !== undefined && { timezone: canonicalTimezone(timezone) }),
    ...(viewport !== undefined && { viewport }),
  };
}

/** Repairs the case only: resolving a link such as `Asia/Calcutta` would show pages another name. */
function canonicalTimezone(timezone: string): string {
  const resolved = new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone;
  return resolved.toLowerCase() === timezone.toLowerCase() ? resolved : timezone;
}

/** Whatever the caller switched on himself, defaults excluded. */
function askedIn(request: CreateSessionRequest, spelling: Spelling): readonly AskedFeature[] {
  const { proxy, stealth, fingerprint, profileId, recording, viewport } = request;
  const candidates: readonly (AskedFeature | false)[] = [
    proxy !== undefined && { feature: "proxy", field: "proxy" },
    stealth !== undefined && stealth !== "none" && { feature: "stealth", field: "stealth" },
    fingerprint !== undefined && { feature: "fingerprint", field: "fingerprint" },
    typeof fingerprint === "object" &&
      fingerprint.viewport !== undefined && { feature: "viewport", field: "fingerprint.viewport" },
    profileId !== undefined && { feature: "profile", field: spelling.get("profileId") ?? "profileId" },
    recording?.har === true && { feature: "har", field: "recording.har" },
    recording?.screenshots === true && { feature: "screenshots", field: "recording.screenshots" },
    recording?.video === true && { feature: "video", field: "recording.video" },
    viewport !== undefined && { feature: "viewport", field: "viewport" },
  ];
  return candidates.filter((candidate) => candidate !== false);
}
