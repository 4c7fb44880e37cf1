/** URLs that reach the machine of the browser, or the browser's own pages, instead of the web. */
const LOCAL_SCHEMES: ReadonlySet<string> = new Set([
  "file",
  "filesystem",
  "chrome",
  "chrome-untrusted",
  "chrome-search",
  "devtools",
  "view-source",
]);

/**
 * The scheme that Chromium would read, lower case. Its URL parser drops leading control characters and
 * spaces, and tabs and newlines anywhere (WHATWG URL, "basic URL parser", steps 1 and 3).
 */
export function schemeOf(url: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- the URL standard names exactly these characters
  const cleaned = url.replace(/^[\u0000-\u0020]+|[\t\n\r]/g, "");
  return /^([a-z][a-z0-9+.-]*):/i.exec(cleaned)?.[1]?.toLowerCase();
}

/** Whether a session must not open this URL. */
export function isLocalUrl(url: string): boolean {
  const scheme = schemeOf(url);
  return scheme !== undefined && LOCAL_SCHEMES.has(scheme);
}
