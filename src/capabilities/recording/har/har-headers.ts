import type { Cookie, Header } from "./har-types.ts";

/** Headers by their name, as the CDP tells them: several of one name are lines of one value. */
export type HeaderMap = Readonly<Record<string, string>>;

/** What stands in the place of a value that is not recorded. */
export const REDACTED = "[redacted]";

/** Says which headers' values are not recorded, by their names in lower case. */
export type RedactedHeaders = ReadonlySet<string>;

/** These hold a credential of the session itself: they are never recorded. */
const NEVER = new Set(["proxy-authorization"]);

const COOKIES: ReadonlySet<string> = new Set(["cookie", "set-cookie"]);

const isRedacted = (name: string, redacted: RedactedHeaders): boolean =>
  NEVER.has(name.toLowerCase()) || redacted.has(name.toLowerCase());

export function toHeaders(map: HeaderMap, redacted: RedactedHeaders): Header[] {
  return Object.entries(map).flatMap(([name, value]) =>
    value.split("\n").map((line) => ({ name, value: isRedacted(name, redacted) ? redactedLine(name, line) : line })),
  );
}

/** Of cookies the names stay: they tell which ones were there. */
function redactedLine(name: string, line: string): string {
  if (!COOKIES.has(name.toLowerCase())) return REDACTED;
  const [, ...attributes] = line.split(";");
  if (name.toLowerCase() === "set-cookie") return [`${nameOf(line)}=${REDACTED}`, ...attributes].join(";");
  return line
    .split(";")
    .map((pair) => `${nameOf(pair)}=${REDACTED}`)
    .join("; ");
}

const nameOf = (pair: string): string => (pair.includes("=") ? pair.slice(0, pair.indexOf("=")) : "").trim();

export const findHeader = (map: HeaderMap, name: string): string | undefined =>
  Object.entries(map).find(([each]) => each.toLowerCase() === name)?.[1];

export function requestCookies(map: HeaderMap, redacted: RedactedHeaders): Cookie[] {
  const line = findHeader(map, "cookie");
  if (line === undefined) return [];
  return line
    .split(";")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => toCookie(pair, redacted.has("cookie")));
}

export function responseCookies(map: HeaderMap, redacted: RedactedHeaders): Cookie[] {
  const lines = findHeader(map, "set-cookie")?.split("\n") ?? [];
  return lines.filter((line) => line.trim() !== "").map((line) => withAttributes(line, redacted.has("set-cookie")));
}

function toCookie(pair: string, hides: boolean): Cookie {
  const at = pair.indexOf("=");
  return { name: nameOf(pair), value: hides ? REDACTED : pair.slice(at + 1).trim() };
}

function withAttributes(line: string, hides: boolean): Cookie {
  const [pair = "", ...attributes] = line.split(";");
  const cookie: { -readonly [Name in keyof Cookie]: Cookie[Name] } = toCookie(pair, hides);
  for (const attribute of attributes) {
    const [name = "", value = ""] = attribute.split("=", 2).map((part) => part.trim());
    switch (name.toLowerCase()) {
      case "path":
        cookie.path = value;
        break;
      case "domain":
        cookie.domain = value;
        break;
      case "expires":
        if (!Number.isNaN(Date.parse(value))) cookie.expires = new Date(value).toISOString();
        break;
      case "httponly":
        cookie.httpOnly = true;
        break;
      case "secure":
        cookie.secure = true;
        break;
      case "samesite":
        cookie.sameSite = value;
        break;
      default:
    }
  }
  return cookie;
}

/** The URL without a password in it. */
export function withoutPassword(url: string): string {
  if (!/^[a-z]+:\/\/[^/?#]*@/i.test(url) || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.password === "") return url;
  parsed.password = "redacted";
  return parsed.href;
}
