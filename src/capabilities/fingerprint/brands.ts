import type { BrandVersion } from "../../domain/fingerprint.ts";

// The brand list as Chromium makes it: GenerateBrandVersionList, GetGreasedUserAgentBrandVersion, GetRandomOrder and
// ShuffleBrandList in components/embedder_support/user_agent_utils.cc. The seed of each is the major version.

const GREASE_CHARACTERS = [" ", "(", ":", "-", ".", "/", ")", ";", "=", "?", "_"] as const;
const GREASE_VERSIONS = ["8", "99", "24"] as const;
/** Row by `major % 6`: at which place the invented brand, Chromium and the product's own brand end up. */
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

const ENGINE_BRAND = "Chromium";
const PRODUCT_BRAND = "Google Chrome";
/** What headless Chrome calls itself in the place of its product's brand. */
const HEADLESS_BRAND = "HeadlessChrome";

/** The invented brand that keeps sites from relying on the list; `version` is its major. */
export function greaseBrand(major: number): BrandVersion {
  const character = (seed: number) => GREASE_CHARACTERS[seed % GREASE_CHARACTERS.length] ?? "";
  const brand = `Not${character(major)}A${character(major + 1)}Brand`;
  return { brand, version: GREASE_VERSIONS[major % GREASE_VERSIONS.length] ?? "" };
}

/** `navigator.userAgentData.brands` of Google Chrome. */
export function chromeBrands(major: number, grease = greaseBrand(major)): readonly BrandVersion[] {
  const version = String(major);
  return inOrder(major, [grease, { brand: ENGINE_BRAND, version }, { brand: PRODUCT_BRAND, version }]);
}

/** The same list with full versions, from the one with majors. */
export function withFullVersions(brands: readonly BrandVersion[], fullVersion: string): readonly BrandVersion[] {
  return brands.map(({ brand, version }) => ({
    brand,
    version: brand === ENGINE_BRAND || brand === PRODUCT_BRAND ? fullVersion : `${version}.0.0.0`,
  }));
}

/**
 * The brands of a browser of this major under the name of Google Chrome. The invented brand is the browser's own,
 * because a build may know a newer rule; so is the order, where the browser names a product at all.
 */
export function rebrand(found: readonly BrandVersion[], major: number): readonly BrandVersion[] {
  const version = String(major);
  const isKnown = ({ brand }: BrandVersion) => [ENGINE_BRAND, PRODUCT_BRAND, HEADLESS_BRAND].includes(brand);
  if (found.filter(isKnown).length === 2 && found.length === ORDERS[0].length) {
    return found.map((entry) => (entry.brand === HEADLESS_BRAND ? { brand: PRODUCT_BRAND, version } : entry));
  }
  return chromeBrands(
    major,
    found.find((entry) => !isKnown(entry)),
  );
}

function inOrder(major: number, brands: readonly BrandVersion[]): readonly BrandVersion[] {
  const order: readonly number[] = ORDERS[major % ORDERS.length] ?? ORDERS[0];
  return brands
    .map((entry, index) => ({ entry, place: order[index] ?? index }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}
