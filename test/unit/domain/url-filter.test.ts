import { describe, it } from "vitest";
import { matchesUrlFilter, parseUrlFilter } from "../../../src/domain/net-rules/url-filter.ts";

/** The examples of Chrome's documentation, and edges measured with Chromium 156. */
const TABLE: readonly (readonly [filter: string, matching: readonly string[], others: readonly string[]])[] = [
  ["abc", ["https://abcd.com/", "https://example.com/abcd"], ["https://ab.com/"]],
  ["abc*d", ["https://abcd.com/", "https://example.com/abcxyzd"], ["https://abc.com/"]],
  ["||a.example.com", ["https://a.example.com/", "https://b.a.example.com/xyz"], ["https://example.com/"]],
  ["|https*", ["https://example.com/"], ["http://example.com/", "http://https.com/"]],
  [
    "example*^123|",
    ["https://example.com/123", "http://abc.com/example?123"],
    ["https://example.com/1234", "https://abc.com/example0123"],
  ],
  ["||example.com^", ["https://example.com/", "https://example.com:8080/"], ["https://example.com.org/"]],
  ["||example.com", ["https://user:word@example.com/"], ["https://notexample.com/", "https://a.org/?u=example.com"]],
  ["ads^", ["https://a.org/ads", "https://a.org/ads/x"], ["https://a.org/ads-x", "https://a.org/ads%41"]],
  ["ads^|", ["https://a.org/ads", "https://a.org/ads/"], ["https://a.org/ads/x"]],
  ["ads^^", ["https://a.org/ads/?"], ["https://a.org/ads"]],
  ["|https://a.org/|", ["https://a.org/"], ["https://a.org/b"]],
  ["a|b", ["https://x.org/a|b"], ["https://x.org/ab"]],
  ["*", ["https://a.org/"], []],
  ["ADS", ["https://a.org/ads", "https://a.org/Ads"], []],
];

describe("a URL filter", () => {
  it.for(TABLE)("%s", ([written, matching, others], { expect }) => {
    const filter = parseUrlFilter(written, false);
    const matched = (url: string): boolean => matchesUrlFilter(filter, url.toLowerCase());
    expect(matching.filter((url) => !matched(url))).toEqual([]);
    expect(others.filter(matched)).toEqual([]);
  });

  it("minds the case when it is told to", ({ expect }) => {
    const filter = parseUrlFilter("Ads", true);
    expect(["https://a.org/Ads", "https://a.org/ads"].map((url) => matchesUrlFilter(filter, url))).toEqual([
      true,
      false,
    ]);
  });
});
