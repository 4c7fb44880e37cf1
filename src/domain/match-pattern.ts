/** A match pattern of Chrome's (https://developer.chrome.com/docs/extensions/develop/concepts/match-patterns). */
export interface MatchPattern {
  /** Without colon, in lower case; `*` is http and https; `all` is what `<all_urls>` covers. */
  readonly scheme: string;
  /** In lower case, as addresses show it; empty for any. */
  readonly host: string;
  /** Hosts below {@link host} match, too. */
  readonly hasSubdomains: boolean;
  /** `*` for any; empty for the scheme's own. */
  readonly port: string;
  /** A glob over path and query, which begins with a slash. */
  readonly path: string;
}

const ALL_URLS: MatchPattern = { scheme: "all", host: "", hasSubdomains: true, port: "*", path: "/*" };

/** `file` is written in patterns, and matches nothing: nobody can allow an extension to read the machine's files. */
const SCHEMES: ReadonlySet<string> = new Set(["*", "http", "https", "ws", "wss", "ftp", "file"]);
const COVERED_BY_ALL: ReadonlySet<string> = new Set(["http", "https", "ws", "wss", "ftp"]);
const COVERED_BY_STAR: ReadonlySet<string> = new Set(["http", "https"]);

const SHAPE = /^(\*|[a-z][a-z0-9+.-]*):\/\/([^/]*)(\/.*)$/i;
const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::(\*|\d{1,5}))?$/i;
const LAST_PORT = 65_535;

/** @returns what a pattern says; `undefined` for one that Chrome would not load. */
export function parseMatchPattern(text: string): MatchPattern | undefined {
  if (text === "<all_urls>") return ALL_URLS;
  const [, written = "", authority = "", path = ""] = SHAPE.exec(text) ?? [];
  const scheme = written.toLowerCase();
  if (!SCHEMES.has(scheme)) return undefined;
  if (scheme === "file") return authority === "" ? { ...ALL_URLS, scheme, path } : undefined;
  const [matched, name = "", port] = HOST_AND_PORT.exec(authority) ?? [];
  if (matched === undefined || name === "" || Number(port) > LAST_PORT) return undefined;
  const address = { scheme, path, port: port ?? "*" };
  if (name === "*") return { ...address, host: "", hasSubdomains: true };
  const hasSubdomains = name.startsWith("*.");
  const host = canonicalHost(hasSubdomains ? name.slice(2) : name);
  return host === undefined ? undefined : { ...address, host, hasSubdomains };
}

/** Addresses show other scripts as Punycode, and numbers as IPv4. */
function canonicalHost(name: string): string | undefined {
  // What ends a host in an address, and the wildcard, which stands at its beginning only.
  if (name === "" || /[*?#@\\\s%]/.test(name) || !URL.canParse(`http://${name}/`)) return undefined;
  return withoutTrailingDot(new URL(`http://${name}/`).hostname);
}

const withoutTrailingDot = (host: string): string => (host.endsWith(".") ? host.slice(0, -1) : host);

/** Whether an address is one of those that a pattern names; a malformed pattern names none. */
export function matchesPattern(pattern: string, url: string): boolean {
  const parsed = parseMatchPattern(pattern);
  return parsed !== undefined && URL.canParse(url) && matchesParsed(parsed, new URL(url));
}

/** Whether one of the patterns names the address. */
export const matchesAny = (patterns: readonly string[], url: string): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, url));

function matchesParsed(pattern: MatchPattern, { protocol, hostname, port, pathname, search }: URL): boolean {
  const scheme = protocol.slice(0, -1);
  if (!coversScheme(pattern.scheme, scheme)) return false;
  if (!coversHost(pattern, withoutTrailingDot(hostname))) return false;
  if (pattern.port !== "*" && Number(pattern.port) !== (port === "" ? DEFAULT_PORTS[scheme] : Number(port)))
    return false;
  const address = pathname + search;
  // As Chrome has it: "/app/*" is "/app" as well.
  return pattern.path === `${address}/*` || matchesGlob(pattern.path, address);
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443, ftp: 21 };

function coversScheme(covering: string, scheme: string): boolean {
  if (covering === "file") return false;
  if (covering === "all") return COVERED_BY_ALL.has(scheme);
  return covering === "*" ? COVERED_BY_STAR.has(scheme) : covering === scheme;
}

function coversHost({ host, hasSubdomains }: MatchPattern, name: string): boolean {
  return host === "" || name === host || (hasSubdomains && name.endsWith(`.${host}`));
}

/**
 * Whether a text is what a glob says, in which `*` stands for any characters. Without a regular expression: patterns
 * come from strangers, and some would take years.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
