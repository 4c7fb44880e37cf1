const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const HOST_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*\\.?$`);
const MAX_WRITTEN_LENGTH = 512;

/**
 * A host name or an IP address, IPv6 with or without brackets, and nothing else: no port, no path.
 *
 * @returns the host as `URL.hostname` writes it, or `undefined`.
 */
export function parseProxyHost(value: string): string | undefined {
  if (value.length > MAX_WRITTEN_LENGTH || /[\s/\\?#@%]/.test(value)) return undefined;
  const isIpv6 = value.includes("::") || value.split(":").length > 2;
  const written = isIpv6 && !value.startsWith("[") ? `[${value}]` : value;
  const url = `http://${written}`;
  // A colon outside of brackets would begin a port.
  if (/:[^\]]*$/.test(written) || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return hostname.startsWith("[") || HOST_NAME.test(hostname) ? hostname : undefined;
}
