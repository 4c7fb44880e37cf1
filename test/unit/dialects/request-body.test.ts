import { describe, it } from "vitest";
import { MAX_JSON_DEPTH, nestsDeeperThan } from "../../../src/dialects/request-body.ts";

describe("the depth of a JSON text", () => {
  it("is bounded exactly", ({ expect }) => {
    const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(nestsDeeperThan(deep(MAX_JSON_DEPTH), MAX_JSON_DEPTH)).toBe(false);
    expect(nestsDeeperThan(deep(MAX_JSON_DEPTH + 1), MAX_JSON_DEPTH)).toBe(true);
  });

  it("counts what is open, not what was opened", ({ expect }) => {
    expect(nestsDeeperThan(`[${"{},[],".repeat(1000)}1]`, 2)).toBe(false);
  });

  it("takes no bracket inside a string for nesting", ({ expect }) => {
    expect(nestsDeeperThan(JSON.stringify({ a: `"\\[[[{{{`, b: "\\" }), 1)).toBe(false);
    expect(nestsDeeperThan(String.raw`{"a":"\\","b":[[1]]}`, 2)).toBe(true);
  });
});
