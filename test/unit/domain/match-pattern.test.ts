import { describe, it } from "vitest";
import { matchesAny, matchesGlob, matchesPattern, parseMatchPattern } from "../../../src/domain/match-pattern.ts";

const MATCHING = [
  ["<all_urls>", "https://example.com/a?b"],
  ["<all_urls>", "ws://example.com/"],
  ["*://*/*", "http://127.0.0.1:8080/"],
  ["https://*/*", "https://example.com:8443/"],
  ["https://*.example.com/*", "https://example.com/"],
  ["https://*.example.com/*", "https://a.b.example.com/"],
  ["https://EXAMPLE.com/*", "https://example.com./x"],
  ["https://bücher.example/*", "https://xn--bcher-kva.example/"],
  ["http://localhost:8080/*", "http://localhost:8080/x"],
  ["http://localhost:80/*", "http://localhost/"],
  ["http://localhost:*/*", "http://localhost:9999/"],
  ["http://[::1]:8080/*", "http://[::1]:8080/"],
  ["https://example.com/app/*", "https://example.com/app"],
  ["https://example.com/*/edit*", "https://example.com/a/b/edit?x=1#y"],
  ["https://example.com/*.js", "https://example.com/a.js"],
  ["wss://example.com/*", "wss://example.com/socket"],
] as const;

const OTHERS = [
  ["<all_urls>", "file:///etc/passwd"],
  ["<all_urls>", "chrome://settings/"],
  ["<all_urls>", "about:blank"],
  ["<all_urls>", "data:text/html,x"],
  ["file:///*", "file:///etc/passwd"],
  ["*://*/*", "ws://example.com/"],
  ["*://*/*", "ftp://example.com/"],
  ["https://*.example.com/*", "https://notexample.com/"],
  ["https://example.com/*", "https://a.example.com/"],
  ["https://example.com/*", "http://example.com/"],
  ["http://localhost:8080/*", "http://localhost/"],
  ["https://example.com/", "https://example.com/x"],
  ["https://example.com/*.js", "https://example.com/a.js?v=1"],
  ["https://example.com/A*", "https://example.com/a"],
  ["https://example.com/ab*ba", "https://example.com/aba"],
  ["https://example.com", "https://example.com/"],
  ["https://example.com/*", "no address"],
] as const;

const MALFORMED = [
  "",
  "*",
  "example.com",
  "https://example.com",
  "https:///*",
  "https://*example.com/*",
  "https://a.*.example.com/*",
  "https://example.*/*",
  "https://*./*",
  "https://example.com:99999/*",
  "https://example.com:x/*",
  "https://user@example.com/*",
  "https://exa mple.com/*",
  "http*://example.com/*",
  "chrome://*/*",
  "javascript://*/*",
  "file://host/*",
  "<all_url>",
];

describe("match patterns", () => {
  for (const [pattern, url] of MATCHING) {
    it(`${pattern} matches ${url}`, ({ expect }) => {
      expect(matchesPattern(pattern, url)).toBe(true);
    });
  }

  for (const [pattern, url] of OTHERS) {
    it(`${pattern} does not match ${url}`, ({ expect }) => {
      expect(matchesPattern(pattern, url)).toBe(false);
    });
  }

  for (const pattern of MALFORMED) {
    it(`refuses ${JSON.stringify(pattern)}`, ({ expect }) => {
      expect(parseMatchPattern(pattern)).toBeUndefined();
      expect(matchesPattern(pattern, "https://example.com/")).toBe(false);
    });
  }

  it("matches when one of several does", ({ expect }) => {
    const patterns = ["https://a.example/*", "https://b.example/*"];
    expect(matchesAny(patterns, "https://b.example/x")).toBe(true);
    expect(matchesAny(patterns, "https://c.example/x")).toBe(false);
    expect(matchesAny([], "https://b.example/x")).toBe(false);
  });

  it("answers a glob made to take long in no time", ({ expect }) => {
    expect(matchesGlob(`${"a*".repeat(5_000)}b`, "a".repeat(20_000))).toBe(false);
  });
});
