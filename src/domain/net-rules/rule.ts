/*
 * Rules of chrome.declarativeNetRequest
 * (https://developer.chrome.com/docs/extensions/reference/api/declarativeNetRequest).
 */

export const RESOURCE_TYPES = [
  "csp_report",
  "font",
  "image",
  "main_frame",
  "media",
  "object",
  "other",
  "ping",
  "script",
  "stylesheet",
  "sub_frame",
  "webbundle",
  "websocket",
  "webtransport",
  "xmlhttprequest",
] as const;
export type RuleResourceType = (typeof RESOURCE_TYPES)[number];

export const REQUEST_METHODS = [
  "connect",
  "delete",
  "get",
  "head",
  "options",
  "other",
  "patch",
  "post",
  "put",
] as const;
export type RuleMethod = (typeof REQUEST_METHODS)[number];

/** In the order in which they win among rules of one priority, the last first. */
export const ACTION_TYPES = [
  "modifyHeaders",
  "redirect",
  "upgradeScheme",
  "block",
  "allowAllRequests",
  "allow",
] as const;
export type RuleActionType = (typeof ACTION_TYPES)[number];

export const HEADER_OPERATIONS = ["append", "remove", "set"] as const;

export interface HeaderChange {
  readonly header: string;
  readonly operation: (typeof HEADER_OPERATIONS)[number];
  readonly value?: string;
}

export interface QueryTransform {
  readonly removeParams?: readonly string[];
  readonly addOrReplaceParams?: readonly {
    readonly key: string;
    readonly value: string;
    readonly replaceOnly?: boolean;
  }[];
}

export interface UrlTransform {
  readonly scheme?: string;
  readonly host?: string;
  readonly port?: string;
  readonly path?: string;
  readonly query?: string;
  readonly queryTransform?: QueryTransform;
  readonly fragment?: string;
  readonly username?: string;
  readonly password?: string;
}

export interface Redirect {
  readonly url?: string;
  readonly extensionPath?: string;
  readonly transform?: UrlTransform;
  readonly regexSubstitution?: string;
}

export interface RuleAction {
  readonly type: RuleActionType;
  readonly redirect?: Redirect;
  readonly requestHeaders?: readonly HeaderChange[];
  readonly responseHeaders?: readonly HeaderChange[];
}

export interface RuleCondition {
  readonly urlFilter?: string;
  readonly regexFilter?: string;
  readonly isUrlFilterCaseSensitive?: boolean;
  readonly initiatorDomains?: readonly string[];
  readonly excludedInitiatorDomains?: readonly string[];
  readonly requestDomains?: readonly string[];
  readonly excludedRequestDomains?: readonly string[];
  readonly topDomains?: readonly string[];
  readonly excludedTopDomains?: readonly string[];
  readonly domainType?: "firstParty" | "thirdParty";
  readonly resourceTypes?: readonly RuleResourceType[];
  readonly excludedResourceTypes?: readonly RuleResourceType[];
  readonly requestMethods?: readonly RuleMethod[];
  readonly excludedRequestMethods?: readonly RuleMethod[];
  readonly tabIds?: readonly number[];
  readonly excludedTabIds?: readonly number[];
}

/** A rule in which nothing is wrong. */
export interface NetRule {
  readonly id: number;
  readonly priority: number;
  readonly action: RuleAction;
  readonly condition: RuleCondition;
}

/** A request as rules judge it. */
export interface RuledRequest {
  /** Without a fragment. */
  readonly url: string;
  readonly type: RuleResourceType;
  readonly method: RuleMethod;
  /** The host of who asks; `undefined` where nobody does, or nobody who can be named. */
  readonly initiatorHost: string | undefined;
  /** The host of the page around it. */
  readonly topHost: string | undefined;
  /** Whether who asks is of another site; called only where it matters. */
  readonly isThirdParty: () => boolean;
  readonly tabId: number;
}

/** Which of two matching rules counts: the higher one. */
export const rankOf = ({ priority, action: { type } }: NetRule): number =>
  priority * ACTION_TYPES.length + ACTION_TYPES.indexOf(type);

/** Whether a rule concerns requests for this. */
export function concernsType({ resourceTypes, excludedResourceTypes }: RuleCondition, type: RuleResourceType): boolean {
  if (resourceTypes !== undefined) return resourceTypes.includes(type);
  if (excludedResourceTypes !== undefined && excludedResourceTypes.length > 0) {
    return !excludedResourceTypes.includes(type);
  }
  return type !== "main_frame";
}
