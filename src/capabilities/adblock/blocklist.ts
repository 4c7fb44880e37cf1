import type { FiltersEngine, Request } from "@ghostery/adblocker";
import type { ResourceType } from "../../cdp/fetch-broker.ts";

/** A request as filter lists judge it. */
export interface JudgedRequest {
  readonly url: string;
  /** Of the document that asks; empty when it is not known. */
  readonly sourceUrl: string;
  readonly type: ResourceType | "SubFrame";
}

/** What a document has that rules for any site can be about. */
export interface PageFeatures {
  readonly classes: readonly string[];
  readonly ids: readonly string[];
  readonly hrefs: readonly string[];
}

/** Filter lists, compiled. */
export interface Blocklist {
  blocks(request: JudgedRequest): boolean;
  /** CSS that hides what the document at `url` is not to show, whatever is in it; empty for none. */
  cssFor(url: string): string;
  /** The same for what has turned up in it. */
  cssForFeatures(url: string, features: PageFeatures): string;
}

const NO_FEATURES: PageFeatures = { classes: [], ids: [], hrefs: [] };

/**
 * Reads a compiled list, as `scripts/local/blocklists.ts` makes it.
 *
 * @throws when it was compiled by another version of the library.
 */
export async function readBlocklist(compiled: Uint8Array): Promise<Blocklist> {
  // Sessions that block nothing never load it.
  const { FiltersEngine, Request } = await import("@ghostery/adblocker");
  const engine = FiltersEngine.deserialize(compiled);
  return {
    blocks: ({ url, sourceUrl, type }) => {
      const request = Request.fromRawDetails({ url, sourceUrl, type: WORDS[type] });
      return engine.match(request).match;
    },
    cssFor: (url) => css(engine, Request.fromRawDetails({ url }), { features: NO_FEATURES, isWhole: true }),
    cssForFeatures: (url, features) => css(engine, Request.fromRawDetails({ url }), { features, isWhole: false }),
  };
}

/** The library's words for what a request is for. */
const WORDS = {
  CSPViolationReport: "cspviolationreport",
  Document: "document",
  EventSource: "eventsource",
  FedCM: "fedcm",
  Fetch: "fetch",
  Font: "font",
  Image: "image",
  Manifest: "manifest",
  Media: "media",
  Other: "other",
  Ping: "ping",
  Prefetch: "prefetch",
  Preflight: "preflight",
  Script: "script",
  SignedExchange: "signedexchange",
  Stylesheet: "stylesheet",
  SubFrame: "sub_frame",
  TextTrack: "texttrack",
  WebSocket: "websocket",
  XHR: "xhr",
} as const;

interface Wanted {
  readonly features: PageFeatures;
  /** Rules for the site as a whole, too. */
  readonly isWhole: boolean;
}

function css(engine: FiltersEngine, { url, hostname, domain }: Request, { features, isWhole }: Wanted): string {
  const { styles } = engine.getCosmeticsFilters({
    url,
    hostname,
    domain,
    classes: [...features.classes],
    ids: [...features.ids],
    hrefs: [...features.hrefs],
    getBaseRules: isWhole,
    getRulesFromHostname: isWhole,
    getRulesFromDOM: !isWhole,
    // Rules that need a script in the page, which the page could see.
    getInjectionRules: false,
    getExtendedRules: false,
  });
  return styles;
}
