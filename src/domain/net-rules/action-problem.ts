import type { HeaderChange, NetRule, Redirect, RuleAction, UrlTransform } from "./rule.ts";
import { Regex } from "./regex.ts";

type Judged = Pick<NetRule, "action" | "condition">;

const FRAMES: ReadonlySet<string> = new Set(["main_frame", "sub_frame"]);
const SCHEMES = ["http", "https", "ftp", "chrome-extension"];
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const NO_HEADER_VALUE = /[\u0000\r\n]|^\s|\s$/;

/** Request headers of several values, with what stands between these. */
export const APPENDABLE: ReadonlyMap<string, string> = new Map([
  ...`accept accept-encoding accept-language access-control-request-headers cache-control connection content-language
    forwarded if-match if-none-match keep-alive range te trailer transfer-encoding upgrade via want-digest
    x-forwarded-for`
    .split(/\s+/)
    .map((name): [string, string] => [name, ", "]),
  ["cookie", "; "],
  ["user-agent", " "],
]);

/** @returns what is wrong with a rule's action, if something is, in Chrome's words. */
export function actionProblem({ action, condition }: Judged): string | undefined {
  if (action.type === "allowAllRequests") {
    const isForFrames = condition.resourceTypes?.every((type) => FRAMES.has(type)) === true;
    return isForFrames
      ? undefined
      : 'is an "allowAllRequests" rule and must specify the "resourceTypes" key.' +
          ' It may only include the "main_frame" and "sub_frame" resource types.';
  }
  if (action.type === "redirect") return redirectProblem(action.redirect ?? {}, condition);
  return action.type === "modifyHeaders" ? headersProblem(action) : undefined;
}

const incorrect = (key: string): string => `specifies an incorrect value for the "action.redirect${key}" key.`;

function redirectProblem(redirect: Redirect, condition: NetRule["condition"]): string | undefined {
  const { url, extensionPath, transform, regexSubstitution } = redirect;
  if (url !== undefined) {
    if (!URL.canParse(url)) return "does not provide a valid URL for action.redirect.url key.";
    const isScript = new URL(url).protocol === "javascript:";
    return isScript ? `${incorrect(".url")} Redirects to javascript urls are not supported.` : undefined;
  }
  if (extensionPath !== undefined) return extensionPath.startsWith("/") ? undefined : incorrect(".extensionPath");
  if (transform !== undefined) return transformProblem(transform);
  if (regexSubstitution === undefined) return incorrect("");
  const { regexFilter, isUrlFilterCaseSensitive = false } = condition;
  if (regexFilter === undefined) {
    return 'can\'t specify the "regexSubstitution" key without specifying the "regexFilter" key.';
  }
  const regex = Regex.parse(regexFilter, isUrlFilterCaseSensitive);
  const groups = regex.ok ? regex.value.groups : 0;
  const isRight = /^(?:[^\\]|\\[\d\\])+$/.test(regexSubstitution);
  const isKnown = [...regexSubstitution.matchAll(/\\(.)/g)].every(([, name]) => !(Number(name) > groups));
  return isRight && isKnown ? undefined : incorrect(".regexSubstitution");
}

function transformProblem({ scheme, port, query, queryTransform, fragment }: UrlTransform): string | undefined {
  if (scheme !== undefined && !SCHEMES.includes(scheme)) {
    return `${incorrect(".transform.scheme")} Allowed values are: [${SCHEMES.join(", ")}].`;
  }
  if (port && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) return incorrect(".transform.port");
  if (query && !query.startsWith("?")) return incorrect(".transform.query");
  if (query !== undefined && queryTransform !== undefined) {
    return 'cannot specify both "action.redirect.transform.query" and "action.redirect.transform.queryTransform" keys.';
  }
  return fragment && !fragment.startsWith("#") ? incorrect(".transform.fragment") : undefined;
}

function headersProblem({ requestHeaders, responseHeaders }: RuleAction): string | undefined {
  if (requestHeaders === undefined && responseHeaders === undefined) {
    return (
      'does not specify a value for "action.requestHeaders" or "action.responseHeaders" key.' +
      " At least one of these keys must be specified with a non-empty list."
    );
  }
  for (const [key, list] of Object.entries({ requestHeaders, responseHeaders })) {
    if (list?.length === 0) return `cannot have an empty list as the value for action.${key} key.`;
  }
  for (const change of [...(requestHeaders ?? []), ...(responseHeaders ?? [])]) {
    const problem = changeProblem(change);
    if (problem !== undefined) return problem;
  }
  const isAppended = ({ header, operation }: HeaderChange): boolean =>
    operation !== "append" || APPENDABLE.has(header.toLowerCase());
  if (requestHeaders?.every(isAppended) !== false) return undefined;
  return (
    "specifies an invalid request header to be appended." +
    " Only standard HTTP request headers that can specify multiple values for a single entry are supported."
  );
}

function changeProblem({ header, operation, value }: HeaderChange): string | undefined {
  if (!HEADER_NAME.test(header)) return "must specify a valid header name to be modified.";
  if (operation === "remove") {
    return value === undefined ? undefined : "must not provide a header value for a header to be removed.";
  }
  if (value === undefined) return "must provide a value for a header to be appended/set.";
  return NO_HEADER_VALUE.test(value) ? "must provide a valid header value to be appended/set." : undefined;
}
