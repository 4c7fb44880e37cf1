import { describe, it } from "vitest";
import { Regex } from "../../../src/domain/net-rules/regex.ts";

function parse(text: string, isCaseSensitive = true): Regex {
  const parsed = Regex.parse(text, isCaseSensitive);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

const ALIKE = [
  "abc",
  "^https?://([^/]+)/(.*)$",
  "(a|ab)(c|bcd)(d*)",
  "(?:[a-z0-9-]+\\.)*example\\.com",
  "a{2,3}?b",
  "a{0}b",
  "x*",
  "[^a-c]+",
  "[\\d.]+",
  "\\bads\\b",
  "\\Bds",
  "(a)|(b)",
  "\\x61[.]",
  "a.c",
  "",
];
const TEXTS = [
  "https://www.example.com/ads/a.c?abc=1",
  "abcd",
  "aab",
  "aaab",
  "ads",
  "bads ads",
  "b",
  "",
  "a-b.example.com",
  "12.5",
];

describe("an expression", () => {
  it.for(ALIKE)("finds what JavaScript's finds: %s", (text, { expect }) => {
    const [regex, theirs] = [parse(text), new RegExp(text)];
    const found = TEXTS.map((each) => regex.exec(each));
    const expected = TEXTS.map((each) => {
      const match = theirs.exec(each);
      return match ? { index: match.index, groups: Array.from(match, (group) => group ?? "") } : undefined;
    });
    expect(found).toEqual(expected);
  });

  it("has a case of its own where it says so", ({ expect }) => {
    expect(parse("ABC", false).exec("xabc")?.index).toBe(1);
    expect(parse("(?i)a(?-i)B").exec("AB")?.index).toBe(0);
    expect(parse("(?i)a(?-i)B").exec("Ab")).toBeUndefined();
    expect(parse("(?P<name>a)(?<other>b)").exec("ab")?.groups).toEqual(["ab", "a", "b"]);
  });

  it.for(["(", "a)", "*a", "a**", "a{2}{3}", "a{1001}", "(?=a)", "(?<!a)", "(a)\\1", "[z-a]", "[a", "\\h", "\\p{L}"])(
    "is none, or none that is taken: %s",
    (text, { expect }) => {
      expect(Regex.parse(text, true)).toEqual({ ok: false, failure: "syntaxError" });
    },
  );

  it.for(["(?:(?:(?:){1000}){1000}){1000}", "(?:a{1000}){1000}", "[a-z]{1001,}", "a".repeat(9000)])(
    "is not too large: %#",
    (text, { expect }) => {
      expect(Regex.parse(text, true).ok).toBe(false);
    },
  );

  it("takes no longer for what takes others years", ({ expect }) => {
    const text = `${"a".repeat(5000)}!`;
    expect(parse("^(a|a)*(a*)*(a+)+$").exec(text)).toBeUndefined();
    expect(parse("(.*)(.*)(.*)(.*)x").exec(text)).toBeUndefined();
  });
});
