import type { Page } from "puppeteer-core";
import { describe } from "vitest";
import type { ViewerMessage } from "../../src/domain/live-view.ts";
import { CdpSocket } from "../support/node/cdp-socket.ts";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { type SeenEvent, serveLiveSite } from "../support/node/live-site.ts";
import { LiveSocket } from "../support/node/live-socket.ts";
import { Relay } from "../support/node/relay.ts";
import { test as base } from "../support/node/test.ts";

const PATIENCE = { timeout: 60_000 };

const test = base
  .extend("liveSite", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await serveLiveSite();
    onCleanup(() => site.close());
    return site;
  })
  .extend("look", async ({ clients }) => async (url: string) => {
    const socket = await LiveSocket.open(url);
    clients.own(async () => void (await socket.close()));
    return socket;
  });

const at = { x: 380, y: 30, modifiers: 0 };
const mouse = (event: "down" | "up"): ViewerMessage => ({
  type: "mouse",
  event,
  ...at,
  button: "left",
  clickCount: 1,
  buttons: event === "down" ? 1 : 0,
});
const key = { type: "key", key: "a", code: "KeyA", keyCode: 65, location: 0, modifiers: 0, isRepeat: false } as const;

/** Everything that changes something. */
const DOES: readonly ViewerMessage[] = [
  mouse("down"),
  mouse("up"),
  { type: "wheel", ...at, deltaX: 0, deltaY: 100 },
  { type: "touch", event: "start", points: [{ id: 0, x: 380, y: 30 }], modifiers: 0 },
  { type: "touch", event: "end", points: [], modifiers: 0 },
  { ...key, event: "down", text: "a" },
  { ...key, event: "up", text: "" },
  { type: "compose", text: "n", selectionStart: 1, selectionEnd: 1 },
  { type: "text", text: "written" },
  { type: "paste", text: "pasted" },
  { type: "copy", isCut: true },
  { type: "goto", url: "about:blank" },
  { type: "back" },
  { type: "reload" },
  { type: "stop" },
  { type: "dialog", accept: true, text: "" },
  { type: "pick", picker: 1, choice: 1 },
  { type: "filePart", chooser: 1, file: 0, data: "AAAA" },
  { type: "files", chooser: 1, files: [] },
  { type: "filesSent", chooser: 1 },
  { type: "openTab" },
  { type: "takeControl" },
  { type: "returnControl" },
];

const logOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { log: SeenEvent[] }).log);

describe("who watches", () => {
  test("changes nothing, whatever its socket sends", async ({ api, sessions, clients, liveSite, look, expect }) => {
    const {
      id,
      cdpUrl,
      liveViewUrl = "",
    } = await sessions.create("anchor", {
      session: { live_view: { read_only: true } },
    });
    const browser = await clients.puppeteer(cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(liveSite.origin);
    await page.evaluate(() => document.querySelector<HTMLElement>("#text")?.focus());
    const before = (await api.call<{ id: string }[]>("anchor", `/v1/sessions/${id}/pages`)).body;
    const viewer = await look(liveViewUrl);
    await expect.poll(() => viewer.frames, PATIENCE).toBeGreaterThan(0);
    expect(viewer.last("hello")).toEqual({ type: "hello", session: id, isReadOnly: true });

    for (const message of DOES) viewer.send(message);
    const [tab] = before;
    viewer.send({ type: "closeTab", tab: tab?.id ?? "" });
    viewer.sendRaw("{");
    viewer.sendRaw(JSON.stringify({ type: "mouse", event: "down" }));
    // Messages are taken in their order: what was sent before the answer has had its effect, if it has any.
    viewer.send({ type: "ping", at: 7 });
    await expect.poll(() => viewer.last("pong"), PATIENCE).toEqual({ type: "pong", at: 7 });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await logOf(page)).toEqual([]);
    expect(page.url()).toBe(`${liveSite.origin}/`);
    expect((await api.call("anchor", `/v1/sessions/${id}/pages`)).body).toEqual(before);
    expect(viewer.last("control")?.state).toEqual({ isTaken: false, takenAt: null, request: null });
  });

  test("with a token that only watches, of a session that others may drive", async ({
    api,
    sessions,
    clients,
    liveSite,
    look,
    expect,
  }) => {
    const { id, cdpUrl, liveViewUrl = "" } = await sessions.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(liveSite.origin);
    const { body } = await api.call<{ data: { live_view_read_only_url: string } }>(
      "anchor",
      `/v1/sessions/${id}/tokens`,
      { method: "POST", body: { scope: "live_view_read_only" } },
    );
    const [watcher, driver] = [await look(body.data.live_view_read_only_url), await look(liveViewUrl)];
    await expect.poll(() => Math.min(watcher.frames, driver.frames), PATIENCE).toBeGreaterThan(0);
    watcher.send(mouse("down"));
    watcher.send(mouse("up"));
    watcher.send({ type: "ping", at: 1 });
    await expect.poll(() => watcher.last("pong"), PATIENCE).toBeDefined();
    driver.send(mouse("down"));
    driver.send(mouse("up"));
    await page.waitForFunction(() =>
      (globalThis as unknown as { log: SeenEvent[] }).log.some(({ type }) => type === "click"),
    );
    expect((await logOf(page)).map(({ type }) => type)).toEqual(["mousedown", "mouseup", "click"]);
  });

  test("and does not read holds up nobody", async ({ sessions, clients, liveSite, look, expect }) => {
    const { cdpUrl, liveViewUrl = "" } = await sessions.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(`${liveSite.origin}/moving`);
    const [quick, stuck] = [await look(liveViewUrl), await look(liveViewUrl)];
    stuck.isReading = false;
    await expect.poll(() => quick.frames, PATIENCE).toBeGreaterThan(30);
    expect(stuck.frames).toBeGreaterThan(0);
    expect(stuck.frames).toBeLessThanOrEqual(2);
    expect(await page.evaluate(() => document.title)).toBe("Moving");
  });

  test("is told why there is nothing to see", async ({ api, sessions, look, expect }) => {
    const { id, liveViewUrl = "", cdpUrl } = await sessions.create("anchor");
    const cdpToken = new URL(cdpUrl).searchParams.get("token") ?? "";
    for (const token of ["ct_wrong", cdpToken, ""]) {
      const url = new URL(liveViewUrl);
      url.searchParams.set("token", token);
      const refused = await look(url.href);
      expect(await refused.closed).toEqual({ code: 4010, reason: "the link is not valid, or not any more" });
      expect(refused.messages).toEqual([]);
    }
    const viewer = await look(liveViewUrl);
    await api.destroy(id);
    expect(await viewer.closed).toEqual({ code: 4000, reason: "the session was destroyed on request" });
    const late = await look(liveViewUrl);
    expect((await late.closed).code).toBe(4000);
  });
});

describe("a person in control", () => {
  test("has it alone: input of clients waits until it is returned", async ({
    sessions,
    clients,
    liveSite,
    look,
    expect,
  }) => {
    const { cdpUrl, liveViewUrl = "" } = await sessions.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(liveSite.origin);
    const cdp = await page.createCDPSession();
    const heard: string[] = [];
    for (const event of ["Berth.controlTaken", "Berth.controlReturned"]) {
      cdp.on(event, () => heard.push(event));
    }
    const viewer = await look(liveViewUrl);
    await expect.poll(() => viewer.frames, PATIENCE).toBeGreaterThan(0);
    viewer.send({ type: "takeControl" });
    await expect.poll(() => heard, PATIENCE).toEqual(["Berth.controlTaken"]);
    const clicked = page.click("#press");
    // What is no input goes on.
    expect(await page.title()).toBe("Work here");
    expect((await logOf(page)).filter(({ on }) => on === "press")).toEqual([]);
    viewer.send({ type: "text", text: "by hand" });
    viewer.send({ type: "returnControl" });
    await clicked;
    expect(heard).toEqual(["Berth.controlTaken", "Berth.controlReturned"]);
    expect((await logOf(page)).filter(({ type }) => type === "click").map(({ on }) => on)).toEqual(["press"]);
    expect(viewer.last("control")?.state.isTaken).toBe(false);
  });

  test("can be asked for by a client, which waits for what the person did", async ({
    sessions,
    clients,
    liveSite,
    look,
    expect,
  }) => {
    const { cdpUrl, liveViewUrl = "" } = await sessions.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(liveSite.origin);
    await page.evaluate(() => document.querySelector<HTMLElement>("#text")?.focus());
    const socket = await CdpSocket.open(cdpUrl);
    clients.own(() => socket.close());
    const viewer = await look(liveViewUrl);
    const asked = socket.send("Berth.requestControl", { message: "Please sign in", timeoutMs: 60_000 });
    await expect.poll(() => viewer.last("control")?.state.request, PATIENCE).toBe("Please sign in");
    expect((await socket.send("Berth.getControl")).result).toMatchObject({ isTaken: false, request: "Please sign in" });
    viewer.send({ type: "takeControl" });
    viewer.send({ type: "text", text: "Ada" });
    viewer.send({ type: "returnControl" });
    expect((await asked).result).toEqual({ outcome: "returned" });
    expect(await page.$eval("#text", (field) => (field as HTMLInputElement).value)).toBe("Ada");

    const unanswered = await socket.send("Berth.requestControl", { timeoutMs: 1 });
    expect(unanswered.result).toEqual({ outcome: "timedOut" });
    expect((await socket.send("Berth.requestControl", { timeoutMs: -1 })).error?.message).toMatch(/^timeoutMs: /);
    expect((await socket.send("Berth.nothing")).error?.message).toBe("'Berth.nothing' wasn't found");
  });
});

test("a view comes back by itself, with what its tab shows by then", async ({ sessions, clients, liveSite }) => {
  const [{ cdpUrl, liveViewUrl = "" }, other] = await Promise.all([sessions.create("anchor"), sessions.create()]);
  const remote = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
  await remote.goto(`${liveSite.origin}/second`);
  const relay = await Relay.to(new URL(liveViewUrl));
  clients.own(() => relay.close());
  const page = await firstPuppeteerPage(await clients.puppeteer(other.cdpUrl));
  const connected = (isConnected: boolean) =>
    page.waitForFunction((hidden) => document.querySelector<HTMLElement>(".veil")?.hidden === hidden, {}, isConnected);
  await page.goto(relay.urlOf(liveViewUrl));
  await connected(true);
  relay.cut();
  await connected(false);
  await connected(true);
  await page.waitForFunction(() => document.querySelector(".tab.shown .name")?.textContent === "Second");
});
