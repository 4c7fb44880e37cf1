import type { RegexMatch } from "./regex.ts";
import { MOST_JUDGED, regexOf } from "./rule-matcher.ts";
import type { NetRule, QueryTransform, UrlTransform } from "./rule.ts";

/**
 * Where a rule that matches sends a request.
 *
 * @param origin of the extension, whose files rules may name.
 * @returns `undefined` where that is no address, or the one that is asked for already.
 */
export function redirectTarget({ action, condition }: NetRule, url: string, origin: string): string | undefined {
  if (action.type === "upgradeScheme") return url.replace(/^http:/i, "https:");
  const { redirect = {} } = action;
  let target = redirect.url;
  if (target === undefined && redirect.extensionPath !== undefined) target = origin + redirect.extensionPath;
  else if (target === undefined && redirect.transform) target = transformed(url, redirect.transform);
  else if (target === undefined && redirect.regexSubstitution !== undefined) {
    const match = regexOf(condition)?.exec(url.slice(0, MOST_JUDGED));
    target = match && substituted(url, match, redirect.regexSubstitution);
  }
  if (target === undefined || !URL.canParse(target)) return undefined;
  const { href, protocol } = new URL(target);
  return href === url || protocol === "javascript:" ? undefined : href;
}

/** As RE2 replaces: what matched, and nothing around it. */
function substituted(url: string, { index, groups }: RegexMatch, written: string): string {
  const by = written.replace(/\\(.)/g, (_, name: string) => (name === "\\" ? name : (groups[Number(name)] ?? "")));
  return url.slice(0, index) + by + url.slice(index + (groups[0] ?? "").length);
}

function transformed(url: string, transform: UrlTransform): string {
  const target = new URL(url);
  const { scheme, host, port, path, query, queryTransform, fragment, username, password } = transform;
  if (scheme !== undefined) target.protocol = scheme;
  if (host !== undefined) target.hostname = host;
  if (port !== undefined) target.port = port;
  if (path !== undefined) target.pathname = path;
  if (query !== undefined) target.search = query;
  if (queryTransform) target.search = queryWith(target.search.slice(1), queryTransform);
  if (fragment !== undefined) target.hash = fragment;
  if (username !== undefined) target.username = username;
  if (password !== undefined) target.password = password;
  return target.href;
}

const escaped = (text: string): string => encodeURIComponent(text).replaceAll("%20", "+");

/** Each that is to be added takes the place of one of its name; what is left of them comes at the end. */
function queryWith(query: string, { removeParams = [], addOrReplaceParams = [] }: QueryTransform): string {
  const removed = new Set(removeParams.map(escaped));
  const waiting = addOrReplaceParams.map(({ key, value, replaceOnly }) => ({
    key: escaped(key),
    text: `${escaped(key)}=${escaped(value)}`,
    replaceOnly,
  }));
  const kept: string[] = [];
  for (const part of query === "" ? [] : query.split("&")) {
    const [key = ""] = part.split("=", 1);
    if (removed.has(key)) continue;
    const index = waiting.findIndex((each) => each.key === key);
    const [replacement] = index < 0 ? [] : waiting.splice(index, 1);
    kept.push(replacement?.text ?? part);
  }
  return [...kept, ...waiting.filter(({ replaceOnly }) => replaceOnly !== true).map(({ text }) => text)].join("&");
}
