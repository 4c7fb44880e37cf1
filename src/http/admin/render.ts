import type { RenderedFailure } from "../../dialects/dialect.ts";
import { echoed } from "../../dialects/echoed.ts";
import type { Failure } from "../../domain/failure.ts";
import { assertNever } from "../../domain/result.ts";
import type { Account, ApiKey, NewApiKey } from "../../service/account-service.ts";
import type { ShownPool } from "../../service/proxy-pool-service.ts";
import type { MonthlyUsage } from "../../service/usage-service.ts";

const error = (status: number, code: string, detail: { readonly message: string; readonly field?: string }) => ({
  status,
  body: { error: { code, ...detail } },
});

/** A failure in the operator's words: Meshbrow's shape, with string codes. */
export function renderAdminFailure(failure: Failure): RenderedFailure {
  switch (failure.kind) {
    case "unauthorized":
      return { ...error(401, "unauthorized", { message: failure.message }), headers: { "www-authenticate": "Bearer" } };
    case "invalidRequest": {
      const { message, field } = failure;
      return error(400, "invalid_request", { message, ...(field !== undefined && { field }) });
    }
    case "unsupportedMediaType":
      return error(415, "unsupported_media_type", { message: `request body must be ${failure.expected}` });
    case "bodyTooLarge":
      return error(413, "body_too_large", { message: `request body is larger than ${failure.limitBytes} bytes` });
    case "notFound":
      return error(404, "not_found", { message: `${failure.what} ${echoed(failure.id)} not found` });
    case "unavailable":
      return error(503, "unavailable", { message: failure.message });
    case "notConfigured":
      return error(503, "not_configured", { message: failure.message });
    case "methodNotAllowed":
    case "unsupported":
    case "quotaExceeded":
    case "concurrencyLimitReached":
    case "proxyAccessDenied":
    case "rateLimited":
    case "sessionNotFound":
    case "conflict":
    case "sessionNotRunning":
    case "launchFailed":
    case "proxyFailed":
    case "profileFailed":
    case "recordingNotReady":
    case "recordingFailed":
    case "rangeNotSatisfiable":
    case "linkRefused":
    case "pageFailed":
    case "timedOut":
      throw new Error(`No operator's request ends as ${failure.kind}`);
    default:
      return assertNever(failure);
  }
}

export const noSuchAdminPath = (): RenderedFailure => error(404, "not_found", { message: "no such path" });

export const internalAdminError = (requestId: string): RenderedFailure =>
  error(500, "internal_error", { message: `internal error, request ${requestId}` });

const toIso = (epochMs: number): string => new Date(epochMs).toISOString();
const toIsoOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : toIso(epochMs));

export const renderAccount = ({ id, name, plan, createdAt }: Account) => ({
  id,
  name,
  plan,
  createdAt: toIso(createdAt),
});

export const renderNewKey = ({ id, name, prefix, key, createdAt }: NewApiKey) => ({
  id,
  name,
  prefix,
  key,
  createdAt: toIso(createdAt),
});

export const renderKey = ({ id, name, prefix, createdAt, lastUsedAt, revokedAt }: ApiKey) => ({
  id,
  name,
  prefix,
  createdAt: toIso(createdAt),
  lastUsedAt: toIsoOrNull(lastUsedAt),
  revokedAt: toIsoOrNull(revokedAt),
});

export const renderRevocation = ({ id, revokedAt }: ApiKey) => ({ id, revokedAt: toIsoOrNull(revokedAt) });

/** Field by field: what is added to a pool must not be shown unseen. */
export const renderPool = (pool: ShownPool) => ({
  id: pool.id,
  name: pool.name,
  type: pool.type,
  protocol: pool.protocol,
  host: pool.host,
  port: pool.port,
  credentials: pool.credentials,
  sticky: pool.sticky,
  countries: pool.countries,
  hasRegions: pool.hasRegions,
  hasCities: pool.hasCities,
  microsPerGb: pool.microsPerGb,
  enabled: pool.enabled,
  createdAt: toIso(pool.createdAt),
});

/** Prices are in millionths of a US dollar, as in the plan. */
export function renderUsage(accountId: string, usage: MonthlyUsage) {
  const { month, plan, sessions, sessionsToday, active, browserMs, proxyBytes, proxyCostMicros } = usage;
  const overageSessions = Math.max(0, sessions - plan.monthlySessions);
  const overageMicros = overageSessions * (plan.overageMicros ?? 0);
  return {
    accountId,
    month,
    plan,
    sessions,
    sessionsToday,
    active,
    browserMs,
    proxyBytes,
    proxyCostMicros,
    overageSessions,
    overageMicros,
  };
}
