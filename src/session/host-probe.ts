import type { CdpEvent } from "../cdp/cdp-connection.ts";
import type { HostBrowser } from "../domain/fingerprint.ts";
import type { LiveBrowser } from "./live-browser.ts";

/** A secure page, which client hints ask for; it is answered here, and no request leaves the browser. */
const PAGE = "https://host.invalid/";

const EXPRESSION = `(async () => {
  const { userAgent, platform, language, hardwareConcurrency, deviceMemory = 8, webdriver, userAgentData } = navigator;
  const hints = ["fullVersionList", "platformVersion", "architecture", "bitness"];
  const popup = window.open("about:blank");
  popup?.close();
  const high = await userAgentData.getHighEntropyValues(hints);
  return {
    userAgent, platform, hardwareConcurrency, deviceMemory, webdriver, locale: language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    brands: userAgentData.brands, uaPlatform: userAgentData.platform,
    fullVersionList: high.fullVersionList, platformVersion: high.platformVersion,
    architecture: high.architecture, bitness: high.bitness, blocksPopups: popup === null,
  };
})()`;

/** The headers that say who the browser is; `Accept-Language` comes later, out of the same list as the languages. */
const IDENTIFYING = /^(user-agent|sec-ch-ua.*)$/i;

interface PausedDocument {
  readonly requestId: string;
  readonly request: { readonly headers: Readonly<Record<string, string>> };
}

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
    let sent: Readonly<Record<string, string>> = {};
    const stop = connection.onEvent((event) => {
      if (isPaused(event, sessionId)) void fulfil(event.params as PausedDocument);
    });
    const fulfil = async ({ requestId, request }: PausedDocument): Promise<void> => {
      sent = request.headers;
      const headers = [{ name: "content-type", value: "text/html" }];
      const response = { requestId, responseCode: 200, responseHeaders: headers, body: "" };
      await connection.send("Fetch.fulfillRequest", response, { sessionId }).catch(() => undefined);
    };
    const [{ product }] = await Promise.all([
      connection.send("Browser.getVersion", undefined),
      connection.send("Fetch.enable", {}, { sessionId }),
    ]);
    await connection.send("Page.navigate", { url: PAGE }, { sessionId });
    stop();
    const params = { expression: EXPRESSION, awaitPromise: true, returnByValue: true };
    const { result } = await connection.send("Runtime.evaluate", params, { sessionId });
    const seen = result.value as Omit<HostBrowser, "headers" | "fullVersion">;
    // Pages of a browser that was given a user agent are not told its version.
    return { ...seen, headers: identifying(sent), fullVersion: product.slice(product.indexOf("/") + 1) };
  } finally {
    // A browser that is gone has no tab to close.
    connection.send("Target.closeTarget", { targetId }).catch(() => undefined);
  }
}

const isPaused = ({ method, sessionId }: CdpEvent, expected: string): boolean =>
  method === "Fetch.requestPaused" && sessionId === expected;

const identifying = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => IDENTIFYING.test(name))
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
