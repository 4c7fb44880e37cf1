import { beforeEach, describe, expect, it } from "vitest";
import type { SessionMux } from "../../../src/cdp/session-mux.ts";
import type { TargetInfo } from "../../../src/cdp/targets.ts";
import type { FakeBrowser } from "../../support/worker/fake-browser.ts";
import { MuxHarness, pageTarget as page } from "../../support/worker/mux-harness.ts";

const MIB = 1024 * 1024;
const OWN = { id: "OWN", defaultId: "DEFAULT" };

let harness: MuxHarness;
let browser: FakeBrowser;
let targets: MuxHarness["targets"];
let mux: SessionMux;

beforeEach(() => {
  harness = new MuxHarness();
  ({ browser, targets, mux } = harness);
});

async function connect() {
  const connected = await harness.connect();
  const { socket, client, root } = connected;
  const send = (message: object): void => connected.send(message);
  const attached = (target: TargetInfo, parent?: string): string => connected.attached(target, parent);
  return { socket, client, send, attached, root };
}

describe("routing", () => {
  it("addresses a client's root commands to its own browser session and hides that session from it", async () => {
    const { socket, send, root } = await connect();
    send({ id: 1, method: "Browser.getVersion" });
    const command = browser.last("Browser.getVersion");
    expect(command).toMatchObject({ id: 1, sessionId: root });
    browser.answer(command, { product: "Chrome" });
    expect(socket.texts).toEqual(['{"id":1,"result":{"product":"Chrome"}}']);
  });

  it("keeps two clients apart although their command ids are equal", async () => {
    const first = await connect();
    const second = await connect();
    first.send({ id: 7, method: "Browser.getVersion" });
    second.send({ id: 7, method: "Browser.getVersion" });
    const [forFirst, forSecond] = browser.sent.filter(({ method }) => method === "Browser.getVersion");
    browser.answer(forSecond ?? browser.last("none"), { product: "second" });
    browser.answer(forFirst ?? browser.last("none"), { product: "first" });
    expect(first.socket.last).toEqual({ id: 7, result: { product: "first" } });
    expect(second.socket.last).toEqual({ id: 7, result: { product: "second" } });
  });

  it("forwards a nested session's messages untouched, both ways", async () => {
    const { client, socket, attached } = await connect();
    const sessionId = attached(page("T1", "DEFAULT"));
    const upward = `{"method":"Runtime.evaluate", "params":{"expression":"1"},"id":3,"sessionId":"${sessionId}"}`;
    mux.fromClient(client, upward);
    expect(browser.last("Runtime.evaluate").text).toBe(upward);
    const downward = `{"method":"Runtime.consoleAPICalled","params":{"args":[1.0e0]},"sessionId":"${sessionId}"}`;
    browser.saysText(downward);
    expect(socket.texts.at(-1)).toBe(downward);
  });

  it("drops what comes for a session after its client has left", async () => {
    const { socket, client, root } = await connect();
    mux.detach(client);
    browser.event("Target.targetInfoChanged", { targetInfo: page("T1", "DEFAULT") }, root);
    expect(socket.texts).toEqual([]);
    expect(browser.last("Target.detachFromTarget").params).toEqual({ sessionId: root });
  });

  it("forgets sessions nested in one that detached", async () => {
    const { client, attached, send, socket } = await connect();
    const parent = attached(page("T1", "DEFAULT"));
    const child = attached(page("F1", "DEFAULT", "iframe"), parent);
    browser.event("Target.detachedFromTarget", { sessionId: parent }, client.root.id);
    send({ id: 9, method: "Runtime.evaluate", sessionId: child });
    expect(socket.last).toMatchObject({ id: 9, error: { code: -32_001 } });
  });
});

describe("ownership", () => {
  it("refuses another client's session as one that does not exist", async () => {
    const first = await connect();
    const second = await connect();
    const sessionId = first.attached(page("T1", "DEFAULT"));
    second.send({ id: 1, method: "Runtime.evaluate", params: { expression: "1" }, sessionId });
    expect(second.socket.last).toEqual({
      id: 1,
      error: { code: -32_001, message: "Session with given id not found." },
    });
    expect(browser.sent.some(({ method }) => method === "Runtime.evaluate")).toBe(false);
  });

  it("sends what it checked when a key comes twice or escaped", async () => {
    const first = await connect();
    const second = await connect();
    const foreign = first.attached(page("T1", "DEFAULT"));
    const mine = second.attached(page("T2", "DEFAULT"));
    const tricks = [
      `{"id":1,"method":"Runtime.evaluate","sessionId":"${foreign}","sessionId":"${mine}"}`,
      `{"id":1,"method":"Runtime.evaluate","session\\u0049d":"${foreign}","sessionId":"${mine}"}`,
    ];
    for (const text of tricks) {
      mux.fromClient(second.client, text);
      expect(browser.last("Runtime.evaluate").text).not.toContain(foreign);
    }
  });

  it("refuses to detach a session of another client", async () => {
    const first = await connect();
    const second = await connect();
    second.send({ id: 4, method: "Target.detachFromTarget", params: { sessionId: first.root } });
    expect(second.socket.last).toMatchObject({ id: 4, error: { code: -32_602 } });
  });

  it("is not fooled by two ids, of which another reader may take the negative one", async () => {
    const { client, root } = await connect();
    mux.fromClient(client, '{"id":-1,"id":5,"method":"Browser.getVersion"}');
    const { text } = browser.last("Browser.getVersion");
    expect(text).not.toContain("-1");
    expect(JSON.parse(text)).toEqual({ id: 5, method: "Browser.getVersion", params: {}, sessionId: root });
  });

  it("never takes a client's negative id, which is how Berth's own commands are told", async () => {
    const { socket, send } = await connect();
    send({ id: -1, method: "Browser.getVersion" });
    expect(socket.last).toMatchObject({ error: { code: -32_600 } });
  });
});

describe("bad input", () => {
  it.for([
    ["{", -32_700],
    ["[]", -32_600],
    ["1", -32_600],
    ['{"method":"A.b"}', -32_600],
    ['{"id":"1","method":"A.b"}', -32_600],
    ['{"id":1.5,"method":"A.b"}', -32_600],
    ['{"id":1}', -32_600],
    ['{"id":1,"method":"A.b","params":[]}', -32_600],
    ['{"id":1,"method":"A.b","sessionId":1}', -32_600],
  ] as const)("answers %s with a CDP error and stays", async ([text, code], { expect }) => {
    const { client, socket, send } = await connect();
    mux.fromClient(client, text);
    expect(socket.last).toMatchObject({ error: { code } });
    send({ id: 2, method: "Browser.getVersion" });
    expect(browser.last("Browser.getVersion").id).toBe(2);
  });

  it.for(["Storage.getCookies", "Target.getTargets"])(
    "refuses %s with parameters too deep to be written, and waits for no answer to it",
    async (method, { expect }) => {
      const { client, socket, send } = await connect();
      // Keys that look like indexes: `JSON.stringify` recurses over such objects.
      const deep = `${'{"0":'.repeat(20_000)}1${"}".repeat(20_000)}`;
      mux.fromClient(client, `{"id":1,"method":"${method}","params":${deep}}`);
      expect(socket.last).toEqual({ id: 1, error: { code: -32_600, message: "Message is nested too deeply" } });
      expect(client.waiting.count).toBe(0);
      send({ id: 2, method: "Browser.getVersion" });
      expect(browser.last("Browser.getVersion").id).toBe(2);
    },
  );

  it("closes a client that sends binary, and no other", async () => {
    const first = await connect();
    const second = await connect();
    mux.fromClient(first.client, new ArrayBuffer(4));
    expect(first.socket.closedWith?.code).toBe(1003);
    expect(second.socket.closedWith).toBeUndefined();
  });
});

describe("limits", () => {
  it("cuts off a client that lets 32 MiB wait, and no other", async () => {
    const slow = await connect();
    const quick = await connect();
    slow.socket.bufferedBytes = 32 * MIB;
    browser.event("Target.targetCreated", { targetInfo: page("T1", "DEFAULT") }, slow.root);
    expect(slow.socket.closedWith).toBeUndefined();
    slow.socket.bufferedBytes = 32 * MIB + 1;
    browser.event("Target.targetCreated", { targetInfo: page("T2", "DEFAULT") }, slow.root);
    expect(slow.socket.closedWith?.code).toBe(4008);
    browser.event("Target.targetCreated", { targetInfo: page("T3", "DEFAULT") }, quick.root);
    expect(quick.socket.last).toMatchObject({ params: { targetInfo: { targetId: "T3" } } });
  });

  it("cuts off the client that sends while 64 MiB wait for the browser", async () => {
    const { socket, send } = await connect();
    browser.bufferedBytes = 64 * MIB + 1;
    send({ id: 1, method: "Browser.getVersion" });
    expect(socket.closedWith?.code).toBe(4009);
  });

  it("forwards nothing more from a client that was cut off", async () => {
    const { client, send } = await connect();
    mux.fromClient(client, new ArrayBuffer(4));
    send({ id: 1, method: "Browser.getVersion" });
    expect(browser.sent.some(({ method }) => method === "Browser.getVersion")).toBe(false);
  });
});

describe("targets that clients do not see", () => {
  it("resumes and lets go of a hidden target that auto-attach caught, without a word to the client", async () => {
    const { socket, attached, root } = await connect();
    const sessionId = attached(page("UI", "DEFAULT", "browser_ui"));
    expect(browser.last("Runtime.runIfWaitingForDebugger").sessionId).toBe(sessionId);
    expect(browser.last("Target.detachFromTarget")).toMatchObject({ params: { sessionId }, sessionId: root });
    browser.event("Target.detachedFromTarget", { sessionId }, root);
    expect(socket.texts).toEqual([]);
  });

  it("hides the tabs of Chrome's own surfaces, whose pages a client would wait for in vain", async () => {
    const { socket, root } = await connect();
    const tab = { ...page("TAB", "DEFAULT", "tab"), url: "chrome://omnibox-popup.top-chrome/" };
    browser.event("Target.targetCreated", { targetInfo: tab }, root);
    expect(socket.texts).toEqual([]);
    browser.event("Target.targetCreated", { targetInfo: page("TAB2", "DEFAULT", "tab") }, root);
    expect(socket.last).toMatchObject({ params: { targetInfo: { targetId: "TAB2" } } });
  });

  it("shows a tab that has loaded nothing yet as blank, but leaves a popup to its opener", async () => {
    const { socket, root } = await connect();
    const loading = { ...page("T1", "DEFAULT"), url: "" };
    browser.event("Target.targetCreated", { targetInfo: loading }, root);
    expect(socket.last).toMatchObject({ params: { targetInfo: { targetId: "T1", url: "about:blank" } } });
    browser.event("Target.targetCreated", { targetInfo: { ...loading, targetId: "T2", openerId: "T1" } }, root);
    expect(socket.last).toMatchObject({ params: { targetInfo: { targetId: "T2", url: "" } } });
  });

  it("keeps a context private while its maker is connected, and opens it to all afterwards", async () => {
    const maker = await connect();
    const other = await connect();
    maker.send({ id: 1, method: "Target.createBrowserContext", params: { disposeOnDetach: false } });
    browser.answer(browser.last("Target.createBrowserContext"), { browserContextId: "MADE" });
    browser.event("Target.targetCreated", { targetInfo: page("T1", "MADE") }, other.root);
    browser.event("Target.targetDestroyed", { targetId: "T1" }, other.root);
    expect(other.socket.texts).toEqual([]);
    other.send({ id: 2, method: "Target.createTarget", params: { url: "about:blank", browserContextId: "MADE" } });
    expect(other.socket.last).toMatchObject({ id: 2, error: { code: -32_602 } });
    mux.detach(maker.client);
    browser.event("Target.targetCreated", { targetInfo: page("T2", "MADE") }, other.root);
    expect(other.socket.last).toMatchObject({ params: { targetInfo: { targetId: "T2" } } });
  });

  it("tells nothing of a hidden target's end to any of the sessions that a client discovers with", async () => {
    const { socket, attached, root } = await connect();
    const second = attached({ ...page("BROWSER", "", "browser") });
    const told = socket.texts.length;
    for (const session of [root, second]) {
      browser.event("Target.targetCreated", { targetInfo: page("UI", "DEFAULT", "browser_ui") }, session);
    }
    for (const session of [root, second]) browser.event("Target.targetDestroyed", { targetId: "UI" }, session);
    expect(socket.texts).toHaveLength(told);
  });

  it("tells of the end of a target that came into sight when the maker of its context left", async () => {
    const maker = await connect();
    const other = await connect();
    maker.send({ id: 1, method: "Target.createBrowserContext" });
    browser.answer(browser.last("Target.createBrowserContext"), { browserContextId: "MADE" });
    browser.event("Target.targetCreated", { targetInfo: page("T1", "MADE") }, other.root);
    mux.detach(maker.client);
    browser.event("Target.targetInfoChanged", { targetInfo: page("T1", "MADE") }, other.root);
    browser.event("Target.targetDestroyed", { targetId: "T1" }, other.root);
    expect(other.socket.last).toEqual({ method: "Target.targetDestroyed", params: { targetId: "T1" } });
  });

  it("leaves other clients' contexts and targets out of answers", async () => {
    const maker = await connect();
    const other = await connect();
    maker.send({ id: 1, method: "Target.createBrowserContext" });
    browser.answer(browser.last("Target.createBrowserContext"), { browserContextId: "MADE" });
    other.send({ id: 2, method: "Target.getTargets" });
    const targetInfos = [page("T1", "DEFAULT"), page("T2", "MADE"), page("UI", "DEFAULT", "browser_ui")];
    browser.answer(browser.last("Target.getTargets"), { targetInfos });
    expect(other.socket.last).toEqual({ id: 2, result: { targetInfos: [page("T1", "DEFAULT")] } });
    other.send({ id: 3, method: "Target.getBrowserContexts" });
    browser.answer(browser.last("Target.getBrowserContexts"), { browserContextIds: ["MADE"] });
    expect(other.socket.last).toEqual({ id: 3, result: { browserContextIds: [] } });
  });

  it("refuses commands on a target that it hides", async () => {
    const { send, socket } = await connect();
    targets.note(page("OURS", "DEFAULT"));
    targets.hide("OURS");
    for (const method of ["Target.closeTarget", "Target.activateTarget", "Target.getTargetInfo"]) {
      send({ id: 5, method, params: { targetId: "OURS" } });
      expect(socket.last).toMatchObject({ id: 5, error: { message: "No target with given id found" } });
    }
    send({ id: 6, method: "Target.attachToTarget", params: { targetId: "OURS", flatten: true } });
    expect(socket.last).toMatchObject({ id: 6, error: { message: "No target with given id found" } });
  });
});

describe("a session in a browser context of its own", () => {
  beforeEach(() => targets.useContext(OWN, { sharesBrowser: true }));

  it.for([
    ["Target.createTarget", { url: "about:blank" }],
    ["Target.createTarget", { url: "about:blank", browserContextId: "DEFAULT" }],
    ["Storage.getCookies", {}],
    ["Storage.setCookies", { cookies: [] }],
    ["Storage.clearCookies", { browserContextId: "DEFAULT" }],
    ["Browser.setDownloadBehavior", { behavior: "deny" }],
    ["Browser.grantPermissions", { permissions: [] }],
    ["Browser.setPermission", { permission: { name: "midi" }, setting: "granted" }],
    ["Browser.resetPermissions", {}],
  ] as const)("applies %s to that context", async ([method, params], { expect }) => {
    const { send } = await connect();
    send({ id: 1, method, params });
    expect(browser.last(method).params["browserContextId"]).toBe(OWN.id);
  });

  it("shows its targets as targets of the default context", async () => {
    const { socket, attached, root } = await connect();
    browser.event("Target.targetCreated", { targetInfo: page("T1", OWN.id) }, root);
    expect(socket.last).toEqual({ method: "Target.targetCreated", params: { targetInfo: page("T1", OWN.defaultId) } });
    attached(page("T1", OWN.id));
    expect(socket.last).toMatchObject({ params: { targetInfo: { browserContextId: OWN.defaultId } } });
  });

  it("hides the browser's true default context and other sessions' contexts", async () => {
    const { socket, root } = await connect();
    browser.event("Target.targetCreated", { targetInfo: page("T1", OWN.defaultId) }, root);
    browser.event("Target.targetCreated", { targetInfo: page("T2", "FOREIGN") }, root);
    expect(socket.texts).toEqual([]);
  });

  it("is not in the list of contexts, and cannot be disposed of", async () => {
    const { send, socket } = await connect();
    send({ id: 1, method: "Target.getBrowserContexts" });
    const answer = { browserContextIds: [OWN.id, "FOREIGN"], defaultBrowserContextId: OWN.defaultId };
    browser.answer(browser.last("Target.getBrowserContexts"), answer);
    expect(socket.last).toMatchObject({ result: { browserContextIds: [], defaultBrowserContextId: OWN.defaultId } });
    send({ id: 2, method: "Target.disposeBrowserContext", params: { browserContextId: OWN.id } });
    expect(socket.last).toMatchObject({ id: 2, error: { code: -32_602 } });
  });
});

describe("commands that do not simply pass", () => {
  it("answers Browser.close itself and ends the session", async () => {
    const { send, socket } = await connect();
    send({ id: 1, method: "Browser.close" });
    expect(socket.last).toEqual({ id: 1, result: {} });
    expect(harness.closeRequests).toBe(1);
    expect(browser.sent.some(({ method }) => method === "Browser.close")).toBe(false);
  });

  it.for([
    "Browser.crash",
    "Browser.crashGpuProcess",
    "Extensions.loadUnpacked",
    "Target.exposeDevToolsProtocol",
    "Target.sendMessageToTarget",
    "Target.setRemoteLocations",
    "Tethering.bind",
  ])("refuses %s, saying why", async (method, { expect }) => {
    const { send, socket } = await connect();
    send({ id: 1, method, params: {} });
    expect(socket.last).toMatchObject({ id: 1, error: { code: -32_000, message: expect.stringContaining(method) } });
  });

  it.for([
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    " file:///x",
    "fi\nle:///x",
    "chrome://settings",
    "devtools://devtools",
    "view-source:file:///x",
    "\u0000chrome://version",
    "chrome-native://newtab",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop/x",
    "isolated-app://x",
    "mailto:a@b.test",
    "intent://x#Intent;end",
    "ftp://a.test/",
    "newscheme:x",
  ])("does not open %j", async (url, { expect }) => {
    const { send, socket, attached } = await connect();
    const sessionId = attached(page("T1", "DEFAULT"));
    send({ id: 1, method: "Page.navigate", params: { url }, sessionId });
    expect(socket.last).toMatchObject({ id: 1, error: { code: -32_602 }, sessionId });
    send({ id: 2, method: "Target.createTarget", params: { url } });
    expect(socket.last).toMatchObject({ id: 2, error: { code: -32_602 } });
    send({ id: 3, method: "Network.loadNetworkResource", params: { url }, sessionId });
    expect(socket.last).toMatchObject({ id: 3, error: { code: -32_602 } });
  });

  it.for(["https://a.test/", "about:blank", "data:text/html,x", "blob:https://a.test/1"])(
    "opens %s",
    async (url, { expect }) => {
      const { send } = await connect();
      send({ id: 1, method: "Target.createTarget", params: { url } });
      expect(browser.last("Target.createTarget").params["url"]).toBe(url);
    },
  );

  it("takes flattened sessions only", async () => {
    const { send, socket } = await connect();
    send({ id: 1, method: "Target.attachToTarget", params: { targetId: "T1" } });
    expect(socket.last).toMatchObject({ id: 1, error: { code: -32_602 } });
    send({ id: 2, method: "Target.setAutoAttach", params: { autoAttach: false, waitForDebuggerOnStart: false } });
    expect(browser.last("Target.setAutoAttach").id).toBe(2);
  });
});

describe("bursts", () => {
  it("keeps every message of a burst, whole and in order", async () => {
    const { socket, attached } = await connect();
    const sessionId = attached(page("T1", "DEFAULT"));
    const before = socket.texts.length;
    const count = 500;
    for (let n = 0; n < count; n += 1) browser.event("Runtime.consoleAPICalled", { n }, sessionId);
    await expect.poll(() => socket.texts.length).toBe(before + count);
    const numbers = socket.messages.slice(before).map((message) => (message["params"] as { n: number }).n);
    expect(numbers).toEqual(Array.from({ length: count }, (_, n) => n));
  });
});
