import type {
  HeaderEntry,
  PausedRequest,
  PausedResponse,
  RequestHandler,
  Revision,
  Ruling,
} from "../../cdp/fetch-broker.ts";
import type { FrameTree } from "../../cdp/frame-tree.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";

const PATTERNS = [{ requestStage: "Request" as const }, { requestStage: "Response" as const }];

/** Headers by which a server keeps its answers from other origins' pages. */
const ISOLATING: ReadonlySet<string> = new Set([
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "x-frame-options",
]);
const ANCESTORS = /(^|;)\s*frame-ancestors\b/i;
/** Fetch Standard, "CORS protocol". */
const CORS = /^access-control-/;
/** How long a browser keeps a preflight's answer: as long as Chromium does at most, in seconds. */
const PREFLIGHT_AGE = "7200";

/** Header names are the browser's, in its own letters. */
function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
}

/**
 * Has every server allow every origin: preflights are answered here, answers get the headers that CORS asks for, and
 * lose those that keep them out of frames.
 */
export class CrossOriginAccess implements RequestHandler {
  readonly #frames: Pick<FrameTree, "find">;

  constructor(frames: Pick<FrameTree, "find">) {
    this.#frames = frames;
  }

  readonly patterns = () => PATTERNS;

  readonly rule = (paused: PausedRequest): Ruling | undefined => {
    const { method, headers } = paused.request;
    const asked = header(headers, "access-control-request-method");
    if (method !== "OPTIONS" || asked === undefined) return undefined;
    const names = header(headers, "access-control-request-headers");
    const answer = [
      ...this.#allowing(paused),
      { name: "Access-Control-Allow-Methods", value: asked },
      ...(names === undefined ? [] : [{ name: "Access-Control-Allow-Headers", value: names }]),
      { name: "Access-Control-Max-Age", value: PREFLIGHT_AGE },
    ];
    return { answer: { status: 204, headers: answer } };
  };

  readonly revise = (response: PausedResponse): Revision => {
    const kept = response.responseHeaders.filter(({ name }) => {
      const lower = name.toLowerCase();
      return !ISOLATING.has(lower) && !CORS.test(lower);
    });
    const exposed = [...new Set(kept.map(({ name }) => name))].join(", ");
    const headers = [
      ...kept.map(withoutAncestors),
      ...this.#allowing(response),
      { name: "Access-Control-Expose-Headers", value: exposed },
    ];
    const isKeptOut = response.responseHeaders.some(keepsOut);
    return { headers, isAnew: response.resourceType === "Document" && isKeptOut };
  };

  #allowing({ request: { headers }, frameId }: PausedRequest): readonly HeaderEntry[] {
    const from = header(headers, "origin") ?? originOf(header(headers, "referer") ?? this.#frames.find(frameId)?.url);
    return [
      { name: "Access-Control-Allow-Origin", value: from },
      { name: "Access-Control-Allow-Credentials", value: "true" },
    ];
  }
}

const originOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : "null";

/** Whether a header decides where its document may be shown. */
const keepsOut = ({ name, value }: HeaderEntry): boolean =>
  ISOLATING.has(name.toLowerCase()) || (name.toLowerCase() === "content-security-policy" && ANCESTORS.test(value));

/** Which pages may frame the document is the only directive that concerns others than itself. */
function withoutAncestors({ name, value }: HeaderEntry): HeaderEntry {
  if (name.toLowerCase() !== "content-security-policy") return { name, value };
  const directives = value.split(";").filter((directive) => !ANCESTORS.test(directive));
  return { name, value: directives.join(";") };
}

/** Documents run without the policies that their servers set for their content. */
export class BypassedPolicies implements TargetObserver {
  readonly readsNetwork = false;

  setUp({ info, send }: GatedTarget): readonly Promise<unknown>[] {
    if (info.type !== "page" && info.type !== "iframe") return [];
    return [send("Page.enable", undefined), send("Page.setBypassCSP", { enabled: true })];
  }

  handle(): void {
    // Nothing is told of it.
  }

  gone(): void {
    // Nothing is left of it.
  }
}
