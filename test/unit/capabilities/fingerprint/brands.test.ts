import { describe, it } from "vitest";
import { chromeBrands, rebrand, withFullVersions } from "../../../../src/capabilities/fingerprint/brands.ts";
import type { BrandVersion } from "../../../../src/domain/fingerprint.ts";
import { LINUX_HOST } from "./hosts.ts";

const asHeader = (brands: readonly BrandVersion[]): string =>
  brands.map(({ brand, version }) => `"${brand}";v="${version}"`).join(", ");

/** `Sec-CH-UA` as released versions of Google Chrome sent it. */
const SENT: readonly (readonly [number, string])[] = [
  [120, '"Not_A Brand";v="8", "Chromium";v="120", "Google Chrome";v="120"'],
  [121, '"Not A(Brand";v="99", "Google Chrome";v="121", "Chromium";v="121"'],
  [122, '"Chromium";v="122", "Not(A:Brand";v="24", "Google Chrome";v="122"'],
  [123, '"Google Chrome";v="123", "Not:A-Brand";v="8", "Chromium";v="123"'],
  [124, '"Chromium";v="124", "Google Chrome";v="124", "Not-A.Brand";v="99"'],
  [131, '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"'],
  [147, '"Google Chrome";v="147", "Not.A/Brand";v="8", "Chromium";v="147"'],
];

describe("brands", () => {
  it.for(SENT)("are those of Google Chrome %i", ([major, header], { expect }) => {
    expect(asHeader(chromeBrands(major))).toBe(header);
  });

  it("invent the brand that Chromium 156 invents", ({ expect }) => {
    expect(chromeBrands(156)).toContainEqual(LINUX_HOST.brands[0]);
  });

  it("keep the invented brand and the order of a browser that names its product", ({ expect }) => {
    const found = [
      { brand: "HeadlessChrome", version: "156" },
      { brand: "Of a newer rule", version: "7" },
      { brand: "Chromium", version: "156" },
    ];
    expect(asHeader(rebrand(found, 156))).toBe('"Google Chrome";v="156", "Of a newer rule";v="7", "Chromium";v="156"');
  });

  it("put the product where Chromium would put it, keeping the invented brand", ({ expect }) => {
    const found = [
      { brand: "Of a newer rule", version: "7" },
      { brand: "Chromium", version: "124" },
    ];
    expect(asHeader(rebrand(found, 124))).toBe('"Chromium";v="124", "Google Chrome";v="124", "Of a newer rule";v="7"');
  });

  it("are computed for a browser that shows none", ({ expect }) => {
    expect(rebrand([], 147)).toEqual(chromeBrands(147));
  });

  it("get the full version, and the invented brand one of its own", ({ expect }) => {
    expect(asHeader(withFullVersions(chromeBrands(147), "147.0.7727.138"))).toBe(
      '"Google Chrome";v="147.0.7727.138", "Not.A/Brand";v="8.0.0.0", "Chromium";v="147.0.7727.138"',
    );
  });
});
