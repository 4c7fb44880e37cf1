import type { Failure } from "../../domain/failure.ts";
import { assertNever } from "../../domain/result.ts";
import type { RenderedFailure } from "../dialect.ts";
import { echoed } from "../echoed.ts";

/** Meshbrow's words for every failure. The four documented bodies are golden tests. */
export function renderFailure(failure: Failure): RenderedFailure {
  switch (failure.kind) {
    case "unauthorized":
      return error(401, "unauthorized", { message: failure.message, headers: { "www-authenticate": "Bearer" } });
    case "invalidRequest":
      return error(400, "invalid_request", { message: failure.message, field: failure.field });
    case "unsupported": {
      const message = `${failure.field} is not supported: ${failure.reason}`;
      return error(400, "not_supported", { message, field: failure.field });
    }
    case "bodyTooLarge":
      return error(413, "body_too_large", { message: `request body is larger than ${failure.limitBytes} bytes` });
    case "unsupportedMediaType":
      return error(415, "unsupported_media_type", { message: `request body must be ${failure.expected}` });
    case "methodNotAllowed": {
      const allow = failure.allowed.join(", ");
      return error(405, "method_not_allowed", { message: `method not allowed; allowed: ${allow}`, headers: { allow } });
    }
    case "quotaExceeded":
    case "concurrencyLimitReached":
    case "proxyAccessDenied":
    case "rateLimited":
      return renderLimit(failure);
    case "sessionNotFound":
      return error(404, "not_found", { message: `Session ${echoed(failure.sessionId)} not found` });
    case "notFound":
      return error(404, "not_found", { message: `${failure.what} ${echoed(failure.id)} not found` });
    case "conflict":
      return error(409, "conflict", { message: failure.message });
    case "recordingNotReady":
    case "recordingFailed":
    case "rangeNotSatisfiable":
    case "linkRefused":
      return renderRecordingFailure(failure);
    case "sessionNotRunning":
    case "pageFailed":
    case "timedOut":
      return renderSessionFailure(failure);
    case "launchFailed":
    case "proxyFailed":
    case "profileFailed":
    case "unavailable":
    case "notConfigured":
      return renderOutage(failure);
    default:
      return assertNever(failure);
  }
}

export function renderFault(fault: "internal" | "noSuchPath", requestId: string): RenderedFailure {
  if (fault === "noSuchPath") return error(404, "not_found", { message: "no such path" });
  return error(500, "internal_error", { message: `internal error, request ${requestId}` });
}

type RecordingFailure = Extract<
  Failure,
  { readonly kind: "recordingNotReady" | "recordingFailed" | "rangeNotSatisfiable" | "linkRefused" }
>;

function renderRecordingFailure(failure: RecordingFailure): RenderedFailure {
  switch (failure.kind) {
    case "recordingNotReady": {
      const message = `the ${failure.recording} recording is not ready yet`;
      return error(409, "recording_not_ready", { message, headers: retryAfter(failure.retryAfterMs) });
    }
    case "recordingFailed": {
      const message = `the ${failure.recording} recording could not be made: ${failure.reason}`;
      return error(502, "recording_failed", { message });
    }
    case "rangeNotSatisfiable": {
      const headers = { "content-range": `bytes */${failure.sizeBytes}` };
      return error(416, "range_not_satisfiable", { message: "range not satisfiable", headers });
    }
    case "linkRefused":
      return failure.isExpired
        ? error(410, "link_expired", { message: "the link has expired" })
        : error(403, "link_invalid", { message: "the link is not valid" });
    default:
      return assertNever(failure);
  }
}

type SessionFailure = Extract<Failure, { readonly kind: "sessionNotRunning" | "pageFailed" | "timedOut" }>;

function renderSessionFailure(failure: SessionFailure): RenderedFailure {
  switch (failure.kind) {
    case "sessionNotRunning": {
      const message = `Session ${echoed(failure.sessionId)} is ${failure.status}`;
      return error(409, "session_not_running", { message });
    }
    case "pageFailed":
      return error(502, "page_failed", { message: failure.message });
    case "timedOut":
      return error(504, "timed_out", { message: failure.message });
    default:
      return assertNever(failure);
  }
}

type Outage = Extract<
  Failure,
  { readonly kind: "launchFailed" | "proxyFailed" | "profileFailed" | "unavailable" | "notConfigured" }
>;

function renderOutage(outage: Outage): RenderedFailure {
  switch (outage.kind) {
    case "launchFailed": {
      const message = `no browser could be launched: ${outage.reason}`;
      return error(503, "launch_failed", { message, headers: retryAfter(outage.retryAfterMs) });
    }
    case "proxyFailed":
      return error(502, outage.problem, { message: `the proxy cannot be used: ${outage.reason}` });
    case "profileFailed": {
      const done = outage.problem === "unreadable" ? "read" : "saved";
      const status = outage.problem === "too_large" ? 413 : 503;
      const message = `the profile cannot be ${done}: ${outage.reason}`;
      return error(status, `profile_${outage.problem}`, { message });
    }
    case "unavailable":
      return error(503, "unavailable", { message: outage.message, headers: retryAfter(outage.retryAfterMs) });
    case "notConfigured":
      return error(503, "not_configured", { message: outage.message });
    default:
      return assertNever(outage);
  }
}

type Limit = Extract<
  Failure,
  { readonly kind: "quotaExceeded" | "concurrencyLimitReached" | "proxyAccessDenied" | "rateLimited" }
>;

function renderLimit(limit: Limit): RenderedFailure {
  switch (limit.kind) {
    case "quotaExceeded": {
      const { accountId, plan, used } = limit;
      const message = `quota exceeded for account ${accountId} (plan ${plan}): ${used}/${limit.limit} sessions used`;
      return error(402, "quota_exceeded", { message });
    }
    case "concurrencyLimitReached": {
      const counts = `${limit.active} active, ${limit.requested} requested, limit ${limit.limit}`;
      const message = `concurrent session limit reached for plan ${limit.plan}: ${counts}`;
      return error(429, "concurrency_limit_reached", { message });
    }
    case "proxyAccessDenied": {
      const { proxyType, plan, accountId } = limit;
      const message = `proxy type "${proxyType}" not available on plan ${plan} for account ${accountId}`;
      return error(403, "proxy_access_denied", { message });
    }
    case "rateLimited": {
      const message = `rate limit of ${limit.limit} requests per minute exceeded`;
      return error(429, "rate_limited", { message, headers: retryAfter(limit.retryAfterMs) });
    }
    default:
      return assertNever(limit);
  }
}

interface ErrorDetail {
  readonly message: string;
  readonly field?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

function error(status: number, code: string, { message, field, headers }: ErrorDetail): RenderedFailure {
  const body = { error: { code, message, ...(field !== undefined && { field }) } };
  return { status, body, ...(headers !== undefined && { headers }) };
}

/** Whole seconds, rounded up: a client that comes back a moment too early is refused again. */
const retryAfter = (retryAfterMs: number) => ({ "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) });
