import { describe, it } from "vitest";
import { RequestHeaders } from "../../../../src/capabilities/stealth/request-headers.ts";
import { CdpConnection } from "../../../../src/cdp/cdp-connection.ts";
import { FetchBroker } from "../../../../src/cdp/fetch-broker.ts";
import type { GatedTarget } from "../../../../src/cdp/target-gate.ts";
import type { TargetInfo } from "../../../../src/cdp/targets.ts";
import type { HostBrowser } from "../../../../src/domain/fingerprint.ts";
import type { FingerprintSpec } from "../../../../src/domain/session-spec.ts";
import { drawIdentity } from "../../../../src/session/session-identity.ts";
import { HOST } from "../../../support/worker/fake-engine.ts";
import { PLAIN_SPEC } from "../../service/requests.ts";

interface Sent {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

const USER_AGENT = HOST.userAgent.replace("Headless", "");

/** Chromium that was given its user agent at its launch. */
const NAMED: HostBrowser = {
  ...HOST,
  userAgent: USER_AGENT,
  headers: { ...HOST.headers, "user-agent": USER_AGENT },
  fullVersionList: [],
  architecture: "",
  bitness: "",
};

const CHROME_BRANDS = '"Not:A-Brand";v="8", "Chromium";v="156", "Google Chrome";v="156"';

/** Google Chrome with a window, which is called so from the start. */
const CHROME: HostBrowser = {
  ...HOST,
  userAgent: USER_AGENT,
  headers: { "user-agent": USER_AGENT, "sec-ch-ua": CHROME_BRANDS, "sec-ch-ua-platform": '"Linux"' },
  brands: [...HOST.brands, { brand: "Google Chrome", version: "156" }],
  fullVersionList: [...HOST.fullVersionList, { brand: "Google Chrome", version: HOST.fullVersion }],
};

const WINDOW: TargetInfo = { targetId: "W", type: "page", title: "", url: "", openerId: "P", canAccessOpener: false };

/** The headers of a session on a browser that answers everything at once. */
async function start(host: HostBrowser, fingerprint: "auto" | FingerprintSpec = "auto") {
  const spec = { ...PLAIN_SPEC, stealth: "standard", fingerprint } as const;
  const drawn = drawIdentity(spec, { host, seed: "ses_a", sharesBrowser: false });
  if (!drawn.ok || drawn.value.overrides === null) throw new Error("no overrides");
  const sent: Sent[] = [];
  const connection = new CdpConnection((text) => {
    const command = JSON.parse(text) as Sent;
    sent.push(command);
    queueMicrotask(() => connection.receive(JSON.stringify({ id: command.id, result: {} }), ""));
  });
  const event = (method: string, params: object) => connection.receive(JSON.stringify({ method, params }), "");
  const fetches = new FetchBroker(connection);
  const headers = new RequestHeaders({ connection, fetches, overrides: drawn.value.overrides });
  await headers.start();
  return {
    sent,
    event,
    /** Answers how many commands are sent for it. */
    opens: (info: TargetInfo) => headers.before({ info } as GatedTarget).length,
    /** What the request goes on with, by name; `undefined` for as it is. */
    passes: (found: Readonly<Record<string, string>>) => {
      const request = { url: "https://a.test/", method: "GET", headers: found };
      event("Fetch.requestPaused", { requestId: "R", request, frameId: "W", resourceType: "Document" });
      const passed = sent.at(-1)?.params["headers"] as { name: string; value: string }[] | undefined;
      return passed && Object.fromEntries(passed.map(({ name, value }) => [name, value]));
    },
    switched: () => sent.map(({ method }) => method).filter((method) => method.endsWith("able")),
  };
}

describe("the headers of requests that no override reaches", () => {
  it("are put right throughout where the browser says another user agent", async ({ expect }) => {
    const { sent, switched, opens } = await start(HOST);
    expect(sent).toMatchObject([
      { method: "Fetch.enable", params: { patterns: [{ resourceType: "Document" }, { resourceType: "Other" }] } },
    ]);
    expect(opens(WINDOW)).toBe(0);
    expect(switched()).toEqual(["Fetch.enable"]);
  });

  it.for([
    ["system", { platform: "Win32" }],
    ["language", { locale: "de-DE" }],
  ] as const)("are put right throughout for another %s, whatever the browser says", async ([, spec], { expect }) => {
    for (const host of [NAMED, CHROME]) expect((await start(host, spec)).switched()).toEqual(["Fetch.enable"]);
  });

  it("are left alone where the browser sends the session's by itself", async ({ expect }) => {
    const { switched, opens } = await start(CHROME);
    expect(opens(WINDOW)).toBe(0);
    expect(switched()).toEqual([]);
  });

  it("are left alone but for windows, where only the hints differ", async ({ expect }) => {
    const { event, opens, passes, switched } = await start(NAMED);
    expect(switched(), "a plain session").toEqual([]);
    const { openerId: _unused, ...byClient } = { ...WINDOW, url: "about:blank" };
    expect(opens({ ...WINDOW, canAccessOpener: true }), "a window in its opener's reach").toBe(0);
    expect(opens(byClient), "a client's tab").toBe(0);
    expect(opens({ ...WINDOW, type: "iframe" }), "a frame").toBe(0);
    expect([WINDOW, { ...WINDOW, targetId: "W2" }].map(opens)).toEqual([1, 1]);
    const own = { "User-Agent": USER_AGENT, "sec-ch-ua": '"Not:A-Brand";v="8", "Chromium";v="156"' };
    expect(passes(own)).toEqual({ ...own, "sec-ch-ua": CHROME_BRANDS });
    event("Target.targetInfoChanged", { targetInfo: WINDOW });
    event("Target.targetInfoChanged", { targetInfo: { ...WINDOW, url: "https://a.test/" } });
    expect(switched(), "one of two has its document").toEqual(["Fetch.enable", "Fetch.enable"]);
    event("Target.targetDestroyed", { targetId: "W2" });
    expect(switched(), "none is left").toEqual(["Fetch.enable", "Fetch.enable", "Fetch.disable"]);
  });

  it("stay as a client has made them", async ({ expect }) => {
    const { passes } = await start(HOST);
    expect(passes({ "User-Agent": "a client's", "sec-ch-ua": '"A client";v="1"', "Accept-Language": "fr" })).toBe(
      undefined,
    );
  });
});
