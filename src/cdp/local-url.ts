/**
 * What a session opens. Everything else reaches the machine of the browser (`file:`), the browser's own pages
 * (`chrome:`, `devtools:`, `chrome-native:`), or another program on that machine (`mailto:`, `intent:`), and a
 * list of those would be out of date with the next browser.
 */
const WEB_SCHEMES: ReadonlySet<string> = new Set(["http", "https", "about", "data", "blob", "javascript"]);

/**
 * The scheme that Chromium would read, lower case. Its URL parser drops leading control characters and
 * spaces, and tabs and newlines anywhere (WHATWG URL, "basic URL parser", steps 1 and 3).
 */
export function schemeOf(url: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- the URL standard names exactly these characters
  const cleaned = url.replace(/^[\u0000-\u0020]+|[\t\n\r]/g, "");
  return /^([a-z][a-z0-9+.-]*):/i.exec(cleaned)?.[1]?.toLowerCase();
}

/** Whether a session must not open this URL. One without a scheme is left to the browser, which refuses it. */
export function isLocalUrl(url: string): boolean {
  const scheme = schemeOf(url);
  return scheme !== undefined && !WEB_SCHEMES.has(scheme);
}
