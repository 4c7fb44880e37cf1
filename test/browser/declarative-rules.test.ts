import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeclarativeRules } from "../../src/capabilities/extensions/declarative-rules.ts";
import { RuleHandler } from "../../src/capabilities/extensions/rule-handler.ts";
import { CdpConnection } from "../../src/cdp/cdp-connection.ts";
import { FetchBroker, type RequestHandler } from "../../src/cdp/fetch-broker.ts";
import { FrameTree } from "../../src/cdp/frame-tree.ts";
import { inPage } from "../../src/cdp/in-page.ts";
import { TargetGate } from "../../src/cdp/target-gate.ts";
import { BrowserRunEngine } from "../../src/engines/browser-run.ts";
import type { EngineBrowser } from "../../src/engines/engine.ts";

const SITE = "https://site.test/";
/** The time of a busy machine. */
const PATIENCE = { timeout: 10_000 };
const ID = "00000000-0000-4000-8000-000000000001";

let browser: EngineBrowser;
let connection: CdpConnection;
let rules: DeclarativeRules;
let pageId: string;

/** There is no web: whatever the rules let go is answered with its own address and headers. */
const web: RequestHandler = {
  patterns: () => [{}],
  rule: ({ request: { url, headers }, resourceType }) => ({
    answer: {
      status: 200,
      headers: [
        { name: "Content-Type", value: resourceType === "Document" ? "text/html" : "application/json" },
        { name: "Access-Control-Allow-Origin", value: "https://site.test" },
        { name: "Access-Control-Allow-Headers", value: "X-Page" },
      ],
      body: btoa(resourceType === "Document" ? "<title>here</title>" : JSON.stringify({ url, headers })),
    },
  }),
};

beforeAll(async () => {
  browser = await new BrowserRunEngine(env.BROWSER).launch({ location: null });
  const transport = await browser.connect();
  connection = new CdpConnection((text) => transport.send(text));
  transport.onMessage((text) => connection.receive(text, (JSON.parse(text) as { sessionId?: string }).sessionId ?? ""));
  const frames = new FrameTree();
  const gate = new TargetGate({
    connection,
    belongs: ({ type }) => type === "page",
    holders: { whenFree: () => Promise.resolve() },
    setUp: (target) => frames.setUp(target),
    onFailed: (error) => {
      throw error;
    },
  });
  gate.onEvent((target, method, params) => frames.handle(target, method, params));
  await (
    await gate.start()
  ).setUp;
  pageId = (await connection.send("Target.createTarget", { url: "about:blank" })).targetId;
  const fetches = new FetchBroker(connection);
  rules = new DeclarativeRules({
    extension: {
      id: ID,
      manifest: { permissions: ["declarativeNetRequest"], host_permissions: ["<all_urls>"] },
      files: new Map(),
    },
    onChanged: () => fetches.changed(),
  });
  const isPage = (frameId: string): boolean => frameId === pageId;
  await fetches.use(new RuleHandler({ extensions: [rules], frames, isPage, tabIdOf: () => 1 }));
  await fetches.use(web);
});

afterAll(() => browser.close());

const evaluate = (expression: string): Promise<unknown> =>
  inPage(connection, pageId, async (sessionId) => {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    return (await connection.send("Runtime.evaluate", asked, { sessionId })).result.value as unknown;
  });

async function open(url: string): Promise<void> {
  await inPage(connection, pageId, (sessionId) => connection.send("Page.navigate", { url }, { sessionId }));
  await expect.poll(() => evaluate("location.href + document.readyState"), PATIENCE).toBe(`${url}complete`);
}

/** What the page gets of an address: what the web has heard of it, or that nothing came. */
const got = (url: string): Promise<unknown> =>
  evaluate(`fetch(${JSON.stringify(url)}, { headers: { "X-Page": "1" } }).then((r) => r.json(), () => "nothing")`);

const use = (...list: readonly object[]): Promise<unknown> =>
  rules.call("updateSessionRules", [
    { removeRuleIds: [1, 2, 3], addRules: list.map((rule, n) => ({ id: n + 1, ...rule })) },
  ]);

describe("rules of an extension, in a page", () => {
  it("block what they name, and nothing once they are gone", async () => {
    await open(SITE);
    await use({
      action: { type: "block" },
      condition: { urlFilter: "||site.test/ad", initiatorDomains: ["site.test"] },
    });
    expect(await got("/ad.json")).toBe("nothing");
    expect(await got("/other.json")).toMatchObject({ url: "https://site.test/other.json" });
    await use();
    expect(await got("/ad.json")).toMatchObject({ url: "https://site.test/ad.json" });
  });

  it("redirect, to other origins as well", async () => {
    await open(SITE);
    const transform = { host: "other.test", queryTransform: { addOrReplaceParams: [{ key: "q", value: "1" }] } };
    await use({ action: { type: "redirect", redirect: { transform } }, condition: { urlFilter: "||site.test/moved" } });
    expect(await got("/moved.json")).toMatchObject({ url: "https://other.test/moved.json?q=1" });
  });

  it("set and remove what is sent", async () => {
    await open(SITE);
    const requestHeaders = [
      { header: "x-page", operation: "remove" },
      { header: "x-rule", operation: "set", value: "2" },
      { header: "accept", operation: "set", value: "text/plain" },
    ];
    await use({ action: { type: "modifyHeaders", requestHeaders }, condition: { resourceTypes: ["xmlhttprequest"] } });
    const { headers } = (await got("/h.json")) as { headers: Record<string, string> };
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    expect(lower).toMatchObject({ "x-rule": "2", accept: "text/plain" });
    expect(lower).not.toHaveProperty("x-page");
  });

  it("send a page's document elsewhere", async () => {
    await use({
      action: { type: "redirect", redirect: { url: "https://other.test/there" } },
      condition: { urlFilter: "||site.test/here", resourceTypes: ["main_frame"] },
    });
    await inPage(connection, pageId, (sessionId) =>
      connection.send("Page.navigate", { url: `${SITE}here` }, { sessionId }),
    );
    await expect.poll(() => evaluate("location.href"), PATIENCE).toBe("https://other.test/there");
  });

  it("allow all that is in a page", async () => {
    await use(
      { action: { type: "block" }, condition: { urlFilter: "/ad" } },
      { action: { type: "allowAllRequests" }, condition: { urlFilter: "||free.test/", resourceTypes: ["main_frame"] } },
    );
    await open("https://free.test/");
    expect(await got("/ad.json")).toMatchObject({ url: "https://free.test/ad.json" });
    await open(SITE);
    expect(await got("/ad.json")).toBe("nothing");
  });
});
