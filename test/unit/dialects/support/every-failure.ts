import type { Failure } from "../../../../src/domain/failure.ts";
import type { AccountId } from "../../../../src/domain/ids.ts";

const accountId = "acct_123" as AccountId;

/** One failure of each kind; a new kind does not compile until it is here. */
export const EVERY_FAILURE: { readonly [Kind in Failure["kind"]]: Extract<Failure, { readonly kind: Kind }> } = {
  unauthorized: { kind: "unauthorized", message: "Invalid or expired API key" },
  invalidRequest: { kind: "invalidRequest", field: "timeout", message: "timeout must be an integer" },
  bodyTooLarge: { kind: "bodyTooLarge", limitBytes: 1_048_576 },
  unsupportedMediaType: { kind: "unsupportedMediaType", expected: "application/json" },
  methodNotAllowed: { kind: "methodNotAllowed", allowed: ["GET", "POST"] },
  unsupported: {
    kind: "unsupported",
    feature: "proxy",
    field: "proxy",
    reason: "proxy is not available in this deployment",
  },
  quotaExceeded: { kind: "quotaExceeded", accountId, plan: "free", used: 100, limit: 100 },
  concurrencyLimitReached: { kind: "concurrencyLimitReached", plan: "free", active: 2, requested: 1, limit: 2 },
  proxyAccessDenied: { kind: "proxyAccessDenied", accountId, plan: "free", proxyType: "residential" },
  rateLimited: { kind: "rateLimited", limit: 60, retryAfterMs: 1001 },
  sessionNotFound: { kind: "sessionNotFound", sessionId: "ses_1" },
  notFound: { kind: "notFound", what: "profile", id: "prof_1" },
  conflict: { kind: "conflict", message: "a profile of this name exists" },
  sessionNotRunning: { kind: "sessionNotRunning", sessionId: "ses_1", status: "destroyed" },
  launchFailed: { kind: "launchFailed", reason: "the engine is at its limit", retryAfterMs: 0 },
  proxyFailed: { kind: "proxyFailed", problem: "proxy_unreachable", reason: "no answer through the proxy" },
  profileFailed: { kind: "profileFailed", problem: "unreadable", reason: "the object is not there" },
  recordingNotReady: { kind: "recordingNotReady", recording: "video", retryAfterMs: 2000 },
  recordingFailed: { kind: "recordingFailed", recording: "video", reason: "the page crashed" },
  rangeNotSatisfiable: { kind: "rangeNotSatisfiable", sizeBytes: 10 },
  pageFailed: { kind: "pageFailed", message: "net::ERR_CONNECTION_REFUSED" },
  timedOut: { kind: "timedOut", what: "page", message: "#late did not appear within 5000 ms" },
  linkRefused: { kind: "linkRefused", isExpired: true },
  unavailable: { kind: "unavailable", message: "the database does not answer", retryAfterMs: 5000 },
  notConfigured: { kind: "notConfigured", message: "BERTH_SECRET is not set" },
};
