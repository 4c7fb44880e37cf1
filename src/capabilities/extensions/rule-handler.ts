import type {
  HeaderEntry,
  PausedRequest,
  PausedResponse,
  RequestHandler,
  RequestPattern,
  ResourceType,
  Revision,
  Ruling,
} from "../../cdp/fetch-broker.ts";
import { changedHeaders, type OwnedChange } from "../../domain/net-rules/changed-headers.ts";
import type { RuleIndex } from "../../domain/net-rules/rule-index.ts";
import { concernsType, type NetRule, type RuleResourceType } from "../../domain/net-rules/rule.ts";
import type { DeclarativeRules, JudgedRequest } from "./declarative-rules.ts";
import { type JudgeableOptions, RULE_TYPES, toJudged } from "./judged-request.ts";

export interface RuleHandlerOptions extends JudgeableOptions {
  /** Of all extensions, in the order in which they were asked for: the last is the one installed last. */
  readonly extensions: readonly DeclarativeRules[];
}

/** Headers that the browser reads before an answer is paused, and heeds as it read them. */
const READ_EARLY = /^(?:content-security-policy|cross-origin-|x-frame-options|origin-agent-cluster)/i;
const BLOCKED: Ruling = { fails: "BlockedByClient" };

/** Does to requests what the rules of extensions say. */
export class RuleHandler implements RequestHandler {
  readonly #options: RuleHandlerOptions;

  constructor(options: RuleHandlerOptions) {
    this.#options = options;
  }

  readonly patterns = (): readonly RequestPattern[] => {
    const indexes = this.#options.extensions.flatMap((each) => each.indexes);
    return [
      ...patternsOf("Request", indexes, ({ action: { type, requestHeaders } }) =>
        type === "modifyHeaders" ? requestHeaders !== undefined : !type.startsWith("allow"),
      ),
      ...patternsOf("Response", indexes, ({ action: { responseHeaders } }) => responseHeaders !== undefined),
    ];
  };

  readonly rule = (paused: PausedRequest): Ruling | undefined => {
    const judged = toJudged(paused, this.#options);
    if (judged === undefined) return undefined;
    const wanted = this.#wantedOf(judged);
    if (wanted.isBlocked) return BLOCKED;
    // A preflight asks for what it asks for; what it is for has been sent elsewhere already.
    if (wanted.url !== undefined && paused.resourceType !== "Preflight") return redirection(paused, wanted.url);
    const headers = Object.entries(paused.request.headers).map(([name, value]) => ({ name, value }));
    const changed = changedHeaders(headers, wanted.changesOf("requestHeaders"), true);
    return changed && { headers: changed };
  };

  readonly revise = (response: PausedResponse): Revision | undefined => {
    const judged = toJudged(response, this.#options);
    if (judged === undefined) return undefined;
    const changes = this.#wantedOf(judged).changesOf("responseHeaders");
    const headers = changedHeaders(response.responseHeaders, changes, false);
    if (headers === undefined) return undefined;
    const isAnew = response.resourceType === "Document" && changes.some(({ header }) => READ_EARLY.test(header));
    return { headers, isAnew };
  };

  /** Who blocks has their way; then who was installed last. */
  #wantedOf(judged: JudgedRequest): Wanted {
    const verdicts = this.#options.extensions.map(({ id, judge }) => ({ id, verdict: judge(judged) })).toReversed();
    const isBlocked = verdicts.some(({ verdict: { type } }) => type === "block");
    const redirected = verdicts.find(({ verdict: { type } }) => type === "redirect")?.verdict;
    const changesOf = (key: "requestHeaders" | "responseHeaders"): readonly OwnedChange[] =>
      verdicts.flatMap(({ id, verdict }) => {
        const rules = verdict.type === "pass" ? verdict.changes : [];
        return rules.flatMap(({ action }) => (action[key] ?? []).map((change) => ({ ...change, owner: id })));
      });
    return { isBlocked, url: redirected?.type === "redirect" ? redirected.url : undefined, changesOf };
  }
}

/** What all extensions together want of a request. */
interface Wanted {
  readonly isBlocked: boolean;
  readonly url: string | undefined;
  readonly changesOf: (key: "requestHeaders" | "responseHeaders") => readonly OwnedChange[];
}

/** As Chrome has it, a redirect by an extension passes every page's CORS. */
function redirection({ request: { headers } }: PausedRequest, url: string): Ruling {
  const origin = Object.entries(headers).find(([name]) => name.toLowerCase() === "origin")?.[1];
  const allowing: readonly HeaderEntry[] =
    origin === undefined
      ? []
      : [
          { name: "Access-Control-Allow-Origin", value: origin },
          { name: "Access-Control-Allow-Credentials", value: "true" },
        ];
  return { answer: { status: 307, headers: [{ name: "Location", value: url }, ...allowing] } };
}

/** Chromium knows no pattern for these alone: they are seen only where everything is. */
const UNNAMEABLE: ReadonlySet<ResourceType> = new Set<ResourceType>([
  "FedCM",
  "Manifest",
  "Prefetch",
  "Preflight",
  "SignedExchange",
  "TextTrack",
  "WebSocket",
]);
const CDP_TYPES = (Object.entries(RULE_TYPES) as readonly [ResourceType, readonly RuleResourceType[]][]).filter(
  ([type]) => !UNNAMEABLE.has(type),
);

/** Every request that is paused takes its time: only what a rule may be about is. */
function patternsOf(
  requestStage: "Request" | "Response",
  indexes: readonly RuleIndex[],
  counts: (rule: NetRule) => boolean,
): readonly RequestPattern[] {
  const rules = indexes.flatMap((index) => index.rules).filter(counts);
  const isWanted = (type: RuleResourceType): boolean => rules.some(({ condition }) => concernsType(condition, type));
  const types = CDP_TYPES.filter(([, ruleTypes]) => ruleTypes.some(isWanted)).map(([type]) => type);
  const isAll = types.length === CDP_TYPES.length || (isWanted("xmlhttprequest") && rules.some(decidesPreflights));
  return isAll ? [{ requestStage }] : types.map((resourceType) => ({ resourceType, requestStage }));
}

/** Whether a rule is about what servers answer to preflights, which are seen only with everything. */
const decidesPreflights = ({ action: { responseHeaders = [] } }: NetRule): boolean =>
  responseHeaders.some(({ header }) => /^access-control-/i.test(header));
