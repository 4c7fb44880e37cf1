import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { OwnContext } from "../../cdp/targets.ts";

/**
 * What makes a browser context use a proxy for everything. Without this bypass list Chromium connects to loopback
 * addresses directly (`net/docs/proxy.md`, "Implicit bypass rules").
 */
export const throughProxy = (proxyServer: string) => ({ proxyServer, proxyBypassList: "<-loopback>" });

/** A browser context whose traffic goes through the proxy, or nowhere; it outlives the socket. */
export async function openProxiedContext(connection: CdpConnection, proxyServer: string): Promise<OwnContext> {
  const [{ defaultBrowserContextId }, { browserContextId }] = await Promise.all([
    connection.send("Target.getBrowserContexts", undefined),
    connection.send("Target.createBrowserContext", throughProxy(proxyServer)),
  ]);
  return { id: browserContextId, defaultId: defaultBrowserContextId ?? "" };
}
