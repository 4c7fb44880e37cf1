import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTenant, type Tenant } from "../support/worker/api.ts";
import { CdpClient, type CdpMessage } from "../support/worker/cdp-client.ts";

/** A file that every machine has. */
const FILE = "file:///etc/hosts";
const START = "data:text/html,<title>start</title><p>start</p>";

let tenant: Tenant;
let sessionId: string;
let client: CdpClient;
let page: string;

beforeAll(async () => {
  tenant = await createTenant();
  const response = await tenant.meshbrow("/v1/sessions", { method: "POST", body: "{}" });
  const created = await response.json<{ id: string; cdpUrl: string }>();
  sessionId = created.id;
  client = await CdpClient.connect(created.cdpUrl);
  const [first] = await client.pages();
  page = await client.attach(first?.targetId ?? "");
  await client.send("Page.enable", {}, page);
});

afterAll(async () => void (await tenant.meshbrow(`/v1/sessions/${sessionId}`, { method: "DELETE" })));

const call = (method: string, params: object): Promise<CdpMessage> => client.call(method, params, page);
const evaluate = (expression: string): Promise<unknown> => client.evaluate(expression, page);

async function start(): Promise<void> {
  await call("Page.navigate", { url: START });
  await expect.poll(() => evaluate("document.title")).toBe("start");
}

/** Nothing of the machine is in front of the client, whatever page is. */
async function expectNothingLocal(): Promise<void> {
  for (const { url } of await client.pages()) {
    expect(url).not.toMatch(/^(?:file|chrome|devtools|view-source|filesystem):/);
  }
  const expression = "document.documentElement?.textContent ?? ''";
  // A page on its way to another process does not answer yet.
  const shown = async () => (await call("Runtime.evaluate", { expression, returnByValue: true })).result?.["result"];
  await expect.poll(shown).toHaveProperty("value");
  expect(JSON.stringify(await shown())).not.toMatch(/localhost|Command Line|GPU process/);
}

describe("the browser's machine", () => {
  it.for([
    FILE,
    ` ${FILE}`,
    "FILE:///etc/hosts",
    "fi\nle:///etc/hosts",
    `view-source:${FILE}`,
    "filesystem:file:///temporary/x",
    "chrome://version/",
    "chrome:version",
    "chrome-native://newtab",
    "devtools://devtools/bundled/inspector.html",
    "mailto:a@b.test",
    "intent://x#Intent;end",
  ])("is not opened by a navigation to %j", async (url, { expect }) => {
    await start();
    expect((await call("Page.navigate", { url })).error?.message).toMatch(/^Berth sessions do not open /);
    expect((await client.call("Target.createTarget", { url })).error?.message).toMatch(/^Berth sessions do not open /);
    expect((await call("Network.loadNetworkResource", { url, options: {} })).error).toBeDefined();
    await expectNothingLocal();
  });

  it.for([
    "about:version",
    "about:gpu",
    `blob:${FILE}`,
    "blob:chrome://version/x",
    "/etc/hosts",
    "\u00a0file:///etc/hosts",
    "%66ile:///etc/hosts",
  ])("is not reached by %j, which Chromium itself refuses or shows empty", async (url, { expect }) => {
    await start();
    await call("Page.navigate", { url });
    await expectNothingLocal();
    expect(await evaluate("document.documentElement?.textContent ?? ''")).not.toMatch(/Command Line|GPU process/);
  });

  it.for([
    `location.href = "${FILE}"`,
    'location.href = "chrome://version"',
    `location.href = "view-source:${FILE}"`,
    `void window.open("${FILE}")`,
    `fetch("${FILE}").then((r) => r.text(), () => "")`,
    `import("${FILE}").catch(() => "")`,
    `document.body.append(Object.assign(document.createElement("iframe"), { src: "${FILE}" }))`,
    `document.body.append(Object.assign(document.createElement("a"), { href: "${FILE}", id: "a" })); a.click()`,
  ])("is not opened by a page that tries %s", async (expression, { expect }) => {
    await start();
    const result = await evaluate(expression);
    expect(String(result)).not.toContain("localhost");
    await expectNothingLocal();
    expect((await client.pages()).map(({ url }) => url)).not.toContain(FILE);
  });

  it.for(["Fetch.continueRequest", "Fetch.fulfillRequest"])(
    "is not opened by a request that %s sends there",
    async (method, { expect }) => {
      await start();
      await client.send("Fetch.enable", { patterns: [{ urlPattern: "http://site.test/*" }] }, page);
      client.events.splice(0);
      const navigated = call("Page.navigate", { url: "http://site.test/x" });
      const paused = (): CdpMessage | undefined =>
        client.events.find((event) => event.method === "Fetch.requestPaused");
      await expect.poll(paused).toBeDefined();
      const { requestId } = paused()?.params ?? {};
      const redirect = { responseCode: 302, responseHeaders: [{ name: "Location", value: FILE }] };
      await call(method, { requestId, ...(method === "Fetch.continueRequest" ? { url: FILE } : redirect) });
      expect((await navigated).result).toMatchObject({ errorText: expect.stringMatching(/^net::ERR_/) });
      await client.send("Fetch.disable", {}, page);
      await expectNothingLocal();
    },
  );
});
