import { describe, it } from "vitest";
import { COUNTRIES } from "../../../../src/dialects/anchor/countries.ts";

describe("the published countries", () => {
  it.for([
    ["anchor_residential", 178, "af", "zw"],
    ["anchor_mobile", 147, "af", "zw"],
    ["anchor_gov", 145, "af", "ye"],
    ["anchor_proxy", 145, "af", "ye"],
  ] as const)("of %s are %d different ones, from %s to %s", ([type, count, first, last], { expect }) => {
    const codes: readonly string[] = COUNTRIES[type];
    expect(new Set(codes).size).toBe(count);
    expect(codes).toHaveLength(count);
    expect([codes[0], codes.at(-1)]).toEqual([first, last]);
    expect(codes.every((code) => /^[a-z]{2}$/.test(code))).toBe(true);
    expect(codes).toContain("us");
  });

  it("have Great Britain in two lists of four, and one list twice", ({ expect }) => {
    const withBritain = Object.entries(COUNTRIES).filter(([, codes]) => codes.includes("gb"));
    expect(withBritain.map(([type]) => type)).toEqual(["anchor_residential", "anchor_mobile"]);
    expect(COUNTRIES.anchor_gov).toEqual(COUNTRIES.anchor_proxy);
  });
});
