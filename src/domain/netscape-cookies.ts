import type { StoredCookie } from "./profile-content.ts";
import { fail, type Result, succeed } from "./result.ts";

/** Of the format of `cookies.txt`, which curl and wget write too: domain, subdomains, path, secure, expires, name, value. */
const FIELDS = 7;
/** curl's way to say what the format has no field for. */
const HTTP_ONLY = "#HttpOnly_";
const HEADER = "# Netscape HTTP Cookie File";

/** Cookies as a `cookies.txt`. Of what that cannot say, `SameSite` and partitions are lost. */
export function toNetscape(cookies: readonly StoredCookie[]): string {
  const lines = cookies.map(({ name, value, domain, path, expires, httpOnly, secure }) => {
    const flags = [domain.startsWith("."), secure].map((flag) => String(flag).toUpperCase());
    const [subdomains, safe] = flags;
    const until = expires < 0 ? 0 : Math.floor(expires);
    return [`${httpOnly ? HTTP_ONLY : ""}${domain}`, subdomains, path, safe, until, name, value].join("\t");
  });
  return `${[HEADER, "", ...lines].join("\n")}\n`;
}

/** @returns what is wrong, with the number of its line. */
export function parseNetscape(text: string): Result<readonly StoredCookie[], string> {
  const cookies: StoredCookie[] = [];
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const httpOnly = raw.startsWith(HTTP_ONLY);
    const line = httpOnly ? raw.slice(HTTP_ONLY.length) : raw;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const fields = line.split("\t");
    // A cookie without a value is often written without its last tab.
    const [domain = "", subdomains = "", path = "", secure = "", expires = "", name = "", value = ""] = fields;
    const isWhole = fields.length === FIELDS || fields.length === FIELDS - 1;
    const areFlags = [subdomains, secure].every((flag) => /^(TRUE|FALSE)$/i.test(flag));
    if (!isWhole || domain === "" || !path.startsWith("/") || !areFlags || !/^\d{1,12}$/.test(expires)) {
      return fail(`line ${at + 1} must have ${FIELDS} fields separated by tabs: domain, TRUE or FALSE, path, …`);
    }
    const isOfSubdomains = subdomains.toUpperCase() === "TRUE";
    const seconds = Number(expires);
    cookies.push({
      name,
      value,
      domain: isOfSubdomains ? `.${domain.replace(/^\./, "")}` : domain.replace(/^\./, ""),
      path,
      expires: seconds === 0 ? -1 : seconds,
      httpOnly,
      secure: secure.toUpperCase() === "TRUE",
    });
  }
  return succeed(cookies);
}
