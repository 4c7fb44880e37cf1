import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { READER } from "../../src/capabilities/profile/page/script.ts";
import { RestoreOrigins } from "../../src/capabilities/profile/restore-origins.ts";
import { StorageTab } from "../../src/capabilities/profile/storage-tab.ts";
import { CdpEndpointEngine } from "../../src/engines/cdp-endpoint.ts";
import { FakeClient } from "../support/worker/fake-client.ts";
import { openLive } from "../support/worker/live-browser.ts";

const ignore = (): void => undefined;
let browserId: string;

/** One real Chromium behind the addresses that a DevTools server of an operator's own would have. */
const engine = new CdpEndpointEngine({
  endpoint: "http://chrome.test:9222",
  fetch: (url, init) => {
    const { pathname } = new URL(url);
    const path = pathname.startsWith("/devtools/browser/") ? "" : pathname;
    return env.BROWSER.fetch(`https://x/v1/devtools/browser/${browserId}${path}`, init);
  },
});

beforeAll(async () => {
  const launched = await env.BROWSER.fetch("https://x/v1/devtools/browser", { method: "POST" });
  browserId = (await launched.json<{ sessionId: string }>()).sessionId;
});

afterAll(async () => {
  await env.BROWSER.fetch(`https://x/v1/devtools/browser/${browserId}`, { method: "DELETE" });
});

async function openSession() {
  const browser = await engine.launch();
  const live = await openLive(await browser.connect(), {
    clock: { now: () => Date.now() },
    sharesBrowser: true,
    context: "new",
  });
  const socket = new FakeClient();
  const client = await live.mux.attach(socket);
  let nextId = 1;
  const call = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = nextId++;
    live.mux.fromClient(client, JSON.stringify({ id, method, params }));
    await expect.poll(() => socket.messages.some((message) => message["id"] === id)).toBe(true);
    return socket.messages.find((message) => message["id"] === id) ?? {};
  };
  const send = async (method: string, params: object = {}): Promise<Record<string, unknown>> =>
    (await call(method, params))["result"] as Record<string, unknown>;
  return { live, socket, call, send };
}

describe("sessions on a browser that they share", () => {
  it("see their own page as the default context's, and nothing of each other", async () => {
    const [first, second] = [await openSession(), await openSession()];
    const pagesOf = async ({ send }: typeof first) => {
      const { targetInfos } = await send("Target.getTargets");
      return (targetInfos as { targetId: string; type: string; browserContextId: string }[]).filter(
        ({ type }) => type === "page",
      );
    };
    const [pages, others] = [await pagesOf(first), await pagesOf(second)];
    expect(pages).toHaveLength(1);
    expect(others).toHaveLength(1);
    expect(pages[0]?.targetId).not.toBe(others[0]?.targetId);
    const { defaultBrowserContextId, browserContextIds } = await first.send("Target.getBrowserContexts");
    expect(browserContextIds).toEqual([]);
    expect(pages[0]?.browserContextId).toBe(defaultBrowserContextId);
  });

  it("do not share cookies", async () => {
    const [first, second] = [await openSession(), await openSession()];
    const cookie = { name: "secret", value: "1", url: "https://a.test/" };
    await first.send("Storage.setCookies", { cookies: [cookie] });
    expect((await first.send("Storage.getCookies"))["cookies"]).toHaveLength(1);
    expect((await second.send("Storage.getCookies"))["cookies"]).toEqual([]);
  });

  it("cannot catch each other's requests, or read each other's traces", async () => {
    const [hostile, victim] = [await openSession(), await openSession()];
    expect(await hostile.call("Fetch.enable", { patterns: [{ urlPattern: "*" }] })).toHaveProperty("error");
    expect(await hostile.call("Tracing.start")).toHaveProperty("error");
    const { targetId } = await victim.send("Target.createTarget", { url: "http://127.0.0.1:9/secret" });
    // Caught, the page would wait for the other session for ever.
    const urlOf = async () => {
      const { targetInfo } = await victim.send("Target.getTargetInfo", { targetId });
      return (targetInfo as { url: string }).url;
    };
    await expect.poll(urlOf).toContain("127.0.0.1:9/secret");
    expect(hostile.socket.texts.join("")).not.toContain("secret");
  });

  it("do not share what a profile brings", async () => {
    const [first, second] = [await openSession(), await openSession()];
    const origin = "https://shop.test";
    const text = `${JSON.stringify({ local: [["token", "of the first"]] })}\n`;
    const tabOf = ({ live }: typeof first) =>
      new StorageTab({ connection: live.connection, open: () => live.openHiddenTab(live.targets.own?.id) });
    const tab = tabOf(first);
    const restore = new RestoreOrigins({
      tab,
      origins: [{ origin, parts: [{ key: "", keyId: "", size: text.length, digest: "" }] }],
      read: () => Promise.resolve(text),
      isElsewhere: () => false,
      onRestored: ignore,
      onFailed: ignore,
    });
    await restore.restoreAll();
    const read = (from: StorageTab) => from.visit(origin, READER, (page) => page.call("read", 1000));
    expect(await read(tab)).toBe(text);
    expect(await read(tabOf(second))).toBe("");
    // Neither client is told of either tab.
    for (const { send } of [first, second]) {
      const { targetInfos } = await send("Target.getTargets");
      expect((targetInfos as { type: string }[]).filter(({ type }) => type === "page")).toHaveLength(1);
    }
  });

  it("take their pages with them", async () => {
    const [leaving, staying] = [await openSession(), await openSession()];
    const [page] = leaving.live.pages();
    await leaving.live.disposeContexts();
    const { targetInfos } = await staying.live.connection.send("Target.getTargets", {});
    expect(targetInfos.map(({ targetId }) => targetId)).not.toContain(page?.targetId);
    expect(staying.live.pages()).toHaveLength(1);
  });
});
