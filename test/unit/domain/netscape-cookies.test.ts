import { describe, it } from "vitest";
import { parseNetscape, toNetscape } from "../../../src/domain/netscape-cookies.ts";

const COOKIES = [
  { name: "a", value: "1", domain: ".shop.test", path: "/", expires: 1_900_000_000, httpOnly: true, secure: true },
  { name: "b", value: "", domain: "shop.test", path: "/deep", expires: -1, httpOnly: false, secure: false },
];
const TEXT = [
  "# Netscape HTTP Cookie File",
  "",
  "#HttpOnly_.shop.test\tTRUE\t/\tTRUE\t1900000000\ta\t1",
  "shop.test\tFALSE\t/deep\tFALSE\t0\tb\t",
  "",
].join("\n");

describe("cookies.txt", () => {
  it("is written as curl writes it, and read again", ({ expect }) => {
    expect(toNetscape(COOKIES)).toBe(TEXT);
    expect(parseNetscape(TEXT)).toEqual({ ok: true, value: COOKIES });
  });

  it("is read with comments, other line ends, and without the tab of an empty value", ({ expect }) => {
    const text = "# a comment\r\n\r\nshop.test\tTRUE\t/\tFALSE\t0\tb\r\n";
    expect(parseNetscape(text)).toMatchObject({ ok: true, value: [{ domain: ".shop.test", name: "b", value: "" }] });
  });

  it.for([
    ["shop.test\tTRUE\t/\tFALSE\t0", "line 1"],
    ["# fine\nshop.test\tyes\t/\tFALSE\t0\ta\tb", "line 2"],
    ["shop.test\tTRUE\tdeep\tFALSE\t0\ta\tb", "line 1"],
    ["shop.test\tTRUE\t/\tFALSE\tsoon\ta\tb", "line 1"],
    ["shop.test TRUE / FALSE 0 a b", "line 1"],
    ["shop.test\tTRUE\t/\tFALSE\t0\ta\tb\tc", "line 1"],
  ] as const)("%j is refused with the line's number", ([text, line], { expect }) => {
    expect(parseNetscape(text)).toMatchObject({ ok: false, failure: expect.stringContaining(line) });
  });
});
