import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type HarnessClient, MuxHarness, pageTarget } from "../../support/worker/mux-harness.ts";

const MIB = 1024 * 1024;

let harness: MuxHarness;
let client: HarnessClient;
let session: string;

const evaluate = (id: number) => ({ id, method: "Runtime.evaluate", params: { expression: "1" }, sessionId: session });

beforeEach(async () => {
  harness = new MuxHarness();
  client = await harness.connect();
  session = client.attached(pageTarget("T1"));
});

describe("a tab that is gone", () => {
  it("ends the commands that wait for it, after the event that tells of it", () => {
    client.send(evaluate(7));
    harness.browser.event("Target.detachedFromTarget", { sessionId: session, targetId: "T1" }, client.root);
    expect(client.socket.messages.slice(-2)).toMatchObject([
      { method: "Target.detachedFromTarget" },
      { id: 7, error: { code: -32_000, message: "Target closed" }, sessionId: session },
    ]);
  });

  it("ends the commands of the sessions nested in it too", () => {
    const frame = client.attached(pageTarget("F1", "DEFAULT", "iframe"), session);
    client.send({ id: 8, method: "DOM.getDocument", sessionId: frame });
    harness.browser.event("Target.detachedFromTarget", { sessionId: session }, client.root);
    expect(client.answerTo(8)).toMatchObject({ error: { message: "Target closed" }, sessionId: frame });
  });

  it("leaves other sessions' commands waiting", () => {
    const other = client.attached(pageTarget("T2"));
    client.send({ ...evaluate(9), sessionId: other });
    harness.browser.event("Target.detachedFromTarget", { sessionId: session }, client.root);
    expect(client.answerTo(9)).toBeUndefined();
  });
});

describe("a tab that crashed", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("ends what waits for it in Chromium's own words, and answers none of it twice", () => {
    client.send(evaluate(1));
    harness.browser.event("Inspector.targetCrashed", {}, session);
    expect(client.answerTo(1)).toMatchObject({ error: { code: -32_000, message: "Target crashed" } });
    harness.browser.answer(harness.browser.last("Runtime.evaluate"), {});
    expect(client.socket.messages.filter(({ id }) => id === 1)).toHaveLength(1);
    expect(harness.mux.traffic.dropped).toBe(1);
  });

  it("ends later commands within 5 s, and lets the one that revives it take its time", () => {
    harness.browser.event("Inspector.targetCrashed", {}, session);
    client.send(evaluate(2));
    client.send({ id: 3, method: "Page.navigate", params: { url: "https://a.test/" }, sessionId: session });
    vi.advanceTimersByTime(4999);
    expect(client.answerTo(2)).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(client.answerTo(2)).toMatchObject({ error: { message: "Target crashed" } });
    vi.advanceTimersByTime(60_000);
    expect(client.answerTo(3)).toBeUndefined();
  });

  it("lets the command that revives it wait on while the load tells of its progress", () => {
    harness.browser.event("Inspector.targetCrashed", {}, session);
    client.send({ id: 5, method: "Page.navigate", params: { url: "https://a.test/" }, sessionId: session });
    harness.browser.event("Network.requestWillBeSent", { requestId: "1" }, session);
    expect(client.answerTo(5)).toBeUndefined();
    harness.browser.answer(harness.browser.last("Page.navigate"), { frameId: "F" });
    expect(client.answerTo(5)).toMatchObject({ result: { frameId: "F" } });
  });

  it("waits for answers again once it was loaded anew", () => {
    harness.browser.event("Inspector.targetCrashed", {}, session);
    client.send(evaluate(4));
    harness.browser.event("Inspector.targetReloadedAfterCrash", {}, session);
    vi.advanceTimersByTime(60_000);
    expect(client.answerTo(4)).toBeUndefined();
    harness.browser.answer(harness.browser.last("Runtime.evaluate"), { result: {} });
    expect(client.answerTo(4)).toMatchObject({ result: {} });
  });
});

describe("a browser's socket that is lost", () => {
  it("ends every waiting command of every client, and those that are still sent", async () => {
    const other = await harness.connect();
    client.send(evaluate(1));
    other.send({ id: 1, method: "Browser.getVersion" });
    harness.mux.lost("the reason");
    expect(client.answerTo(1)).toMatchObject({ error: { message: "the reason" }, sessionId: session });
    expect(other.answerTo(1)).toEqual({ id: 1, error: { code: -32_000, message: "the reason" } });
    client.send(evaluate(2));
    expect(client.answerTo(2)).toMatchObject({ error: { message: "the reason" } });
  });
});

describe("silence", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is told of while a command waits and nothing comes, and not otherwise", () => {
    client.send(evaluate(1));
    vi.advanceTimersByTime(5000);
    expect(harness.silences).toBe(1);
    harness.browser.event("Page.loadEventFired", {}, session);
    vi.advanceTimersByTime(5000);
    expect(harness.silences).toBe(1);
    harness.browser.answer(harness.browser.last("Runtime.evaluate"), {});
    vi.advanceTimersByTime(60_000);
    expect(harness.silences).toBe(1);
  });
});

describe("commands that cannot be carried", () => {
  it("refuses one larger than the browser's connection takes", () => {
    const expression = "é".repeat(16 * MIB);
    client.send({ id: 5, method: "Runtime.evaluate", params: { expression }, sessionId: session });
    expect(client.answerTo(5)).toMatchObject({ error: { message: expect.stringMatching(/32 MiB/) } });
    expect(harness.browser.sent.some(({ method }) => method === "Runtime.evaluate")).toBe(false);
  });

  it("refuses an id that waits for its answer already", () => {
    client.send(evaluate(6));
    client.send(evaluate(6));
    expect(harness.browser.sent.filter(({ id }) => id === 6)).toHaveLength(1);
    expect(client.answerTo(6)).toMatchObject({ error: { code: -32_600 } });
  });

  it("refuses the ten thousand and first that waits, and no other client's", async () => {
    const other = await harness.connect();
    for (let id = 0; id <= 10_000; id += 1) client.send(evaluate(id));
    expect(client.answerTo(9999)).toBeUndefined();
    expect(client.answerTo(10_000)).toMatchObject({ error: { message: expect.stringMatching(/10000 commands/) } });
    other.send({ id: 1, method: "Browser.getVersion" });
    expect(harness.browser.last("Browser.getVersion").id).toBe(1);
  });

  it("refuses the five hundred and first target", () => {
    for (let n = 0; n < 500; n += 1) harness.targets.note(pageTarget(`T${n}`));
    client.send({ id: 1, method: "Target.createTarget", params: { url: "about:blank" } });
    expect(client.answerTo(1)).toMatchObject({ error: { message: expect.stringMatching(/500 targets/) } });
  });
});

describe("targets and contexts that are asked for all at once", () => {
  it.each([
    ["Target.createTarget", 500, { url: "about:blank" }],
    ["Target.createBrowserContext", 200, {}],
  ] as const)("count before the browser has answered: %s", (method, limit, params) => {
    for (let id = 1; id <= limit; id += 1) client.send({ id, method, params });
    expect(client.answerTo(limit)).toBeUndefined();
    client.send({ id: 1000, method, params });
    expect(client.answerTo(1000)).toMatchObject({ error: { message: expect.stringMatching(`${limit} `) } });
    harness.browser.answer(harness.browser.last(method), {});
    client.send({ id: 1001, method, params });
    expect(client.answerTo(1001)).toBeUndefined();
  });
});

describe("load that several clients make together", () => {
  it("cuts off the one with the most unread when 48 MiB wait in all", async () => {
    const other = await harness.connect();
    client.socket.bufferedBytes = 20 * MIB;
    other.socket.bufferedBytes = 29 * MIB;
    harness.browser.event("Page.loadEventFired", {}, session);
    expect(other.socket.closedWith?.code).toBe(4008);
    expect(client.socket.closedWith).toBeUndefined();
  });

  it("cuts off the one that sent most when 64 MiB wait for the browser, not the one that sends next", async () => {
    const flooder = await harness.connect();
    flooder.send({ id: 1, method: "Runtime.evaluate", params: { expression: "x".repeat(MIB) } });
    harness.browser.bufferedBytes = 64 * MIB + 1;
    client.send(evaluate(1));
    expect(flooder.socket.closedWith?.code).toBe(4009);
    expect(client.socket.closedWith).toBeUndefined();
  });

  it("cuts off a client that sends garbage and never reads the errors", () => {
    client.socket.bufferedBytes = 32 * MIB + 1;
    harness.mux.fromClient(client.client, "{");
    expect(client.socket.closedWith?.code).toBe(4008);
  });
});

describe("a session that was prepared", () => {
  const attaches = () => harness.browser.sent.filter(({ method }) => method === "Target.attachToBrowserTarget").length;

  it("is the next client's, and no other's", async () => {
    harness = new MuxHarness();
    harness.mux.upstream.prepare();
    const first = await harness.connect();
    expect(attaches()).toBe(1);
    const second = await harness.connect();
    expect(attaches()).toBe(2);
    expect(second.root).not.toBe(first.root);
  });

  it("is asked for anew when the browser had refused it", async () => {
    harness = new MuxHarness();
    harness.browser.refuseNext("Target.attachToBrowserTarget");
    harness.mux.upstream.prepare();
    await harness.connect();
    expect(attaches()).toBe(2);
  });
});
