import { describe, expect, it } from "vitest";
import type { SentCommand } from "../../support/worker/fake-browser.ts";
import { type HarnessClient, MuxHarness, pageTarget } from "../../support/worker/mux-harness.ts";

const TOKEN = "token-of-the-test";
const MAIN = { id: "MAIN", securityOrigin: "https://a.test" };
const CHILD = { id: "CHILD", parentId: "MAIN", securityOrigin: "https://a.test" };

/** A client's session of a target, with the Runtime domain kept off. */
class Quiet {
  readonly harness: MuxHarness;
  readonly client: HarnessClient;
  readonly sessionId: string;
  #nextId = 1;

  private constructor(harness: MuxHarness, client: HarnessClient, sessionId: string) {
    this.harness = harness;
    this.client = client;
    this.sessionId = sessionId;
  }

  static async of(type: string, console: "quiet" | "off" = "quiet"): Promise<Quiet> {
    const harness = new MuxHarness({ quiet: { console, token: TOKEN } });
    const client = await harness.connect();
    return new Quiet(harness, client, client.attached(pageTarget("T1", "DEFAULT", type)));
  }

  /** A page whose client has enabled Page and Runtime, and knows the main context, number 1. */
  static async page(console: "quiet" | "off" = "quiet"): Promise<Quiet> {
    const quiet = await Quiet.of("page", console);
    quiet.send("Page.enable");
    quiet.send("Runtime.enable");
    await quiet.answer("Page.getFrameTree", { frameTree: { frame: MAIN } });
    await quiet.answerObject("Runtime.evaluate", 1);
    return quiet;
  }

  send(method: string, params: object = {}): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.client.send({ id, method, params, sessionId: this.sessionId });
    return id;
  }

  /** Commands on this session, by method. */
  sent(method: string): readonly SentCommand[] {
    return this.harness.browser.sent.filter((each) => each.sessionId === this.sessionId && each.method === method);
  }

  async answer(method: string, result: object): Promise<void> {
    await settle();
    const command = this.sent(method).at(-1);
    if (!command) throw new Error(`${method} was not sent`);
    this.harness.browser.answer(command, result);
    await settle();
  }

  /** Answers with an object of a context. */
  answerObject(method: string, context: number): Promise<void> {
    const object = { type: "object", objectId: `7.${context}.1` };
    return this.answer(method, method === "DOM.resolveNode" ? { object } : { result: object });
  }

  event(method: string, params: object): void {
    this.harness.browser.event(method, params, this.sessionId);
  }

  /** Events that the client got, by name. */
  heard(prefix = "Runtime."): readonly Record<string, unknown>[] {
    return this.client.socket.messages.filter(({ method }) => String(method).startsWith(prefix));
  }
}

/** More turns of the microtask queue than any chain here is long. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

const logged = (text: string) => ({
  message: { source: "console-api", level: "log", text, url: "https://a.test/x.js", line: 3, column: 5 },
});

describe("the Runtime domain", () => {
  it.for(["page", "iframe", "worker", "shared_worker", "service_worker"])("stays off in a %s", async (type) => {
    const quiet = await Quiet.of(type);
    const id = quiet.send("Runtime.enable");
    expect(quiet.client.answerTo(id)).toEqual({ id, result: {}, sessionId: quiet.sessionId });
    quiet.send("Runtime.disable");
    expect(quiet.sent("Runtime.enable")).toEqual([]);
    expect(quiet.sent("Runtime.disable")).toEqual([]);
  });

  it("passes where nothing is a page", async () => {
    const quiet = await Quiet.of("tab");
    quiet.send("Runtime.enable");
    expect(quiet.sent("Runtime.enable")).toHaveLength(1);
  });
});

describe("contexts", () => {
  it("are told of the main frame", async () => {
    const quiet = await Quiet.page();
    expect(quiet.heard()).toMatchObject([
      {
        method: "Runtime.executionContextCreated",
        params: {
          context: {
            id: 1,
            origin: "https://a.test",
            name: "",
            auxData: { isDefault: true, type: "default", frameId: "MAIN" },
          },
        },
      },
    ]);
  });

  it("are told of a frame inside, found over its document", async () => {
    const quiet = await Quiet.of("page");
    quiet.send("Page.enable");
    quiet.send("Runtime.enable");
    await quiet.answer("Page.getFrameTree", { frameTree: { frame: MAIN, childFrames: [{ frame: CHILD }] } });
    const [main] = quiet.sent("Runtime.evaluate");
    if (main) quiet.harness.browser.answer(main, { result: { objectId: "7.1.1" } });
    await quiet.answer("Page.createIsolatedWorld", { executionContextId: 5 });
    expect(quiet.sent("Runtime.evaluate").at(-1)?.params).toMatchObject({ expression: "document", contextId: 5 });
    await quiet.answerObject("Runtime.evaluate", 5);
    await quiet.answer("DOM.describeNode", { node: { backendNodeId: 9 } });
    expect(quiet.sent("DOM.resolveNode").at(-1)?.params).toMatchObject({ backendNodeId: 9 });
    await quiet.answerObject("DOM.resolveNode", 4);
    expect(quiet.heard().at(-1)).toMatchObject({ params: { context: { id: 4, auxData: { frameId: "CHILD" } } } });
  });

  it("end before the client hears of a navigation, and are looked for after it", async () => {
    const quiet = await Quiet.page();
    const before = quiet.client.socket.messages.length;
    quiet.event("Page.frameNavigated", { frame: MAIN });
    expect(quiet.client.socket.messages.slice(before).map(({ method }) => method)).toEqual([
      "Runtime.executionContextsCleared",
      "Page.frameNavigated",
    ]);
    await quiet.answerObject("Runtime.evaluate", 2);
    expect(quiet.heard().at(-1)).toMatchObject({
      method: "Runtime.executionContextCreated",
      params: { context: { id: 2 } },
    });
  });

  it("of a document that is gone already are not told", async () => {
    const quiet = await Quiet.page();
    quiet.event("Page.frameNavigated", { frame: MAIN });
    const late = quiet.sent("Runtime.evaluate").at(-1);
    quiet.event("Page.frameNavigated", { frame: MAIN });
    if (late) quiet.harness.browser.answer(late, { result: { objectId: "7.2.1" } });
    await quiet.answerObject("Runtime.evaluate", 3);
    const told = quiet.heard("Runtime.executionContextCreated").map(({ params }) => params);
    expect(told).toMatchObject([{ context: { id: 1 } }, { context: { id: 3 } }]);
  });

  it("are told of worlds that the client makes, before the answer", async () => {
    const quiet = await Quiet.page();
    const id = quiet.send("Page.createIsolatedWorld", { frameId: "MAIN", worldName: "mine" });
    await quiet.answer("Page.createIsolatedWorld", { executionContextId: 8 });
    const [event, answer] = quiet.client.socket.messages.slice(-2);
    expect(event).toMatchObject({ params: { context: { id: 8, name: "mine", auxData: { isDefault: false } } } });
    expect(answer).toMatchObject({ id, result: { executionContextId: 8 } });
  });

  it("of a client's worlds come again with every document", async () => {
    const quiet = await Quiet.page();
    quiet.send("Page.addScriptToEvaluateOnNewDocument", { source: "", worldName: "mine" });
    quiet.event("Page.frameNavigated", { frame: MAIN });
    await quiet.answerObject("Runtime.evaluate", 2);
    await quiet.answer("Page.createIsolatedWorld", { executionContextId: 12 });
    expect(quiet.heard().at(-1)).toMatchObject({ params: { context: { id: 12, name: "mine" } } });
  });

  it("are known of a worker", async () => {
    const quiet = await Quiet.of("worker");
    quiet.send("Runtime.enable");
    await quiet.answerObject("Runtime.evaluate", 1);
    await quiet.answer("Runtime.releaseObjectGroup", {});
    expect(quiet.heard().at(-1)).toMatchObject({
      method: "Runtime.executionContextCreated",
      params: { context: { id: 1 } },
    });
  });

  it("may be addressed by the unique ids that were made up for them", async () => {
    const quiet = await Quiet.page();
    const [created] = quiet.heard() as { params: { context: { uniqueId: string } } }[];
    quiet.send("Runtime.evaluate", { expression: "2", uniqueContextId: created?.params.context.uniqueId });
    expect(quiet.sent("Runtime.evaluate").at(-1)?.params).toEqual({ expression: "2", contextId: 1 });
  });
});

describe("what pages log", () => {
  it("is told as text", async () => {
    const quiet = await Quiet.page();
    quiet.event("Console.messageAdded", logged("said 1"));
    expect(quiet.heard().at(-1)).toMatchObject({
      method: "Runtime.consoleAPICalled",
      params: {
        type: "log",
        args: [{ type: "string", value: "said 1" }],
        executionContextId: 1,
        stackTrace: { callFrames: [{ url: "https://a.test/x.js", lineNumber: 2, columnNumber: 4 }] },
      },
    });
    expect(quiet.heard("Console.")).toEqual([]);
  });

  it("waits for the context that it came from", async () => {
    const quiet = await Quiet.page();
    quiet.event("Page.frameNavigated", { frame: MAIN });
    quiet.event("Console.messageAdded", logged("early"));
    expect(quiet.heard("Runtime.consoleAPICalled")).toEqual([]);
    await quiet.answerObject("Runtime.evaluate", 2);
    expect(quiet.heard("Runtime.consoleAPICalled")).toMatchObject([{ params: { executionContextId: 2 } }]);
  });

  it("comes over the console domain, too, to a client that has it on", async () => {
    const quiet = await Quiet.page();
    quiet.send("Console.enable");
    quiet.event("Console.messageAdded", logged("said 2"));
    expect(quiet.heard("Console.messageAdded")).toHaveLength(1);
  });

  it("is not listened for when the caller wants no trace", async () => {
    const quiet = await Quiet.page("off");
    expect(quiet.sent("Console.enable")).toEqual([]);
    expect(quiet.sent("Page.addScriptToEvaluateOnNewDocument")).toEqual([]);
  });

  it("tells of uncaught errors what a listener in the page reports, and nobody else's reports", async () => {
    const quiet = await Quiet.page();
    const report = JSON.stringify({ text: "Uncaught TypeError: no", url: "https://a.test/", line: 2, column: 1 });
    quiet.event("Console.messageAdded", logged(`${TOKEN}error ${report}`));
    expect(quiet.heard().at(-1)).toMatchObject({
      method: "Runtime.exceptionThrown",
      params: {
        exceptionDetails: { exception: { className: "TypeError", description: "TypeError: no" }, lineNumber: 1 },
      },
    });
    quiet.event("Console.messageAdded", logged(`forged-error ${report}`));
    expect(quiet.heard("Runtime.exceptionThrown")).toHaveLength(1);
  });
});

describe("bindings", () => {
  it("are added to every new document", async () => {
    const quiet = await Quiet.page();
    quiet.send("Runtime.addBinding", { name: "call" });
    quiet.event("Page.frameNavigated", { frame: MAIN });
    expect(quiet.sent("Runtime.removeBinding").map(({ params }) => params)).toEqual([{ name: "call" }]);
    expect(quiet.sent("Runtime.addBinding").at(-1)?.params).toEqual({ name: "call" });
  });

  it("may be called before they are", async () => {
    const quiet = await Quiet.page();
    quiet.send("Runtime.addBinding", { name: "call" });
    quiet.event("Console.messageAdded", logged(`${TOKEN}call {"a":1}`));
    expect(quiet.heard().at(-1)).toMatchObject({
      method: "Runtime.bindingCalled",
      params: { name: "call", payload: '{"a":1}', executionContextId: 1 },
    });
  });
});

describe("a client that has not enabled Page", () => {
  it("does not hear its events, and its pages' dialogs are closed as without them", async () => {
    const quiet = await Quiet.of("page");
    quiet.send("Runtime.enable");
    await quiet.answer("Page.enable", {});
    quiet.event("Page.javascriptDialogOpening", { type: "alert", message: "hello" });
    expect(quiet.heard("Page.")).toEqual([]);
    expect(quiet.sent("Page.handleJavaScriptDialog").at(-1)?.params).toEqual({ accept: false });
  });
});

describe("names of client libraries", () => {
  it.for([
    ["Runtime.evaluate", { expression: "1\n//# sourceURL=pptr:evaluate;x" }, { expression: "1" }],
    [
      "Runtime.callFunctionOn",
      { functionDeclaration: "(s) => s//# sourceURL=pptr:internal" },
      { functionDeclaration: "(s) => s" },
    ],
    ["Runtime.evaluate", { expression: "new UtilityScript()" }, { expression: "new Runner()" }],
  ] as const)("leave what %s runs", async ([method, params, sent]) => {
    const quiet = await Quiet.page();
    quiet.send(method, params);
    expect(quiet.sent(method).at(-1)?.params).toEqual(sent);
  });

  it("are no reason to write other commands anew", async () => {
    const quiet = await Quiet.page();
    const text = `{"method":"Runtime.evaluate", "params":{"expression":"1"},"id":77,"sessionId":"${quiet.sessionId}"}`;
    quiet.harness.mux.fromClient(quiet.client.client, text);
    expect(quiet.sent("Runtime.evaluate").at(-1)?.text).toBe(text);
  });
});

describe("presses of the mouse", () => {
  async function press(params: object, pointerForce = true): Promise<unknown> {
    const harness = new MuxHarness({ pointerForce });
    const client = await harness.connect();
    const sessionId = client.attached(pageTarget("T1"));
    client.send({ id: 1, method: "Input.dispatchMouseEvent", params, sessionId });
    return harness.browser.last("Input.dispatchMouseEvent").params["force"];
  }

  it("have the force of a mouse's where the client says nothing of it", async () => {
    expect(await press({ type: "mousePressed", x: 1, y: 1 })).toBe(0.5);
    expect(await press({ type: "mousePressed", x: 1, y: 1, force: 0 })).toBe(0.5);
    expect(await press({ type: "mouseMoved", x: 1, y: 1, buttons: 1 })).toBe(0.5);
  });

  it("have what the client says, and moves without a button have none", async () => {
    expect(await press({ type: "mousePressed", x: 1, y: 1, force: 0.9 })).toBe(0.9);
    expect(await press({ type: "mouseMoved", x: 1, y: 1, buttons: 0 })).toBeUndefined();
    expect(await press({ type: "mousePressed", x: 1, y: 1 }, false)).toBeUndefined();
  });
});
