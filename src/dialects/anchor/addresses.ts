const MAX_PORT = 65_535;

/**
 * The page that a session opens first: `http(s)://…` without credentials, because the URL is shown again in
 * the session's configuration.
 *
 * @returns the URL as the platform writes it, or `undefined`.
 */
export function parseInitialUrl(value: string): string | undefined {
  if (!/^https?:\/\/[^/\\]/i.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.username === "" && url.password === "" ? url.href : undefined;
}

/**
 * A caller's own proxy: `PROTOCOL://HOST:PORT` with http, https or socks5 and nothing else; the credentials
 * have fields of their own.
 *
 * @returns the address in canonical spelling, or `undefined`.
 */
export function parseProxyServer(value: string): string | undefined {
  const parts = /^(https?|socks5):\/\/([^\s/\\?#@]+):(\d{1,5})\/?$/i.exec(value);
  const [, protocol, host, portText] = parts ?? [];
  if (protocol === undefined || host === undefined || portText === undefined) return undefined;
  const port = Number(portText);
  if (port < 1 || port > MAX_PORT || !URL.canParse(`http://${host}`)) return undefined;
  const { hostname, port: unexpected } = new URL(`http://${host}`);
  if (unexpected !== "" || hostname === "") return undefined;
  return `${protocol.toLowerCase()}://${hostname}:${port}`;
}
