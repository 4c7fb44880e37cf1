import { jsonResponse } from "../operations.ts";
import { ErrorBody } from "./response-schemas.ts";

const EXAMPLES = {
  400: { code: "invalid_request", message: "proxy.type must be one of: residential, datacenter, isp, mobile" },
  401: { code: "unauthorized", message: "Invalid or expired API key" },
  402: {
    code: "quota_exceeded",
    message: "quota exceeded for account acct_123 (plan free): 100/100 sessions used",
  },
  403: {
    code: "proxy_access_denied",
    message: 'proxy type "residential" not available on plan free for account acct_123',
  },
  404: { code: "not_found", message: "Session ses_k8m2n4p6 not found" },
  409: { code: "conflict", message: "the session has no browser any more" },
  413: { code: "body_too_large", message: "request body is larger than 1048576 bytes" },
  415: { code: "unsupported_media_type", message: "request body must be application/json" },
  429: {
    code: "concurrency_limit_reached",
    message: "concurrent session limit reached for plan free: 2 active, 1 requested, limit 2",
  },
  500: { code: "internal_error", message: "internal error, request 0b9d6f0e" },
  502: { code: "proxy_unreachable", message: "the proxy cannot be used: no answer through the proxy" },
  504: { code: "timed_out", message: "#late did not appear within 30000 ms" },
  503: { code: "launch_failed", message: "no browser could be launched: the engine is at its limit" },
} as const;
type ErrorStatus = keyof typeof EXAMPLES;

const DESCRIPTIONS: Readonly<Record<ErrorStatus, string>> = {
  400: "`invalid_request`: a field is wrong. `not_supported`: this deployment does not have the feature.",
  401: "`unauthorized`: the API key is missing, unknown or revoked.",
  402: "`quota_exceeded`: the month's sessions are used up.",
  403: "`proxy_access_denied`: the plan does not include this proxy type.",
  404: "`not_found`: no such session on this account, or it has ended already.",
  409: "`session_not_running` or `conflict`: the session is not in a state for this.",
  413: "`body_too_large`.",
  415: "`unsupported_media_type`: the body is not JSON.",
  429: "`concurrency_limit_reached` or `rate_limited`; the latter with `Retry-After` in seconds.",
  500: "`internal_error`.",
  502: "`proxy_unreachable`, `proxy_auth_failed` or `proxy_country_mismatch`: no session was started; nothing went direct. `page_failed`: the page did not do what was asked of it.",
  504: "`timed_out`: what was waited for did not happen in its time.",
  503: "`launch_failed` or `unavailable`: try again after `Retry-After` seconds. `not_configured`: ask the operator.",
};

/** The error responses of an operation, with those that every operation may give. */
export function errorResponses(...statuses: readonly ErrorStatus[]) {
  const all: readonly ErrorStatus[] = [...statuses, 401, 429, 500, 503];
  return Object.fromEntries(
    all.map((status) => [status, jsonResponse(ErrorBody, DESCRIPTIONS[status], { error: EXAMPLES[status] })]),
  );
}
