import type { CdpConnection, CdpEvent } from "../../cdp/cdp-connection.ts";
import type {
  FetchBroker,
  PausedRequest,
  RequestHandler,
  RequestPattern,
  ResourceType,
  Ruling,
} from "../../cdp/fetch-broker.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetInfo } from "../../cdp/targets.ts";
import type { Overrides } from "./overrides.ts";

/** Documents of windows without an opener, and scripts of service and nested workers (Chromium's type `Other`). */
const TYPES: readonly ResourceType[] = ["Document", "Other"];
const ALL = TYPES.map((resourceType) => ({ resourceType }));
const DOCUMENTS: readonly RequestPattern[] = [{ resourceType: "Document" }];

/** What the network service adds after the pause, from the browser's own values, to a request that has none. */
const ADDED_LATE = ["User-Agent", "Accept-Language"];

export interface RequestHeadersOptions {
  readonly connection: CdpConnection;
  readonly fetches: FetchBroker;
  readonly overrides: Overrides;
}

/**
 * Some requests leave before any target exists that an override could be set on: the first document of a window
 * without an opener, the scripts of service workers and of workers of workers. Their headers are put right on the
 * browser's own level, and only while that is needed, because it delays every request of the browser: not where the
 * browser sends the session's headers by itself, and for a window's sake only until that has its document where all
 * that differs is the hints, which go with documents alone.
 */
export class RequestHeaders implements RequestHandler {
  readonly #options: RequestHeadersOptions;
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #host: Readonly<Record<string, string>>;
  readonly #isAlwaysNeeded: boolean;
  readonly #isNeededByWindows: boolean;
  /** Windows whose first request has not left yet, by target id. */
  readonly #windows = new Set<string>();

  constructor(options: RequestHeadersOptions) {
    const { hostHeaders = {}, ...overrides } = options.overrides;
    this.#options = options;
    this.#wanted = headersOf(overrides);
    this.#host = hostHeaders;
    const differing = [...this.#wanted].filter(([name, value]) => hostHeaders[name] !== value).map(([name]) => name);
    this.#isAlwaysNeeded = ADDED_LATE.some((name) => differing.includes(name.toLowerCase()));
    this.#isNeededByWindows = !this.#isAlwaysNeeded && differing.length > 0;
  }

  /** Answers when no request leaves unseen any more that has to be seen. */
  async start(): Promise<void> {
    const { connection, fetches } = this.#options;
    if (!this.#isAlwaysNeeded && !this.#isNeededByWindows) return;
    if (this.#isNeededByWindows) connection.onEvent((event) => this.#onEvent(event));
    await fetches.use(this);
  }

  /** To be called while a new target stands still; what is sent takes effect before the target is let go. */
  before({ info }: GatedTarget): readonly Promise<unknown>[] {
    if (!this.#isNeededByWindows || !isWindowApart(info)) return [];
    this.#windows.add(info.targetId);
    return [this.#options.fetches.changed()];
  }

  readonly patterns = (): readonly RequestPattern[] => {
    if (this.#isAlwaysNeeded) return ALL;
    return this.#windows.size > 0 ? DOCUMENTS : [];
  };

  readonly rule = ({ request, resourceType }: PausedRequest): Ruling | undefined => {
    if (!TYPES.includes(resourceType)) return undefined;
    const headers = this.#corrected(request.headers);
    return headers && { headers };
  };

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    if (sessionId !== "" || this.#windows.size === 0) return;
    if (method === "Target.targetDestroyed") this.#done((params as { targetId: string }).targetId);
    if (method !== "Target.targetInfoChanged") return;
    const { targetInfo } = params as { targetInfo: TargetInfo };
    // It has an address once it has a document.
    if (targetInfo.url !== "") this.#done(targetInfo.targetId);
  }

  #done(targetId: string): void {
    if (!this.#windows.delete(targetId) || this.#windows.size > 0) return;
    // A browser that is gone has nothing to be switched off.
    this.#options.fetches.changed().catch(() => undefined);
  }

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

  /** A client may have set values of its own: only the browser's are replaced, as far as they are known. */
  #isHosts(name: string, value: string): boolean {
    const own = this.#host[name];
    return own === undefined || own === value;
  }
}

/** A window that its opener cannot reach, before its first document: no override reaches the request for that. */
const isWindowApart = ({ type, url, openerId, canAccessOpener }: TargetInfo): boolean =>
  type === "page" && url === "" && openerId !== undefined && canAccessOpener !== true;

const quoted = (text: string): string => `"${text}"`;

/** The low-entropy headers, which go with every request (User-Agent Client Hints, "Sec-CH-UA"). */
function headersOf({
  userAgent,
  acceptLanguage,
}: Pick<Overrides, "userAgent" | "acceptLanguage">): Map<string, string> {
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
