import type { Fingerprint } from "./api.ts";
import type { ContextKind } from "./coverage-scripts.ts";
import { HEADERS, type Sighting } from "./coverage-site.ts";

/** A value of a context that is not the session's. */
interface Leak {
  readonly kind: ContextKind;
  readonly field: string;
  readonly value: unknown;
  readonly expected: unknown;
}

/** `userAgentData.platform` by `navigator.platform`. */
const HINTED_PLATFORMS: Readonly<Record<string, string>> = {
  "Linux x86_64": "Linux",
  MacIntel: "macOS",
  Win32: "Windows",
};

/** Fields that the session's description does not name: the first page's are every context's. */
const LIKE_THE_FIRST_PAGE = ["brands", "mobile", "languages", "cores", "screen"];

/** What every context of a session must say, by field. */
export type Expected = Readonly<Record<string, unknown>>;

/** From what the API says about a session, and for the rest from its first page. */
export function expectationOf(fingerprint: Fingerprint, sightings: readonly Sighting[]): Expected {
  const { userAgent, platform, locale, timezone } = fingerprint;
  const hintedPlatform = HINTED_PLATFORMS[platform];
  const first = sightings.find(({ kind, source }) => kind === "page" && source === "report")?.values ?? {};
  return {
    ...Object.fromEntries(LIKE_THE_FIRST_PAGE.map((field) => [field, first[field]])),
    userAgent,
    appVersion: userAgent.replace("Mozilla/", ""),
    platform,
    hintedPlatform,
    language: locale,
    locale,
    timezone,
    webdriver: false,
    "user-agent": userAgent,
    "accept-language": weighted(String(first["languages"])),
    "sec-ch-ua": quoted(String(first["brands"])),
    "sec-ch-ua-mobile": first["mobile"] === true ? "?1" : "?0",
    "sec-ch-ua-platform": `"${hintedPlatform}"`,
  };
}

/** Languages in the order of preference, as Chromium weighs them in its header. */
const weighted = (languages: string): string =>
  languages
    .split(",")
    .map((language, at) => (at === 0 ? language : `${language};q=${(1 - at / 10).toFixed(1)}`))
    .join(",");

/** "Brand 1, Other Brand 2" as the header has it. */
const quoted = (brands: string): string =>
  brands
    .split(", ")
    .map((brand) => brand.replace(/^(.*) (\S+)$/, '"$1";v="$2"'))
    .join(", ");

/** A worker has neither a screen nor a word about automation, and Chromium sends none of its requests with hints. */
const NOT_IN_WORKERS = new Set(["screen", "webdriver", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"]);

/** Every value that is not as expected, or that names a headless browser even where that is expected. */
export function findLeaks(sightings: readonly Sighting[], expected: Expected): Leak[] {
  return sightings.flatMap(({ kind, source, values }) => {
    const own = Object.keys(expected).filter((field) => HEADERS.has(field) === (source !== "report"));
    return own.flatMap((field): Leak[] => {
      const wanted = kind.startsWith("worker") && NOT_IN_WORKERS.has(field) ? undefined : expected[field];
      const value = values[field];
      if (value === wanted && !/headless/i.test(String(value))) return [];
      return [{ kind, field: source === "report" ? field : `${field} of the ${source}`, value, expected: wanted }];
    });
  });
}

/** A line for each kind of context and field: how often, of how many visits, and what it said instead. */
export function renderLeaks(leaks: readonly Leak[]): string {
  const groups = Map.groupBy(leaks, ({ kind, field }) => `${kind.padEnd(28)} ${field}`);
  return [...groups]
    .map(([name, group]) => {
      const values = new Set(group.map(({ value }) => JSON.stringify(value) ?? "nothing"));
      return `${name.padEnd(64)} ${group.length} × ${[...values].join(" or ")}, not ${JSON.stringify(group[0]?.expected)}`;
    })
    .toSorted()
    .join("\n");
}
