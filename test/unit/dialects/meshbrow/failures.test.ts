import { describe, it } from "vitest";
import { renderFailure, renderFault } from "../../../../src/dialects/meshbrow/failures.ts";
import { parseCreateSession } from "../../../../src/dialects/meshbrow/parse.ts";
import type { Failure } from "../../../../src/domain/failure.ts";
import documented from "../golden/meshbrow-errors.json";
import { EVERY_FAILURE } from "../support/every-failure.ts";

describe("the documented Meshbrow errors, word for word", () => {
  it("400: a proxy type that does not exist", ({ expect }) => {
    const parsed = parseCreateSession({ proxy: { type: "tor" } });
    if (parsed.ok) throw new Error("accepted");
    const { status, body } = renderFailure(parsed.failure);
    expect(status).toBe(400);
    expect(body).toEqual({ error: { ...documented["400"].error, field: "proxy.type" } });
  });

  it.for(["402", "403", "429"] as const)("%s", (status, { expect }) => {
    const rendered = Object.values(EVERY_FAILURE).map((failure) => renderFailure(failure));
    expect(rendered).toContainEqual({ status: Number(status), body: documented[status] });
  });
});

/** Kind, status, code. */
const EXPECTED: Readonly<Record<Failure["kind"], readonly [number, string]>> = {
  unauthorized: [401, "unauthorized"],
  invalidRequest: [400, "invalid_request"],
  bodyTooLarge: [413, "body_too_large"],
  unsupportedMediaType: [415, "unsupported_media_type"],
  methodNotAllowed: [405, "method_not_allowed"],
  unsupported: [400, "not_supported"],
  quotaExceeded: [402, "quota_exceeded"],
  concurrencyLimitReached: [429, "concurrency_limit_reached"],
  proxyAccessDenied: [403, "proxy_access_denied"],
  rateLimited: [429, "rate_limited"],
  sessionNotFound: [404, "not_found"],
  notFound: [404, "not_found"],
  conflict: [409, "conflict"],
  sessionNotRunning: [409, "session_not_running"],
  launchFailed: [503, "launch_failed"],
  proxyFailed: [502, "proxy_unreachable"],
  profileFailed: [503, "profile_unreadable"],
  recordingNotReady: [409, "recording_not_ready"],
  recordingFailed: [502, "recording_failed"],
  rangeNotSatisfiable: [416, "range_not_satisfiable"],
  pageFailed: [502, "page_failed"],
  timedOut: [504, "timed_out"],
  linkRefused: [410, "link_expired"],
  unavailable: [503, "unavailable"],
  notConfigured: [503, "not_configured"],
};

describe("every failure in Meshbrow's shape", () => {
  it.for(Object.entries(EVERY_FAILURE))("%s", ([kind, failure], { expect }) => {
    const [status, code] = EXPECTED[failure.kind];
    const rendered = renderFailure(failure);
    expect(failure.kind).toBe(kind);
    expect(rendered.status).toBe(status);
    expect(rendered.body).toMatchObject({ error: { code, message: expect.stringMatching(/\S/) } });
  });

  it("says when to come back, in whole seconds and never too early", ({ expect }) => {
    expect(renderFailure(EVERY_FAILURE.rateLimited).headers).toEqual({ "retry-after": "2" });
    expect(renderFailure(EVERY_FAILURE.launchFailed).headers).toEqual({ "retry-after": "1" });
    expect(renderFailure(EVERY_FAILURE.unavailable).headers).toEqual({ "retry-after": "5" });
  });

  it("says which methods a path has, and which credential is wanted", ({ expect }) => {
    expect(renderFailure(EVERY_FAILURE.methodNotAllowed).headers).toEqual({ allow: "GET, POST" });
    expect(renderFailure(EVERY_FAILURE.unauthorized).headers).toEqual({ "www-authenticate": "Bearer" });
  });

  it("names the field of an unsupported feature", ({ expect }) => {
    expect(renderFailure(EVERY_FAILURE.unsupported).body).toEqual({
      error: {
        code: "not_supported",
        message: "proxy is not supported: proxy is not available in this deployment",
        field: "proxy",
      },
    });
  });

  it("shortens an id that a hostile URL has brought", ({ expect }) => {
    const { body } = renderFailure({ kind: "sessionNotFound", sessionId: "x".repeat(10_000) });
    expect(JSON.stringify(body).length).toBeLessThan(200);
  });

  it("renders faults without detail", ({ expect }) => {
    expect(renderFault("noSuchPath", "req-1")).toEqual({
      status: 404,
      body: { error: { code: "not_found", message: "no such path" } },
    });
    expect(renderFault("internal", "req-1")).toEqual({
      status: 500,
      body: { error: { code: "internal_error", message: "internal error, request req-1" } },
    });
  });
});
