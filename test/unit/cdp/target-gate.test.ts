import { beforeEach, describe, expect, it } from "vitest";
import { GatedMux } from "../../../src/cdp/gated-mux.ts";
import { TargetGate } from "../../../src/cdp/target-gate.ts";
import type { TargetInfo } from "../../../src/cdp/targets.ts";
import type { FakeBrowser, SentCommand } from "../../support/worker/fake-browser.ts";
import { MuxHarness, pageTarget } from "../../support/worker/mux-harness.ts";

const SET_UP = "Emulation.setTimezoneOverride";
const RESUME = "Runtime.runIfWaitingForDebugger";
const OURS = { timezoneId: "Europe/Berlin" };

const PAGE = pageTarget("T1");
const POPUP: TargetInfo = { ...pageTarget("T2"), openerId: "T1", canAccessOpener: true };
const SHARED = pageTarget("T3", "DEFAULT", "shared_worker");
const SERVICE = pageTarget("T4", "DEFAULT", "service_worker");

let harness: MuxHarness;
let browser: FakeBrowser;
let failures: unknown[];
let started: ReturnType<TargetGate["start"]>;

beforeEach(async () => {
  harness = new MuxHarness();
  ({ browser } = harness);
  failures = [];
  const { connection, mux, targets } = harness;
  const gate = new TargetGate({
    connection,
    belongs: (target) => targets.belongs(target),
    holders: mux.held,
    setUp: ({ send }) => [send(SET_UP, OURS)],
    onFailed: (error) => failures.push(error),
  });
  mux.useGate(new GatedMux({ gate, owned: new Map([[SET_UP, OURS]]) }));
  started = gate.start();
});

/** Berth's own auto-attach catches a target; answers the session. */
function caught(target: TargetInfo, waitingForDebugger = true): string {
  const sessionId = browser.newSessionId();
  browser.event("Target.attachedToTarget", { sessionId, targetInfo: target, waitingForDebugger });
  return sessionId;
}

const sentTo = (sessionId: string): readonly SentCommand[] =>
  browser.sent.filter((command) => command.sessionId === sessionId);
const methodsTo = (sessionId: string): readonly string[] => sentTo(sessionId).map(({ method }) => method);

/** Answers all that the session was sent, and lets what follows from it happen. */
async function answerAll(sessionId: string): Promise<void> {
  for (const command of sentTo(sessionId)) browser.answer(command, {});
  await settle();
}

/** More turns of the microtask queue than any chain here is long. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

async function start(): Promise<void> {
  const ours = browser.sent.find(({ method, sessionId }) => method === "Target.setAutoAttach" && !sessionId);
  browser.answer(ours ?? browser.last("none"), {});
  await started;
}

describe("a new target", () => {
  it("is set up before it runs, and so is whatever it starts", async () => {
    await start();
    const session = caught(PAGE);
    expect(sentTo(session)).toMatchObject([
      { method: SET_UP, params: OURS },
      { method: "Target.setAutoAttach", params: { autoAttach: true, waitForDebuggerOnStart: true, flatten: true } },
      { method: RESUME },
    ]);
  });

  it("is let go when it is one of Chrome's own surfaces", async () => {
    await start();
    const session = caught(pageTarget("T9", "DEFAULT", "browser_ui"));
    expect(methodsTo(session)).toEqual([RESUME]);
    expect(browser.last("Target.detachFromTarget").params).toEqual({ sessionId: session });
  });

  it("does not wait for a second attachment that nobody needs", async () => {
    await start();
    caught(SERVICE);
    const second = caught(SERVICE);
    expect(methodsTo(second)).toEqual([RESUME]);
    expect(browser.last("Target.detachFromTarget").params).toEqual({ sessionId: second });
  });

  it("keeps the attachments that Berth itself asked for", async () => {
    await start();
    caught(PAGE);
    const asked = caught(PAGE, false);
    expect(methodsTo(asked)).toEqual([]);
    expect(browser.sent.some(({ method }) => method === "Target.detachFromTarget")).toBe(false);
  });
});

describe("a tab that a client opens", () => {
  it("is sent elsewhere when it is set up, and nothing else waits for that", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(PAGE);
    const theirs = client.attached(PAGE);
    client.send({ id: 1, method: "Page.enable", sessionId: theirs });
    client.send({ id: 2, method: "Page.navigate", params: { url: "https://a.test/" }, sessionId: theirs });
    client.send({ id: 3, method: RESUME, sessionId: theirs });
    await settle();
    expect(methodsTo(theirs)).not.toContain("Page.navigate");
    expect(methodsTo(theirs)).toContain("Page.enable");
    await answerAll(ours);
    expect(methodsTo(theirs)).toContain("Page.navigate");
  });
});

describe("a tab that was there before", () => {
  it("hears of clients' commands when it is set up, in their order", async () => {
    const ours = caught(PAGE, false);
    await start();
    const client = await harness.connect();
    const theirs = client.attached(PAGE);
    client.send({ id: 1, method: "Page.enable", sessionId: theirs });
    client.send({ id: 2, method: "Page.navigate", params: { url: "https://a.test/" }, sessionId: theirs });
    await settle();
    expect(methodsTo(theirs)).toEqual([]);
    await answerAll(ours);
    expect(methodsTo(theirs)).toEqual(["Page.enable", "Page.navigate"]);
  });

  it("does not keep a client from the browser", async () => {
    caught(PAGE, false);
    await start();
    const client = await harness.connect();
    client.send({ id: 1, method: "Browser.getVersion" });
    expect(browser.last("Browser.getVersion")).toMatchObject({ id: 1, sessionId: client.root });
  });
});

describe("a target that runs at the first resume", () => {
  it.for([POPUP, SHARED])("runs when it is set up", async (target) => {
    await start();
    const session = caught(target);
    expect(methodsTo(session)).not.toContain(RESUME);
    await answerAll(session);
    expect(methodsTo(session)).toContain(RESUME);
  });

  it("is resumed once where that is a window, by the client that waits for it", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(POPUP);
    const theirs = client.attached(POPUP);
    await answerAll(ours);
    client.send({ id: 1, method: RESUME, sessionId: theirs });
    await answerAll(theirs);
    expect(methodsTo(theirs)).toEqual([RESUME]);
    expect(methodsTo(ours)).not.toContain(RESUME);
  });

  it("is resumed by Berth too where that is a worker, which waits for both", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(SHARED);
    const theirs = client.attached(SHARED);
    await answerAll(ours);
    client.send({ id: 1, method: RESUME, sessionId: theirs });
    await answerAll(theirs);
    expect(methodsTo(ours)).toContain(RESUME);
  });

  it("is resumed once where that is a window, whoever comes late", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(POPUP);
    await answerAll(ours);
    expect(methodsTo(ours)).toContain(RESUME);
    const late = client.attached(POPUP);
    client.send({ id: 1, method: RESUME, sessionId: late });
    await settle();
    expect(methodsTo(late)).toEqual([]);
    expect(client.socket.messages).toContainEqual({ id: 1, result: {}, sessionId: late });
  });

  it("is not resumed by a client before it is set up", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(SHARED);
    const theirs = client.attached(SHARED);
    client.send({ id: 1, method: RESUME, sessionId: theirs });
    await settle();
    expect(methodsTo(theirs)).toEqual([]);
    await answerAll(ours);
    expect(methodsTo(theirs)).toEqual([RESUME]);
  });

  it("runs when the client that waits for it leaves", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(POPUP);
    client.attached(POPUP);
    await answerAll(ours);
    harness.mux.detach(client.client);
    await settle();
    expect(methodsTo(ours)).toContain(RESUME);
  });

  it("stands still while a client is on its way to it through its tab", async () => {
    await start();
    const client = await harness.connect();
    const tab = client.attached({ ...POPUP, targetId: "TAB", type: "tab" });
    const ours = caught(POPUP);
    await answerAll(ours);
    expect(methodsTo(ours)).not.toContain(RESUME);
    client.send({ id: 1, method: RESUME, sessionId: tab });
    await answerAll(tab);
    expect(methodsTo(ours)).toContain(RESUME);
  });
});

describe("a set-up that fails", () => {
  it("is reported for a target that is there", async () => {
    await start();
    browser.refuseNext(SET_UP);
    const session = caught(PAGE);
    await settle();
    browser.answer(browser.last("Target.setAutoAttach"), {});
    await answerAll(session);
    browser.answer(browser.last("Target.getTargetInfo"), { targetInfo: PAGE });
    await settle();
    expect(failures).toMatchObject([{ message: expect.stringContaining(SET_UP) }]);
  });

  it("is none when the target has closed", async () => {
    await start();
    const session = caught(PAGE);
    browser.event("Target.detachedFromTarget", { sessionId: session, targetId: PAGE.targetId });
    await settle();
    expect(failures).toEqual([]);
  });

  it("fails the start when it concerns a target that was there before", async () => {
    browser.refuseNext(SET_UP);
    const session = caught(PAGE, false);
    await settle();
    browser.answer(browser.sent.find(({ method }) => method === "Target.setAutoAttach") ?? browser.last("none"), {});
    await answerAll(session);
    browser.answer(browser.last("Target.getTargetInfo"), { targetInfo: PAGE });
    await expect((await started).setUp).rejects.toThrow(SET_UP);
    expect(failures).toEqual([]);
  });
});

describe("a client's own override", () => {
  it("goes over the session that Chromium takes it from", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(PAGE);
    const theirs = client.attached(PAGE);
    client.send({ id: 1, method: SET_UP, params: { timezoneId: "Asia/Tokyo" }, sessionId: theirs });
    expect(methodsTo(theirs)).toEqual([]);
    expect(sentTo(ours).at(-1)).toMatchObject({ method: SET_UP, params: { timezoneId: "Asia/Tokyo" } });
    await answerAll(ours);
    expect(client.answerTo(1)).toEqual({ id: 1, result: {}, sessionId: theirs });
  });

  it("is answered with the browser's error when it is wrong", async () => {
    await start();
    const client = await harness.connect();
    caught(PAGE);
    const theirs = client.attached(PAGE);
    browser.refuseNext(SET_UP);
    client.send({ id: 1, method: SET_UP, params: { timezoneId: "Nowhere" }, sessionId: theirs });
    await settle();
    expect(client.answerTo(1)).toMatchObject({ id: 1, error: { message: expect.stringContaining("refused") } });
  });

  it.for([{ timezoneId: "" }, {}])("ends in the session's own when it is cleared by %j", async (params) => {
    await start();
    const client = await harness.connect();
    const ours = caught(PAGE);
    client.send({ id: 1, method: SET_UP, params, sessionId: client.attached(PAGE) });
    expect(sentTo(ours).at(-1)).toMatchObject({ method: SET_UP, params: OURS });
  });

  it("ends in the session's own when the client leaves", async () => {
    await start();
    const client = await harness.connect();
    const ours = caught(PAGE);
    client.send({ id: 1, method: SET_UP, params: { timezoneId: "Asia/Tokyo" }, sessionId: client.attached(PAGE) });
    harness.mux.detach(client.client);
    expect(sentTo(ours).at(-1)).toMatchObject({ method: SET_UP, params: OURS });
  });
});

describe("a new tab with a URL", () => {
  it("is opened blank, and loads the URL when it is set up", async () => {
    await start();
    const client = await harness.connect();
    client.send({ id: 1, method: "Target.createTarget", params: { url: "https://a.test/" } });
    const create = browser.last("Target.createTarget");
    expect(create.params).toMatchObject({ url: "about:blank" });
    const session = caught(PAGE);
    browser.answer(create, { targetId: PAGE.targetId });
    await settle();
    expect(methodsTo(session)).not.toContain("Page.navigate");
    expect(client.answerTo(1)).toBeUndefined();
    await answerAll(session);
    expect(sentTo(session).at(-1)).toMatchObject({ method: "Page.navigate", params: { url: "https://a.test/" } });
    await answerAll(session);
    expect(client.answerTo(1)).toEqual({ id: 1, result: { targetId: PAGE.targetId } });
  });

  it("is opened as it is when it is blank anyway", async () => {
    await start();
    const client = await harness.connect();
    client.send({ id: 1, method: "Target.createTarget", params: { url: "about:blank" } });
    browser.answer(browser.last("Target.createTarget"), { targetId: PAGE.targetId });
    const session = caught(PAGE);
    await answerAll(session);
    expect(methodsTo(session)).not.toContain("Page.navigate");
  });
});
