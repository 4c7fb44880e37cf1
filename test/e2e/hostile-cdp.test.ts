import { describe, expect } from "vitest";
import type { CdpSocket } from "../support/node/cdp-socket.ts";
import { test } from "../support/node/test.ts";

/** Whether a client is served: the browser answers it. */
async function expectServed(socket: CdpSocket): Promise<void> {
  expect((await socket.send("Browser.getVersion")).result).toHaveProperty("product");
}

/** A session of a page of its own, through this socket. */
async function attachToPage(socket: CdpSocket): Promise<string> {
  const created = await socket.send("Target.createTarget", { url: "about:blank" });
  const { targetId } = created.result as { targetId: string };
  const attached = await socket.send("Target.attachToTarget", { targetId, flatten: true });
  return (attached.result as { sessionId: string }).sessionId;
}

describe("a message that is no command", () => {
  test.for([
    ["no JSON", "hello", -32_700],
    ["cut-off JSON", '{"id":1,"method":"Browser.getVersion"', -32_700],
    ["a lone surrogate's worth of nothing", "", -32_700],
    ["an array", "[]", -32_600],
    ["null", "null", -32_600],
    ["no id", '{"method":"Browser.getVersion"}', -32_600],
    ["a text id", '{"id":"1","method":"Browser.getVersion"}', -32_600],
    ["a negative id, as Berth's own commands have", '{"id":-1,"method":"Browser.getVersion"}', -32_600],
    ["a fraction for an id", '{"id":1.5,"method":"Browser.getVersion"}', -32_600],
    ["an id beyond 31 bits", '{"id":2147483648,"method":"Browser.getVersion"}', -32_600],
    ["no method", '{"id":1}', -32_600],
    ["a number for a method", '{"id":1,"method":2}', -32_600],
    ["a list of parameters", '{"id":1,"method":"Browser.getVersion","params":[]}', -32_600],
    ["a number for a session", '{"id":1,"method":"Browser.getVersion","sessionId":7}', -32_600],
  ] as const)("gets a CDP error: %s", async ([, text, code], { shared, clients }) => {
    const socket = await clients.socket(shared.cdpUrl);
    socket.sendRaw(text);
    const answer = await socket.waitFor((message) => message.error !== undefined);
    expect(answer.error?.code).toBe(code);
    await expectServed(socket);
  });

  test("gets the client cut off when it is binary, and nobody else", async ({ shared, clients }) => {
    const [hostile, bystander] = [await clients.socket(shared.cdpUrl), await clients.socket(shared.cdpUrl)];
    hostile.sendRaw(new Uint8Array([1, 2, 3]));
    expect(await hostile.closed).toEqual({ code: 1003, reason: "CDP messages are text" });
    await expectServed(bystander);
  });

  test("is survived ten thousand times", async ({ shared, clients }) => {
    const socket = await clients.socket(shared.cdpUrl);
    for (let index = 0; index < 10_000; index++) socket.sendRaw(`{"id":${index},"method":`);
    await expect.poll(() => socket.messages.length).toBe(10_000);
    expect(socket.messages.every(({ error }) => error?.code === -32_700)).toBe(true);
    await expectServed(socket);
  });
});

describe("a command", () => {
  test("for a session that nobody has is answered as Chromium does", async ({ shared, clients }) => {
    const socket = await clients.socket(shared.cdpUrl);
    const answer = await socket.send("Runtime.evaluate", { expression: "1" }, "0123456789ABCDEF0123456789ABCDEF");
    expect(answer.error).toEqual({ code: -32_001, message: "Session with given id not found." });
  });

  test("for another client's session is answered as if it did not exist", async ({ shared, clients }) => {
    const [owner, hostile] = [await clients.socket(shared.cdpUrl), await clients.socket(shared.cdpUrl)];
    const sessionId = await attachToPage(owner);
    const answer = await hostile.send("Runtime.evaluate", { expression: "document.title = 'taken'" }, sessionId);
    expect(answer.error).toEqual({ code: -32_001, message: "Session with given id not found." });
    const detach = await hostile.send("Target.detachFromTarget", { sessionId });
    expect(detach.error?.message).toBe("No session with given id");
    const title = await owner.send("Runtime.evaluate", { expression: "document.title" }, sessionId);
    expect(title.result).toMatchObject({ result: { value: "" } });
  });

  test("cannot smuggle a second session or method past the check", async ({ shared, clients }) => {
    const [owner, hostile] = [await clients.socket(shared.cdpUrl), await clients.socket(shared.cdpUrl)];
    const sessionId = await attachToPage(owner);
    const evaluate = `"method":"Runtime.evaluate","params":{"expression":"window.taken = true"}`;
    for (const text of [
      `{"id":1,"sessionId":"${sessionId}","method":"Browser.getVersion","sessionId":"x"}`,
      `{"id":2,"sessionId":"x",${evaluate},"sessionId":"${sessionId}"}`,
      `{"id":3,${evaluate},"\\u0073essionId":"${sessionId}"}`,
      `{"id":4,"method":"Browser.getVersion","m\\u0065thod":"Browser.crash"}`,
      `{"id":5,"method":"Browser.getVersion","method":"Browser.crash"}`,
      `{"id":6,"sessionId":"${sessionId}",${evaluate}}`,
    ]) {
      hostile.sendRaw(text);
    }
    await expect.poll(() => hostile.messages.filter(({ id }) => id !== undefined).length).toBe(6);
    expect(hostile.messages.filter(({ result }) => result !== undefined)).toEqual([]);
    const taken = await owner.send("Runtime.evaluate", { expression: "window.taken" }, sessionId);
    expect(taken.result).toMatchObject({ result: { type: "undefined" } });
  });

  test.for([
    ["Browser.crash", {}],
    ["Browser.crashGpuProcess", {}],
    ["Target.exposeDevToolsProtocol", { targetId: "x" }],
    ["Target.sendMessageToTarget", { message: "{}" }],
    ["Target.setRemoteLocations", { locations: [{ host: "127.0.0.1", port: 9222 }] }],
    ["Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false }],
    ["Extensions.loadUnpacked", { path: "/tmp" }],
    ["Tethering.bind", { port: 9000 }],
    ["Page.navigate", { url: "file:///etc/passwd" }],
    ["Page.navigate", { url: " \tFI\nLE:///etc/passwd" }],
    ["Page.navigate", { url: "view-source:file:///etc/passwd" }],
    ["Target.createTarget", { url: "file:///etc/passwd" }],
    ["Target.createTarget", { url: "chrome://settings" }],
    ["Target.createTarget", { url: "about:blank", browserContextId: "0123456789ABCDEF0123456789ABCDEF" }],
    ["No.suchMethod", {}],
  ] as const)("that reaches beyond the session is refused: %s %j", async ([method, params], { shared, clients }) => {
    const socket = await clients.socket(shared.cdpUrl);
    const isPage = method.startsWith("Page.");
    const answer = await socket.send(method, params, isPage ? await attachToPage(socket) : undefined);
    expect(answer.error?.message).toEqual(expect.any(String));
    expect(answer.result).toBeUndefined();
    await expectServed(socket);
  });

  test("cannot reach a context that another client made", async ({ shared, clients }) => {
    const [owner, hostile] = [await clients.socket(shared.cdpUrl), await clients.socket(shared.cdpUrl)];
    const made = await owner.send("Target.createBrowserContext");
    const { browserContextId } = made.result as { browserContextId: string };
    const page = await owner.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { targetId } = page.result as { targetId: string };
    for (const [method, params] of [
      ["Storage.getCookies", { browserContextId }],
      ["Target.createTarget", { url: "about:blank", browserContextId }],
      ["Target.disposeBrowserContext", { browserContextId }],
      ["Target.attachToTarget", { targetId, flatten: true }],
      ["Target.closeTarget", { targetId }],
      ["Target.getTargetInfo", { targetId }],
    ] as const) {
      expect((await hostile.send(method, params)).error, method).toBeDefined();
    }
    const contexts = await hostile.send("Target.getBrowserContexts");
    expect(contexts.result?.["browserContextIds"]).not.toContain(browserContextId);
    expect(JSON.stringify((await hostile.send("Target.getTargets")).result)).not.toContain(targetId);
    expect((await owner.send("Target.disposeBrowserContext", { browserContextId })).result).toEqual({});
  });
});

describe("a client that vanishes", () => {
  test("in the middle of a paused popup leaves the page running for the others", async ({ shared, clients, site }) => {
    const [hostile, bystander] = [await clients.socket(shared.cdpUrl), await clients.socket(shared.cdpUrl)];
    await hostile.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
    const sessionId = await attachToPage(bystander);
    const opened = bystander.send(
      "Runtime.evaluate",
      { expression: `window.open("${site.origin}/second").closed`, userGesture: true },
      sessionId,
    );
    // The popup waits for this client, which leaves instead of letting it run.
    await hostile.waitFor(({ method, params }) => {
      const target = params?.["targetInfo"] as { openerId?: string } | undefined;
      return method === "Target.attachedToTarget" && target?.openerId !== undefined;
    });
    hostile.terminate();
    expect((await opened).result).toMatchObject({ result: { value: false } });
    const titles = async () => JSON.stringify((await bystander.send("Target.getTargets")).result);
    await expect.poll(titles).toContain(`${site.origin}/second`);
  });
});
