import { jsonResponse } from "../operations.ts";
import { ErrorResponse } from "./response-schemas.ts";

const MESSAGES = {
  400: "CAPTCHA solver requires proxy to be active.",
  401: "Invalid or expired API key",
  402: "Insufficient credits to allocate a new browser: 100/100 sessions of plan free used",
  403: "session.proxy.type anchor_residential is not available on plan free",
  404: "Session 550e8400-e29b-41d4-a716-446655440000 not found",
  408: "#late did not appear within 5000 ms",
  409: "Session 550e8400-e29b-41d4-a716-446655440000 is destroyed",
  413: "request body is larger than 1048576 bytes",
  415: "request body must be application/json",
  422: "net::ERR_CONNECTION_REFUSED at http://127.0.0.1:1/",
  429: "Concurrent browser limit of plan free reached: 2 active, 1 requested, limit 2",
  500: "Internal error, request 0b9d6f0e",
  502: "The proxy cannot be used (proxy_unreachable): no answer through the proxy",
  503: "No browser could be launched: the engine is at its limit",
} as const;
type ErrorStatus = keyof typeof MESSAGES;

const DESCRIPTIONS: Readonly<Record<ErrorStatus, string>> = {
  400: "Bad Request: invalid request parameters or configuration.",
  401: "Invalid API key.",
  402: "Payment Required: the month's sessions are used up.",
  403: "The plan does not include this proxy type.",
  404: "Session not found.",
  408: "What was waited for did not happen in its time.",
  409: "The session has no browser any more, or not yet.",
  413: "The request body is too large.",
  415: "The request body is not JSON.",
  422: "The page did not do what was asked of it, or not in time. Not to be asked again blindly: it may have been done.",
  429: "Too many requests, with `Retry-After` in seconds; or too many browsers at once.",
  500: "Internal server error.",
  502: "The proxy cannot be used: proxy_unreachable, proxy_auth_failed or proxy_country_mismatch. Nothing went direct.",
  503: "No browser to be had, or a part does not answer; try again after `Retry-After` seconds.",
};

/** The error responses of an operation, with those that every operation may give. */
export function errorResponses(...statuses: readonly ErrorStatus[]) {
  const all: readonly ErrorStatus[] = [...statuses, 401, 429, 500, 503];
  return Object.fromEntries(
    all.map((code) => {
      const example = { error: { code, message: MESSAGES[code] } };
      return [code, jsonResponse(ErrorResponse, DESCRIPTIONS[code], example)];
    }),
  );
}
