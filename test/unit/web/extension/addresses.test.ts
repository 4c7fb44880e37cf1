import { describe, expect, it } from "vitest";
import type { ContentGroup } from "../../../../src/domain/extension-link.ts";
import { isMatched, matchesAnyGlob, type MatchedDocument } from "../../../../src/web/extension/addresses.ts";

const groupOf = (group: Partial<ContentGroup>): ContentGroup => ({
  matches: ["*://*.site.test/*"],
  excludeMatches: [],
  includeGlobs: undefined,
  excludeGlobs: [],
  allFrames: false,
  matchesBlank: false,
  matchesByOrigin: false,
  runAt: "document_idle",
  css: [],
  ...group,
});

const at = (url: string, rest: Partial<MatchedDocument> = {}): MatchedDocument => ({
  url,
  madeBy: undefined,
  isMainFrame: true,
  ...rest,
});

const FRAME = { isMainFrame: false, madeBy: "https://www.site.test/around" };

describe("content scripts are for documents", () => {
  it.for<[string, Partial<ContentGroup>, MatchedDocument, boolean]>([
    ["that match", {}, at("https://www.site.test/a"), true],
    ["and no others", {}, at("https://other.test/a"), false],
    ["but for excluded ones", { excludeMatches: ["*://*/a*"] }, at("https://www.site.test/a"), false],
    ["in frames, if they ask for that", { allFrames: true }, at("https://www.site.test/a", FRAME), true],
    ["in frames only then", {}, at("https://www.site.test/a", FRAME), false],
    ["of some globs", { includeGlobs: ["*/a?c*"] }, at("https://www.site.test/abc"), true],
    ["and no other globs", { includeGlobs: ["*/a?c*"] }, at("https://www.site.test/ac"), false],
    ["but for excluded globs", { excludeGlobs: ["*abc"] }, at("https://www.site.test/abc"), false],
    ["but for blank ones", { allFrames: true }, at("about:blank", FRAME), false],
    [
      "blank ones of such, if they ask for that",
      { allFrames: true, matchesBlank: true },
      at("about:srcdoc", FRAME),
      true,
    ],
    ["made by such, in whichever way", { allFrames: true, matchesByOrigin: true }, at("blob:https://x/1", FRAME), true],
    ["made by such, but not as data", { allFrames: true, matchesBlank: true }, at("data:text/html,", FRAME), false],
    ["that are nobody's", { matchesBlank: true, matchesByOrigin: true }, at("about:blank"), false],
    ["but for extensions' own", { matches: ["<all_urls>"] }, at(`https://${"a".repeat(32)}.extension.invalid/`), false],
  ])("%s", ([, group, document, expected]) => {
    expect(isMatched(groupOf(group), document)).toBe(expected);
  });
});

describe("a glob", () => {
  it.for([
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a*c", "abbc", true],
    ["a*c", "abbcd", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["*a*b*c", "xxaxxbxxbc", true],
    ["*.js?*", "http://a/b.js?c=1", true],
    ["**", "anything", true],
  ] as const)("%j says %j: %s", ([glob, text, expected]) => {
    expect(matchesAnyGlob([glob], text)).toBe(expected);
  });

  it("of a stranger's takes no longer than its length and the text's allow", () => {
    expect(matchesAnyGlob([`${"*a".repeat(2000)}b`], "a".repeat(4000))).toBe(false);
  });
});
