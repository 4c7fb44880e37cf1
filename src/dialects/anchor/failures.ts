import type { Failure } from "../../domain/failure.ts";
import { assertNever } from "../../domain/result.ts";
import type { RenderedFailure } from "../dialect.ts";
import { echoed } from "../echoed.ts";
import { anchorProxyType } from "./proxy-types.ts";

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
    case "quotaExceeded": {
      const sessions = `${failure.used}/${failure.limit} sessions of plan ${failure.plan} used`;
      return error(402, `Insufficient credits to allocate a new browser: ${sessions}`);
    }
    case "concurrencyLimitReached": {
      const counts = `${failure.active} active, ${failure.requested} requested, limit ${failure.limit}`;
      return error(429, `Concurrent browser limit of plan ${failure.plan} reached: ${counts}`);
    }
    case "proxyAccessDenied": {
      const type = anchorProxyType(failure.proxyType);
      return error(403, `session.proxy.type ${type} is not available on plan ${failure.plan}`);
    }
    case "rateLimited": {
      const message = `Rate limit of ${failure.limit} requests per minute exceeded`;
      return error(429, message, retryAfter(failure.retryAfterMs));
    }
    case "sessionNotFound":
      return error(404, `Session ${echoed(failure.sessionId)} not found`);
    case "notFound":
      return error(404, `${failure.what} ${echoed(failure.id)} not found`);
    case "conflict":
      return error(409, failure.message);
    case "sessionNotRunning":
      return error(409, `Session ${echoed(failure.sessionId)} is ${failure.status}`);
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
