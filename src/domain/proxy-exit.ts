/** Where traffic leaves for the internet, as the far side sees it. What is not known is `null`. */
export interface ProxyExit {
  readonly ip: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  /** Name of the first-level division, such as `California`. */
  readonly region: string | null;
  readonly city: string | null;
  /** IANA name. */
  readonly timezone: string | null;
  /** Degrees. */
  readonly latitude: number | null;
  /** Degrees. */
  readonly longitude: number | null;
}

/** Why a session has no proxy to go through; the word is part of the API. */
export const EGRESS_PROBLEMS = ["proxy_unreachable", "proxy_auth_failed", "proxy_country_mismatch"] as const;
export type EgressProblem = (typeof EGRESS_PROBLEMS)[number];

/** What a proxy showed when it was tried. Holds no credential. */
export type ExitReport =
  | { readonly works: true; readonly exit: ProxyExit; readonly latencyMs: number }
  | { readonly works: false; readonly problem: EgressProblem; readonly reason: string; readonly latencyMs: number };

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const degrees = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

const isZone = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

/** Reads the answer of an exit check, which passed through a proxy that may have changed it. */
export function parseProxyExit(json: string): ProxyExit | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null) return undefined;
  const said = answer as Readonly<Record<string, unknown>>;
  const ip = text(said["ip"]);
  if (ip === null) return undefined;
  const timezone = text(said["timezone"]);
  const country = text(said["country"]);
  return {
    ip,
    country: country !== null && /^[A-Z]{2}$/.test(country) ? country : null,
    region: text(said["region"]),
    city: text(said["city"]),
    timezone: timezone !== null && isZone(timezone) ? timezone : null,
    latitude: degrees(said["latitude"]),
    longitude: degrees(said["longitude"]),
  };
}

/**
 * The language that most people of a country read, as Chrome would be set to: from CLDR's likely subtags.
 *
 * @param country ISO 3166-1 alpha-2.
 */
export function localeOf(country: string): string {
  const { language } = new Intl.Locale(`und-${country}`).maximize();
  return `${language}-${country}`;
}
