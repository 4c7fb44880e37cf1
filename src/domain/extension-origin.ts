/**
 * The name that an extension has in the browser, as Chrome makes them up: 32 letters from a to p. Of its own UUID, so
 * that it is the same in every session, and that no page can guess it.
 */
export const extensionName = (id: string): string =>
  id.replaceAll("-", "").replace(/[0-9a-f]/gi, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));

/** No server is ever reached under it (RFC 6761, "invalid."). */
export const EXTENSION_DOMAIN = "extension.invalid";

/** Where an extension's files are, in a browser that loads no extensions. */
export const extensionOrigin = (id: string): string => `https://${extensionName(id)}.${EXTENSION_DOMAIN}`;
