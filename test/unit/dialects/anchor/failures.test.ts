import { describe, it } from "vitest";
import { renderFailure, renderFault } from "../../../../src/dialects/anchor/failures.ts";
import type { Failure } from "../../../../src/domain/failure.ts";
import { EVERY_FAILURE } from "../support/every-failure.ts";

/** Kind, status, what the message must say. */
const EXPECTED: Readonly<Record<Failure["kind"], readonly [number, string]>> = {
  unauthorized: [401, "Invalid or expired API key"],
  invalidRequest: [400, "timeout must be an integer"],
  bodyTooLarge: [413, "1048576 bytes"],
  unsupportedMediaType: [415, "application/json"],
  methodNotAllowed: [405, "GET, POST"],
  unsupported: [400, "proxy is not supported: proxy is not available in this deployment"],
  quotaExceeded: [402, "100/100 sessions of plan free used"],
  concurrencyLimitReached: [429, "2 active, 1 requested, limit 2"],
  proxyAccessDenied: [403, "session.proxy.type anchor_residential is not available on plan free"],
  rateLimited: [429, "60 requests per minute"],
  sessionNotFound: [404, "Session ses_1 not found"],
  notFound: [404, "profile prof_1 not found"],
  conflict: [409, "a profile of this name exists"],
  sessionNotRunning: [409, "Session ses_1 is destroyed"],
  launchFailed: [503, "the engine is at its limit"],
  proxyFailed: [502, "The proxy cannot be used (proxy_unreachable): no answer through the proxy"],
  profileFailed: [503, "The profile cannot be read (profile_unreadable): the object is not there"],
  recordingNotReady: [404, "The video recording is not ready yet"],
  recordingFailed: [502, "The video recording could not be made: the page crashed"],
  rangeNotSatisfiable: [416, "range not satisfiable"],
  pageFailed: [422, "net::ERR_CONNECTION_REFUSED"],
  timedOut: [422, "#late did not appear within 5000 ms"],
  linkRefused: [410, "The link has expired"],
  unavailable: [503, "the database does not answer"],
  notConfigured: [503, "BERTH_SECRET is not set"],
};

describe("every failure in Anchor's shape: the status again as an integer, and a message", () => {
  it.for(Object.values(EVERY_FAILURE))("$kind", (failure, { expect }) => {
    const [status, message] = EXPECTED[failure.kind];
    const rendered = renderFailure(failure);
    expect(rendered.status).toBe(status);
    expect(rendered.body).toEqual({ error: { code: status, message: expect.stringContaining(message) } });
  });

  it("has 408 for who waited, and not for what was done to a page, which clients would do again", ({ expect }) => {
    const waited = { kind: "timedOut", message: "nobody came" } as const;
    expect(renderFailure({ ...waited, what: "event" }).status).toBe(408);
    expect(renderFailure({ ...waited, what: "person" }).status).toBe(408);
    expect(renderFailure({ ...waited, what: "page" }).status).toBe(422);
  });

  it("says when to come back and which methods a path has", ({ expect }) => {
    expect(renderFailure(EVERY_FAILURE.rateLimited).headers).toEqual({ "retry-after": "2" });
    expect(renderFailure(EVERY_FAILURE.launchFailed).headers).toEqual({ "retry-after": "1" });
    expect(renderFailure(EVERY_FAILURE.unavailable).headers).toEqual({ "retry-after": "5" });
    expect(renderFailure(EVERY_FAILURE.methodNotAllowed).headers).toEqual({ allow: "GET, POST" });
  });

  it("renders faults without detail", ({ expect }) => {
    expect(renderFault("noSuchPath", "r")).toEqual({
      status: 404,
      body: { error: { code: 404, message: "No such path" } },
    });
    expect(renderFault("internal", "r")).toEqual({
      status: 500,
      body: { error: { code: 500, message: "Internal error, request r" } },
    });
  });
});
