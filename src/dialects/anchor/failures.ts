import type { Failure } from "../../domain/failure.ts";
import { assertNever } from "../../domain/result.ts";
import type { RenderedFailure } from "../dialect.ts";
import { echoed } from "../echoed.ts";
import { anchorProxyType } from "./proxy-types.ts";

/** Anchor's SDK asks again after 408 and 5xx, by itself: what may have been done to a page must not be done twice. */
const PAGE_FAILED = 422;

/** Anchor's form of every failure: the HTTP status again as an integer code, and a message that names the field. */
export function renderFailure(failure: Failure): RenderedFailure {
  switch (failure.kind) {
    case "unauthorized":
      return error(401, failure.message);
    case "invalidRequest":
      return error(400, failure.message);
    case "unsupported":
      return error(400, `${failure.field} is not supported: ${failure.reason}`);
    case "bodyTooLarge":
      return error(413, `request body is larger than ${failure.limitBytes} bytes`);
    case "unsupportedMediaType":
      return error(415, `request body must be ${failure.expected}`);
    case "methodNotAllowed": {
      const allow = failure.allowed.join(", ");
      return error(405, `method not allowed; allowed: ${allow}`, { allow });
    }
    case "quotaExceeded":
    case "concurrencyLimitReached":
    case "proxyAccessDenied":
    case "rateLimited":
      return renderLimit(failure);
    case "sessionNotFound":
      return error(404, `Session ${echoed(failure.sessionId)} not found`);
    case "notFound":
      return error(404, `${failure.what} ${echoed(failure.id)} not found`);
    case "conflict":
      return error(409, failure.message);
    case "pageFailed":
      return error(PAGE_FAILED, failure.message);
    case "timedOut":
      return error(failure.what === "page" ? PAGE_FAILED : 408, failure.message);
    case "sessionNotRunning":
      return error(409, `Session ${echoed(failure.sessionId)} is ${failure.status}`);
    case "recordingNotReady":
    case "recordingFailed":
    case "rangeNotSatisfiable":
    case "linkRefused":
      return renderRecordingFailure(failure);
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

type Limit = Extract<
  Failure,
  { readonly kind: "quotaExceeded" | "concurrencyLimitReached" | "proxyAccessDenied" | "rateLimited" }
>;

function renderLimit(limit: Limit): RenderedFailure {
  switch (limit.kind) {
    case "quotaExceeded": {
      const sessions = `${limit.used}/${limit.limit} sessions of plan ${limit.plan} used`;
      return error(402, `Insufficient credits to allocate a new browser: ${sessions}`);
    }
    case "concurrencyLimitReached": {
      const counts = `${limit.active} active, ${limit.requested} requested, limit ${limit.limit}`;
      return error(429, `Concurrent browser limit of plan ${limit.plan} reached: ${counts}`);
    }
    case "proxyAccessDenied": {
      const type = anchorProxyType(limit.proxyType);
      return error(403, `session.proxy.type ${type} is not available on plan ${limit.plan}`);
    }
    case "rateLimited": {
      const message = `Rate limit of ${limit.limit} requests per minute exceeded`;
      return error(429, message, retryAfter(limit.retryAfterMs));
    }
    default:
      return assertNever(limit);
  }
}

type RecordingFailure = Extract<
  Failure,
  { readonly kind: "recordingNotReady" | "recordingFailed" | "rangeNotSatisfiable" | "linkRefused" }
>;

function renderRecordingFailure(failure: RecordingFailure): RenderedFailure {
  switch (failure.kind) {
    case "recordingNotReady":
      // Anchor's clients know 404 as "there is no recording (yet)".
      return error(404, `The ${failure.recording} recording is not ready yet`, retryAfter(failure.retryAfterMs));
    case "recordingFailed":
      return error(502, `The ${failure.recording} recording could not be made: ${failure.reason}`);
    case "rangeNotSatisfiable":
      return error(416, "range not satisfiable", { "content-range": `bytes */${failure.sizeBytes}` });
    case "linkRefused":
      return failure.isExpired ? error(410, "The link has expired") : error(403, "The link is not valid");
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
    case "launchFailed":
      return error(503, `No browser could be launched: ${outage.reason}`, retryAfter(outage.retryAfterMs));
    case "proxyFailed":
      return error(502, `The proxy cannot be used (${outage.problem}): ${outage.reason}`);
    case "profileFailed": {
      const done = outage.problem === "unreadable" ? "read" : "saved";
      const status = outage.problem === "too_large" ? 413 : 503;
      return error(status, `The profile cannot be ${done} (profile_${outage.problem}): ${outage.reason}`);
    }
    case "unavailable":
      return error(503, outage.message, retryAfter(outage.retryAfterMs));
    case "notConfigured":
      return error(503, outage.message);
    default:
      return assertNever(outage);
  }
}

export function renderFault(fault: "internal" | "noSuchPath", requestId: string): RenderedFailure {
  if (fault === "noSuchPath") return error(404, "No such path");
  return error(500, `Internal error, request ${requestId}`);
}

function error(status: number, message: string, headers?: Readonly<Record<string, string>>): RenderedFailure {
  return { status, body: { error: { code: status, message } }, ...(headers !== undefined && { headers }) };
}

/** Whole seconds, rounded up: a client that comes back a moment too early is refused again. */
const retryAfter = (retryAfterMs: number) => ({ "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) });
