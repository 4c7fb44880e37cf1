import { Regex } from "./regex.ts";
import { concernsType, type NetRule, type RuleCondition, type RuledRequest } from "./rule.ts";
import { matchesUrlFilter, parseUrlFilter } from "./url-filter.ts";

/** Of an address. What comes after this is not judged: some carry megabytes. */
export const MOST_JUDGED = 8192;

/** A request with what every rule would work out anew. */
export interface PreparedRequest extends RuledRequest {
  readonly lowerUrl: string;
  /** The host's name and those of all domains that it is in, itself first. */
  readonly domains: readonly string[];
  readonly initiatorDomains: readonly string[];
  readonly topDomains: readonly string[];
}

export function prepare(request: RuledRequest): PreparedRequest {
  const url = request.url.slice(0, MOST_JUDGED);
  return {
    ...request,
    url,
    lowerUrl: url.toLowerCase(),
    domains: domainsOf(new URL(request.url).hostname),
    initiatorDomains: domainsOf(request.initiatorHost),
    topDomains: domainsOf(request.topHost),
  };
}

function domainsOf(host: string | undefined): readonly string[] {
  if (host === undefined || host === "") return [];
  const labels = host.replace(/\.$/, "").split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

/** Longer lists are looked up. */
const MOST_SEARCHED = 16;
const lookups = new WeakMap<readonly string[], ReadonlySet<string>>();

function has(list: readonly string[], name: string): boolean {
  if (list.length <= MOST_SEARCHED) return list.includes(name);
  let lookup = lookups.get(list);
  if (lookup === undefined) lookups.set(list, (lookup = new Set(list)));
  return lookup.has(name);
}

/** As Chrome has it, the most specific of the domains that a rule names decides. */
function covers(
  domains: readonly string[],
  included: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): boolean {
  if (included === undefined && excluded === undefined) return true;
  for (const domain of domains) {
    if (excluded && has(excluded, domain)) return false;
    if (included && has(included, domain)) return true;
  }
  return included === undefined;
}

const regexes = new WeakMap<RuleCondition, Regex>();

/** The expression of a rule in which nothing is wrong. */
export function regexOf(condition: RuleCondition): Regex | undefined {
  const known = regexes.get(condition);
  if (known || condition.regexFilter === undefined) return known;
  const parsed = Regex.parse(condition.regexFilter, condition.isUrlFilterCaseSensitive ?? false);
  if (parsed.ok) regexes.set(condition, parsed.value);
  return parsed.ok ? parsed.value : undefined;
}

/** Whether a rule is about a request. Rules are read as they are: of most of them nothing is ever asked. */
export function matchesRule({ action, condition }: NetRule, request: PreparedRequest): boolean {
  if (!concernsType(condition, request.type)) return false;
  if (condition.requestMethods && !condition.requestMethods.includes(request.method)) return false;
  if (condition.excludedRequestMethods?.includes(request.method)) return false;
  if (condition.tabIds && !condition.tabIds.includes(request.tabId)) return false;
  if (condition.excludedTabIds?.includes(request.tabId)) return false;
  // What is secure already is not upgraded.
  if (action.type === "upgradeScheme" && !request.lowerUrl.startsWith("http:")) return false;
  return (
    covers(request.domains, condition.requestDomains, condition.excludedRequestDomains) &&
    covers(request.initiatorDomains, condition.initiatorDomains, condition.excludedInitiatorDomains) &&
    covers(request.topDomains, condition.topDomains, condition.excludedTopDomains) &&
    matchesUrl(condition, request) &&
    (condition.domainType === undefined || request.isThirdParty() === (condition.domainType === "thirdParty"))
  );
}

function matchesUrl(condition: RuleCondition, { url, lowerUrl }: PreparedRequest): boolean {
  const { urlFilter, isUrlFilterCaseSensitive: isExact = false } = condition;
  if (urlFilter !== undefined) return matchesUrlFilter(parseUrlFilter(urlFilter, isExact), isExact ? url : lowerUrl);
  return condition.regexFilter === undefined || regexOf(condition)?.exec(url) !== undefined;
}
