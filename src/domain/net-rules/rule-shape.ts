import { isList, isObject, type JsonObject } from "../json-shapes.ts";
import { ACTION_TYPES, HEADER_OPERATIONS, REQUEST_METHODS, RESOURCE_TYPES } from "./rule.ts";

/** What a value has to be: a type by its name, one of some words, an array of such, or an object. */
type Shape = "string" | "integer" | "boolean" | readonly string[] | { readonly each: Shape } | Fields;
type Keys = Readonly<Record<string, Shape>>;
interface Fields {
  readonly keys: Keys;
  /** Those that have to be there. */
  readonly needs?: readonly string[];
}

const TEXTS: Shape = { each: "string" };
const IDS: Shape = { each: "integer" };
const CHANGES: Shape = {
  each: {
    keys: { header: "string", operation: HEADER_OPERATIONS.toSorted(), value: "string" },
    needs: ["header", "operation"],
  },
};
const HEADER_CONDITIONS: Shape = {
  each: { keys: { header: "string", values: TEXTS, excludedValues: TEXTS }, needs: ["header"] },
};

const TRANSFORM: Keys = {
  scheme: "string",
  host: "string",
  port: "string",
  path: "string",
  query: "string",
  queryTransform: {
    keys: {
      removeParams: TEXTS,
      addOrReplaceParams: {
        each: { keys: { key: "string", value: "string", replaceOnly: "boolean" }, needs: ["key", "value"] },
      },
    },
  },
  fragment: "string",
  username: "string",
  password: "string",
};

const ACTION: Keys = {
  type: ACTION_TYPES.toSorted(),
  redirect: {
    keys: { url: "string", extensionPath: "string", transform: { keys: TRANSFORM }, regexSubstitution: "string" },
  },
  requestHeaders: CHANGES,
  responseHeaders: CHANGES,
};

const CONDITION: Keys = {
  urlFilter: "string",
  regexFilter: "string",
  isUrlFilterCaseSensitive: "boolean",
  initiatorDomains: TEXTS,
  excludedInitiatorDomains: TEXTS,
  requestDomains: TEXTS,
  excludedRequestDomains: TEXTS,
  topDomains: TEXTS,
  excludedTopDomains: TEXTS,
  domains: TEXTS,
  excludedDomains: TEXTS,
  domainType: ["firstParty", "thirdParty"],
  resourceTypes: { each: RESOURCE_TYPES },
  excludedResourceTypes: { each: RESOURCE_TYPES },
  requestMethods: { each: REQUEST_METHODS },
  excludedRequestMethods: { each: REQUEST_METHODS },
  tabIds: IDS,
  excludedTabIds: IDS,
  responseHeaders: HEADER_CONDITIONS,
  excludedResponseHeaders: HEADER_CONDITIONS,
};

const RULE: Shape = {
  keys: {
    id: "integer",
    priority: "integer",
    action: { keys: ACTION, needs: ["type"] },
    condition: { keys: CONDITION },
  },
  needs: ["id", "action", "condition"],
};

/** What the methods of chrome.declarativeNetRequest take. */
export const SHAPES = {
  rule: RULE,
  update: { keys: { addRules: { each: RULE }, removeRuleIds: IDS } },
  filter: { keys: { ruleIds: IDS } },
  rulesets: { keys: { enableRulesetIds: TEXTS, disableRulesetIds: TEXTS } },
  regex: { keys: { regex: "string", isCaseSensitive: "boolean", requireCapturing: "boolean" }, needs: ["regex"] },
  options: {
    keys: {
      displayActionCountAsBadgeText: "boolean",
      tabUpdate: { keys: { tabId: "integer", increment: "integer" }, needs: ["tabId", "increment"] },
    },
  },
} as const satisfies Readonly<Record<string, Shape>>;

/** @returns what is wrong with a value, if something is, in the words of Chrome's bindings. */
export function shapeProblem(value: unknown, shape: Shape): string | undefined {
  if (typeof shape === "string") return typeProblem(value, shape);
  if (isWords(shape)) {
    const isOne = typeof value === "string" && shape.includes(value);
    return isOne ? undefined : (typeProblem(value, "string") ?? `Value must be one of ${shape.join(", ")}.`);
  }
  if ("keys" in shape) return isObject(value) ? fieldsProblem(value, shape) : typeProblem(value, "object");
  if (!isList(value)) return typeProblem(value, "array");
  for (const [index, each] of value.entries()) {
    const problem = shapeProblem(each, shape.each);
    if (problem !== undefined) return `Error at index ${index}: ${problem}`;
  }
  return undefined;
}

const isWords = (shape: Shape): shape is readonly string[] => isList(shape);

function fieldsProblem(value: JsonObject, { keys, needs = [] }: Fields): string | undefined {
  for (const name of needs) {
    if (value[name] === undefined || value[name] === null) return `Missing required property '${name}'.`;
  }
  // By what is there, which is little: there may be tens of thousands.
  for (const name of Object.keys(value)) {
    const shape = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (shape === undefined) return `Unexpected property: '${name}'.`;
    const held = value[name];
    const problem = held === undefined || held === null ? undefined : shapeProblem(held, shape);
    if (problem !== undefined) return `Error at property '${name}': ${problem}`;
  }
  return undefined;
}

function typeProblem(value: unknown, expected: string): string | undefined {
  const found = typeOf(value);
  return found === expected ? undefined : `Invalid type: expected ${expected}, found ${found}.`;
}

function typeOf(value: unknown): string {
  if (Number.isInteger(value)) return "integer";
  return value === null ? "null" : isList(value) ? "array" : typeof value;
}
