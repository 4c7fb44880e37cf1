import type { CreatedSession } from "./api.ts";

export type Credential = { readonly token: string } | { readonly apiKey: string } | Readonly<Record<string, never>>;

type Addressed = Pick<CreatedSession, "id" | "cdpUrl">;

/** The connect token in a session's own CDP URL. */
export function tokenOf({ cdpUrl }: Addressed): string {
  const token = new URL(cdpUrl).searchParams.get("token");
  if (token === null) throw new Error(`${cdpUrl} has no token`);
  return token;
}

/** `ws://HOST/cdp/{id}{path}?token=…`: Meshbrow's form. */
export function pathUrl({ id, cdpUrl }: Addressed, credential: Credential, path = ""): string {
  return withQuery(`${new URL(cdpUrl).origin}/cdp/${id}${path}`, { ...credential });
}

/** `ws://HOST/?token=…&sessionId={id}`: Anchor's form. */
export function queryUrl({ id, cdpUrl }: Addressed, credential: Credential): string {
  return withQuery(`${new URL(cdpUrl).origin}/`, { ...credential, sessionId: id });
}

/** The same address for HTTP requests. */
export const asHttp = (url: string): string => url.replace(/^ws/, "http");

function withQuery(address: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
