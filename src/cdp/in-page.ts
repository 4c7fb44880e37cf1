import type { CdpConnection } from "./cdp-connection.ts";

/** Runs something in a protocol session of its own with one page. */
export async function inPage<T>(
  connection: CdpConnection,
  targetId: string,
  run: (sessionId: string) => Promise<T>,
): Promise<T> {
  const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
  try {
    return await run(sessionId);
  } finally {
    // The tab may have closed meanwhile.
    connection.send("Target.detachFromTarget", { sessionId }).catch(() => undefined);
  }
}
