import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { StoredCookie } from "../../domain/profile-content.ts";

/** `undefined` is the browser's default context. */
type ContextId = string | undefined;

const inContext = (contextId: ContextId) => (contextId === undefined ? {} : { browserContextId: contextId });
const MS_PER_SECOND = 1000;

/** Every cookie of a browser context. Those of opaque partitions belong to no page that comes again. */
export async function readCookies(connection: CdpConnection, contextId: ContextId): Promise<readonly StoredCookie[]> {
  const { cookies } = await connection.send("Storage.getCookies", inContext(contextId));
  return cookies
    .filter(({ partitionKeyOpaque }) => partitionKeyOpaque !== true)
    .map(({ name, value, domain, path, expires, httpOnly, secure, ...rest }) => {
      const { sameSite, priority, sourceScheme, sourcePort, partitionKey, session } = rest;
      return {
        name,
        value,
        domain,
        path,
        expires: session ? -1 : expires,
        httpOnly,
        secure,
        ...(sameSite !== undefined && { sameSite }),
        priority,
        sourceScheme,
        sourcePort,
        ...(partitionKey !== undefined && { partitionKey }),
      };
    });
}

/**
 * Sets all of them at once; those that have expired meanwhile are left out.
 *
 * @throws CdpCommandError when Chromium takes one for invalid: then none is set.
 */
export async function writeCookies(
  connection: CdpConnection,
  cookies: readonly StoredCookie[],
  { contextId, now }: { readonly contextId: ContextId; readonly now: number },
): Promise<void> {
  const lasting = cookies.filter(({ expires }) => expires < 0 || expires * MS_PER_SECOND > now);
  if (lasting.length === 0) return;
  const parameters = lasting.map(({ expires, partitionKey, ...cookie }) => ({
    ...cookie,
    ...(expires >= 0 && { expires }),
    ...(partitionKey !== undefined && { partitionKey: { ...partitionKey } }),
  }));
  await connection.send("Storage.setCookies", { cookies: parameters, ...inContext(contextId) });
}

/**
 * The same, without those that this browser does not take: one that another version of it set must not keep all
 * others out. Answers how many that were.
 */
export async function writeCookiesOneByOne(
  connection: CdpConnection,
  cookies: readonly StoredCookie[],
  how: { readonly contextId: ContextId; readonly now: number },
): Promise<number> {
  try {
    await writeCookies(connection, cookies, how);
    return 0;
  } catch (error) {
    if (connection.isClosed) throw error;
    const outcomes = await Promise.allSettled(cookies.map((cookie) => writeCookies(connection, [cookie], how)));
    return outcomes.filter(({ status }) => status === "rejected").length;
  }
}

export async function clearCookies(connection: CdpConnection, contextId: ContextId): Promise<void> {
  await connection.send("Storage.clearCookies", inContext(contextId));
}
