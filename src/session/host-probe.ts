import type { CdpEvent } from "../cdp/cdp-connection.ts";
import type { HostBrowser } from "../domain/fingerprint.ts";
import type { LiveBrowser } from "./live-browser.ts";

/** A secure page, which client hints ask for; it is answered here, and no request leaves the browser. */
const PAGE = "https://host.invalid/";

const EXPRESSION = `(async () => {
  const { userAgent, platform, language, hardwareConcurrency, deviceMemory = 8, webdriver, userAgentData } = navigator;
  const hints = ["fullVersionList", "platformVersion", "architecture", "bitness", "uaFullVersion"];
  const popup = window.open("about:blank");
  popup?.close();
  const high = await userAgentData.getHighEntropyValues(hints);
  return {
    userAgent, platform, hardwareConcurrency, deviceMemory, webdriver, locale: language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    brands: userAgentData.brands, uaPlatform: userAgentData.platform, fullVersion: high.uaFullVersion,
    fullVersionList: high.fullVersionList, platformVersion: high.platformVersion,
    architecture: high.architecture, bitness: high.bitness, blocksPopups: popup === null,
  };
})()`;

/** What the browser says of itself before anything is overridden, asked in a tab that clients never see. */
export async function readHost({ connection, targets }: LiveBrowser): Promise<HostBrowser> {
  const { own } = targets;
  const { targetId } = await connection.send("Target.createTarget", {
    url: "about:blank",
    background: true,
    ...(own && { browserContextId: own.id }),
  });
  targets.hide(targetId);
  try {
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const stop = connection.onEvent((event) => {
      if (isPaused(event, sessionId)) void fulfil(event.params as { requestId: string });
    });
    const fulfil = async ({ requestId }: { requestId: string }): Promise<void> => {
      const headers = [{ name: "content-type", value: "text/html" }];
      const response = { requestId, responseCode: 200, responseHeaders: headers, body: "" };
      await connection.send("Fetch.fulfillRequest", response, { sessionId }).catch(() => undefined);
    };
    await connection.send("Fetch.enable", {}, { sessionId });
    await connection.send("Page.navigate", { url: PAGE }, { sessionId });
    stop();
    const params = { expression: EXPRESSION, awaitPromise: true, returnByValue: true };
    const { result } = await connection.send("Runtime.evaluate", params, { sessionId });
    return result.value as HostBrowser;
  } finally {
    // A browser that is gone has no tab to close.
    connection.send("Target.closeTarget", { targetId }).catch(() => undefined);
  }
}

const isPaused = ({ method, sessionId }: CdpEvent, expected: string): boolean =>
  method === "Fetch.requestPaused" && sessionId === expected;
