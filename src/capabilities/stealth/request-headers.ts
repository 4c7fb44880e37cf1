import type { FetchBroker, PausedRequest, RequestHandler, ResourceType, Ruling } from "../../cdp/fetch-broker.ts";
import type { Overrides } from "./overrides.ts";

/** Documents of windows without an opener, and scripts of service and nested workers (Chromium's type `Other`). */
const TYPES: readonly ResourceType[] = ["Document", "Other"];
const PATTERNS = TYPES.map((resourceType) => ({ resourceType }));

/** What the network service adds after the pause, from the browser's own values, to a request that has none. */
const ADDED_LATE = ["User-Agent", "Accept-Language"];

/**
 * Some requests leave before any target exists that an override could be set on: the first document of a window
 * without an opener, the scripts of service workers and of workers of workers. Their headers are put right on the
 * browser's own level; all other requests pass as they are.
 */
export class RequestHeaders implements RequestHandler {
  readonly #hostUserAgent: string;
  readonly #wanted: ReadonlyMap<string, string>;

  private constructor(overrides: Overrides, wanted: ReadonlyMap<string, string>) {
    this.#hostUserAgent = overrides.hostUserAgent;
    this.#wanted = wanted;
  }

  /** Answers when no request leaves unseen any more. */
  static async start(fetches: FetchBroker, overrides: Overrides): Promise<void> {
    const wanted = headersOf(overrides);
    if (wanted.size > 0) await fetches.use(new RequestHeaders(overrides, wanted));
  }

  readonly patterns = () => PATTERNS;

  readonly rule = ({ request, resourceType }: PausedRequest): Ruling | undefined => {
    if (!TYPES.includes(resourceType)) return undefined;
    const headers = this.#corrected(request.headers);
    return headers && { headers };
  };

  /** `undefined` for a request that is as it should be, or as its client made it. */
  #corrected(found: Readonly<Record<string, string>>): { name: string; value: string }[] | undefined {
    let changed = false;
    const headers = Object.entries(found).map(([name, value]) => {
      const wanted = this.#wanted.get(name.toLowerCase());
      if (wanted === undefined || wanted === value || !this.#isHosts(name.toLowerCase(), value)) return { name, value };
      changed = true;
      return { name, value: wanted };
    });
    const present = new Set(Object.keys(found).map((name) => name.toLowerCase()));
    for (const name of ADDED_LATE) {
      const wanted = this.#wanted.get(name.toLowerCase());
      if (wanted === undefined || present.has(name.toLowerCase())) continue;
      headers.push({ name, value: wanted });
      changed = true;
    }
    return changed ? headers : undefined;
  }

  /** A client may have set a user agent of its own: only the browser's is replaced. */
  #isHosts(name: string, value: string): boolean {
    return name !== "user-agent" || value === this.#hostUserAgent;
  }
}

const quoted = (text: string): string => `"${text}"`;

/** The low-entropy headers, which go with every request (User-Agent Client Hints, "Sec-CH-UA"). */
function headersOf({ userAgent, acceptLanguage }: Overrides): Map<string, string> {
  const headers = new Map<string, string>();
  if (userAgent !== null) {
    const { metadata } = userAgent;
    const brands = metadata.brands.map(({ brand, version }) => `${quoted(brand)};v=${quoted(version)}`);
    headers.set("user-agent", userAgent.userAgent);
    headers.set("sec-ch-ua", brands.join(", "));
    headers.set("sec-ch-ua-platform", quoted(metadata.platform));
  }
  if (acceptLanguage !== null) headers.set("accept-language", weighted(acceptLanguage.split(",")));
  return headers;
}

/** As `net::HttpUtil::GenerateAcceptLanguageHeader` weighs them: a tenth less each. */
const weighted = (languages: readonly string[]): string =>
  languages.map((each, at) => (at === 0 ? each : `${each};q=${Math.max(0.1, 1 - at / 10).toFixed(1)}`)).join(",");
