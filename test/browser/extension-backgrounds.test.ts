import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extensionOf, launchPlayed, play, Site } from "../support/worker/played-extensions.ts";

const PAGE = "http://site.test/";
const STRICT = "http://strict.test/";
const WAIT = { timeout: 15_000 };
const html = (body: string): string => `<!doctype html><title>a page</title><html><body>${body}</body></html>`;

/** Greets every page as soon as it is complete, and counts what it has greeted. */
const GREETER = extensionOf(
  {
    permissions: ["storage", "tabs"],
    host_permissions: ["http://*/*"],
    background: { service_worker: "worker.js", type: "module" },
    content_scripts: [
      {
        matches: ["http://*/*"],
        js: ["script.js"],
        css: ["style.css"],
        run_at: "document_start",
        all_frames: true,
        match_about_blank: true,
      },
    ],
  },
  {
    "worker.js": `
      import { greeting } from "./lib/greeting.js";
      chrome.runtime.onStartup.addListener(() => chrome.storage.local.set({ started: "again" }));
      chrome.tabs.onUpdated.addListener(async (id, { status }) => {
        if (status !== "complete") return;
        const { count = 0, started = "first" } = await chrome.storage.local.get(["count", "started"]);
        await chrome.storage.local.set({ count: count + 1 });
        const answer = await chrome.tabs.sendMessage(id, { greeting, count, started }, { frameId: 0 }).catch(String);
        await chrome.storage.session.set({ answer });
      });
    `,
    "lib/greeting.js": "export const greeting = await Promise.resolve('hello');",
    "script.js": `
      document.documentElement.dataset.seen = location.href;
      chrome.runtime.onMessage.addListener((message, sender, answer) => {
        document.documentElement.dataset.greeted = JSON.stringify(message);
        answer("thanks");
      });
    `,
    "style.css": "body { color: rgb(1, 2, 3); }",
  },
);

const SITE = new Site({
  [PAGE]: html("page"),
  [STRICT]: html(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><iframe></iframe>`),
});

let browser: Awaited<ReturnType<typeof launchPlayed>>;
let played: Awaited<ReturnType<typeof play>>;

beforeAll(async () => {
  browser = await launchPlayed();
  played = await play(await browser.connect(), [GREETER], { site: SITE });
});

afterAll(() => browser.close());

interface Greeting {
  readonly greeting: string;
  readonly count: number;
  readonly started: string;
}

async function greetingOn(url: string): Promise<Greeting> {
  await played.open(url);
  const greeted = () => played.evaluate("document.documentElement?.dataset.greeted").catch(() => undefined);
  await expect.poll(greeted, WAIT).toBeDefined();
  return JSON.parse(String(await greeted())) as Greeting;
}

describe("a background that is a module", () => {
  it("reaches a page that has just come", async () => {
    const { count } = await greetingOn(PAGE);
    expect(await greetingOn(PAGE)).toEqual({ greeting: "hello", count: count + 1, started: "first" });
  });

  it("and content scripts, do not depend on what a page's policy allows; blank frames are of the page around", async () => {
    expect(await greetingOn(STRICT)).toMatchObject({ greeting: "hello" });
    expect(await played.evaluate("getComputedStyle(document.body).color")).toBe("rgb(1, 2, 3)");
    expect(await played.evaluate("frames[0].document.documentElement.dataset.seen")).toBe("about:blank");
  });

  it("is opened again when it crashes, and finds what it has stored", async () => {
    const { count } = await greetingOn(PAGE);
    const before = played.backgrounds[GREETER.id]?.targetId ?? "";
    const { connection } = played.live;
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId: before, flatten: true });
    // A page that has crashed answers nothing.
    connection.send("Page.crash", undefined, { sessionId }).catch(() => undefined);
    await expect.poll(() => played.backgrounds[GREETER.id]?.targetId, WAIT).not.toBe(before);
    await greetingOn(PAGE);
    expect((await greetingOn(PAGE)).started).toBe("again");
    expect((await greetingOn(PAGE)).count).toBeGreaterThan(count);
    expect(played.live.pages()).toHaveLength(1);
    expect(played.faults).toEqual([]);
  });
});

describe("tabs of Berth's own", () => {
  it("are not extensions' to see or to change", async () => {
    const { live } = played;
    const { targetId } = await live.openHiddenTab(undefined);
    const on = await live.connection.send("Target.attachToTarget", { targetId, flatten: true });
    await live.connection.send("Page.navigate", { url: PAGE }, on);
    const expression = "[document.title, document.documentElement.dataset.seen ?? 'nothing']";
    const seen = async () =>
      (await live.connection.send("Runtime.evaluate", { expression, returnByValue: true }, on)).result.value as unknown;
    await expect.poll(seen, WAIT).toEqual(["a page", "nothing"]);
  });
});
