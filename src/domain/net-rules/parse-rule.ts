import type { JsonObject } from "../json-shapes.ts";
import { fail, type Result, succeed } from "../result.ts";
import { actionProblem } from "./action-problem.ts";
import { Regex } from "./regex.ts";
import { type NetRule, RESOURCE_TYPES, type RuleCondition } from "./rule.ts";
import { SHAPES, shapeProblem } from "./rule-shape.ts";

/** A rule as it is written, once its shape is known to be right. */
export interface WrittenRule extends Omit<NetRule, "priority" | "condition"> {
  readonly priority?: number;
  readonly condition: RuleCondition & {
    readonly domains?: readonly string[];
    readonly excludedDomains?: readonly string[];
    readonly responseHeaders?: readonly JsonObject[];
    readonly excludedResponseHeaders?: readonly JsonObject[];
  };
}

export interface RuleOptions {
  /** Rules for one session of the browser may be about tabs. */
  readonly isForSession?: boolean;
}

/** The document of Chrome's that says what expressions may be. */
const REGEX_RULES = "https://developer.chrome.com/docs/extensions/reference/api/declarativeNetRequest#regex-rules";
const HIGHEST = 2 ** 31 - 1;

const DOMAIN_LISTS = [
  ["initiatorDomains", "domains"],
  ["excludedInitiatorDomains", "excludedDomains"],
  ["requestDomains"],
  ["excludedRequestDomains"],
  ["topDomains"],
  ["excludedTopDomains"],
] as const;

/** Reads a rule of a ruleset in a package. */
export function parseRule(rule: unknown): Result<NetRule, string> {
  const problem = shapeProblem(rule, SHAPES.rule);
  // What has the right shape has the right type.
  return problem === undefined ? checkRule(rule as WrittenRule) : fail(problem);
}

/** @returns what the rule says, or what is wrong with it in Chrome's words. */
export function checkRule(written: WrittenRule, { isForSession = false }: RuleOptions = {}): Result<NetRule, string> {
  const rule = withoutNulls(written);
  const problem =
    numberProblem(rule) ??
    listProblem(rule.condition) ??
    filterProblem(rule.condition) ??
    (isForSession ? undefined : tabProblem(rule.condition)) ??
    actionProblem(rule);
  if (problem !== undefined) return fail(`Rule with id ${rule.id} ${problem}`);
  const { id, priority = 1, action } = rule;
  return succeed({ id, priority, action, condition: normalised(rule.condition) });
}

/** To Chrome, a key that is null is not there. */
function withoutNulls(rule: WrittenRule): WrittenRule {
  const text = JSON.stringify(rule);
  if (!text.includes(":null")) return rule;
  return JSON.parse(text, (_, value: unknown) => value ?? undefined) as WrittenRule;
}

function numberProblem({ id, priority = 1 }: WrittenRule): string | undefined {
  const wrong = [
    ["id", id],
    ["priority", priority],
  ].find(([, value]) => Number(value) < 1 || Number(value) > HIGHEST);
  return wrong && `has an invalid value for ${wrong[0]} key. This should be greater than or equal to 1.`;
}

function listProblem(condition: WrittenRule["condition"]): string | undefined {
  const { resourceTypes: types, excludedResourceTypes: noTypes, requestMethods: methods } = condition;
  if (noTypes && types?.some((each) => noTypes.includes(each))) return "includes and excludes the same resource.";
  if (!types && noTypes && RESOURCE_TYPES.every((type) => noTypes.includes(type))) {
    return "is not applicable to any resource type.";
  }
  if (methods?.some((each) => condition.excludedRequestMethods?.includes(each))) {
    return "includes and excludes the same request method.";
  }
  if (condition.tabIds?.some((each) => condition.excludedTabIds?.includes(each))) {
    return "includes and excludes the same tab ID.";
  }
  for (const key of ["resourceTypes", "requestMethods", "tabIds"] as const) {
    if (condition[key]?.length === 0) return emptyList(key);
  }
  for (const [key, old] of DOMAIN_LISTS) {
    const list = condition[key];
    if (old && list && condition[old]) return `cannot use deprecated field "${old}". Use "${key}" instead.`;
    if (list?.length === 0 && !key.startsWith("excluded")) return emptyList(key);
    if (list?.some((domain) => !isAscii(domain))) return nonAscii(key);
  }
  // The broker's handlers have no say in whether an answer that has come is taken.
  const key = (["responseHeaders", "excludedResponseHeaders"] as const).find((name) => condition[name] !== undefined);
  return key && `specifies a value for "${key}" key, which is not supported here.`;
}

function filterProblem({
  urlFilter,
  regexFilter,
  isUrlFilterCaseSensitive = false,
}: RuleCondition): string | undefined {
  if (urlFilter !== undefined && regexFilter !== undefined) {
    return 'can only specify one of "urlFilter" or "regexFilter" keys.';
  }
  const [key, filter] = urlFilter === undefined ? ["regexFilter", regexFilter] : ["urlFilter", urlFilter];
  if (filter === "") return `cannot have an empty value for ${key} key.`;
  if (filter !== undefined && !isAscii(filter)) return nonAscii(key);
  if (urlFilter?.startsWith("||*")) return incorrect(key);
  if (regexFilter === undefined) return undefined;
  const regex = Regex.parse(regexFilter, isUrlFilterCaseSensitive);
  if (regex.ok) return undefined;
  if (regex.failure === "syntaxError") return incorrect(key);
  return `was skipped as the "${key}" value exceeded the 2KB memory limit when compiled. Learn more: ${REGEX_RULES}`;
}

const tabProblem = ({ tabIds, excludedTabIds }: RuleCondition): string | undefined =>
  (tabIds ?? excludedTabIds) === undefined
    ? undefined
    : 'specifies a value for "tabIds" or "excludedTabIds" key. These are only supported for session-scoped rules.';

// oxlint-disable-next-line no-control-regex -- ASCII is what it looks for
const isAscii = (text: string): boolean => /^[\u0000-\u007f]*$/.test(text);
const emptyList = (key: string): string => `cannot have an empty list as the value for ${key} key.`;
const nonAscii = (key: string): string => `cannot have non-ascii characters as part of "${key}" key.`;
const incorrect = (key: string): string => `specifies an incorrect value for the "${key}" key.`;

/** Names of hosts in small letters, under the names that keys have today. */
function normalised(condition: WrittenRule["condition"]): RuleCondition {
  const lists = DOMAIN_LISTS.filter(([key, old]) => condition[key] ?? (old && condition[old]));
  if (lists.length === 0) return condition;
  const { domains: _, excludedDomains: __, ...rest } = condition;
  const named = lists.flatMap(([key, old]) => {
    const list = condition[key] ?? (old && condition[old]) ?? [];
    return list.length > 0 ? [[key, list.map((domain) => domain.toLowerCase())]] : [];
  });
  return { ...rest, ...(Object.fromEntries(named) as RuleCondition) };
}

/** How many of the rules count towards the limit for expressions. */
export const countRegexes = (rules: readonly NetRule[]): number =>
  rules.filter(({ condition }) => condition.regexFilter !== undefined).length;
