import { describe, it } from "vitest";
import { CrossOriginAccess } from "../../../../src/capabilities/web-security/relaxed-security.ts";
import type { HeaderEntry, PausedRequest } from "../../../../src/cdp/fetch-broker.ts";

const asked = (headers: Record<string, string>, method = "GET"): PausedRequest => ({
  requestId: "R",
  request: { url: "http://api.test/", method, headers },
  frameId: "F",
  resourceType: "Fetch",
});

const access = new CrossOriginAccess({
  find: (id) =>
    id === "F" ? { id, parentId: undefined, url: "http://page.test/a", target: undefined as never } : undefined,
});

const named = (headers: readonly HeaderEntry[]): Record<string, string> =>
  Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));

describe("access across origins", () => {
  it("answers a preflight with what it asks for, and lets every other request leave", ({ expect }) => {
    const preflight = asked(
      { Origin: "http://page.test", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-own" },
      "OPTIONS",
    );
    const ruling = access.rule(preflight);
    expect(ruling?.answer?.status).toBe(204);
    expect(named(ruling?.answer?.headers ?? [])).toEqual({
      "access-control-allow-origin": "http://page.test",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-own",
      "access-control-max-age": "7200",
    });
    expect(access.rule(asked({}, "OPTIONS"))).toBeUndefined();
    expect(access.rule(asked({ Origin: "http://page.test" }))).toBeUndefined();
  });

  it("allows the origin that asks, as it names itself, its referrer or its frame", ({ expect }) => {
    const allowed = (headers: Record<string, string>, frameId = "F"): string | undefined => {
      const response = { ...asked(headers), frameId, responseStatusCode: 200, responseHeaders: [] };
      return named(access.revise(response).headers)["access-control-allow-origin"];
    };
    expect(allowed({ origin: "null" })).toBe("null");
    expect(allowed({ Referer: "http://other.test/path?query" })).toBe("http://other.test");
    expect(allowed({})).toBe("http://page.test");
    expect(allowed({}, "gone")).toBe("null");
  });

  it("takes away what isolates, and leaves a policy's other directives", ({ expect }) => {
    const responseHeaders = [
      { name: "Content-Type", value: "text/html" },
      { name: "X-Frame-Options", value: "DENY" },
      { name: "Cross-Origin-Opener-Policy", value: "same-origin" },
      { name: "access-control-allow-origin", value: "https://only.test" },
      { name: "Content-Security-Policy", value: "default-src 'self'; frame-ancestors 'none'; img-src *" },
    ];
    const document = { ...asked({}), resourceType: "Document" as const, responseStatusCode: 200, responseHeaders };
    const { headers, isAnew } = access.revise(document);
    expect(named(headers)).toEqual({
      "content-type": "text/html",
      "content-security-policy": "default-src 'self'; img-src *",
      "access-control-allow-origin": "http://page.test",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "Content-Type, Content-Security-Policy",
    });
    expect(isAnew).toBe(true);
    expect(access.revise({ ...document, responseHeaders: [] }).isAnew).toBe(false);
    expect(access.revise({ ...document, resourceType: "Image" }).isAnew).toBe(false);
  });
});
