import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExtensionPackage } from "../../src/domain/extension.ts";
import { PLAYED_APIS, PLAYED_OF_STORAGE_AREAS } from "../../src/domain/extension-apis.ts";
import { extensionOrigin } from "../../src/domain/extension-origin.ts";
import { extensionOf, launchPlayed, play, Site } from "../support/worker/played-extensions.ts";

const PAGE = "http://site.test/";
const FRAMED = "http://framed.test/";
const OTHER = "http://other.test/";
const html = (body: string): string => `<!doctype html><title>a page</title><html><body>${body}</body></html>`;

/** Lets the page that a content script is in have code run by the extension's background. */
const BRIDGE = `
  document.addEventListener("to-worker", ({ detail }) => {
    chrome.runtime.sendMessage({ run: detail }).then(
      (answer) => document.dispatchEvent(new CustomEvent("from-worker", { detail: JSON.stringify(answer) })),
      (error) => document.dispatchEvent(new CustomEvent("from-worker", { detail: JSON.stringify({ error: String(error) }) })),
    );
  });
`;
const RUNNER = `
  chrome.runtime.onMessage.addListener((message, sender, answer) => {
    if (message.run === undefined) return false;
    (0, eval)("(async () => (" + message.run + "))()").then(
      (value) => answer({ value }), (error) => answer({ error: error.message }));
    return true;
  });
`;

const EXTENSION = extensionOf(
  {
    name: "__MSG_name__",
    default_locale: "en",
    permissions: ["storage", "scripting", "tabs", "alarms", "declarativeNetRequest", "contextMenus"],
    host_permissions: ["http://*/*"],
    optional_permissions: ["notifications"],
    action: { default_title: "title" },
    commands: {},
    background: { service_worker: "/js/worker.js" },
    content_scripts: [
      { matches: ["<all_urls>"], js: ["start.js"], css: ["style.css"], run_at: "document_start" },
      { matches: ["http://*/*"], js: ["one.js", "two.js"], all_frames: true },
      { matches: ["http://*/*"], exclude_globs: ["*other.t?st*"], js: ["bridge.js"], run_at: "document_start" },
      { matches: ["http://*/*"], js: ["main.js"], world: "MAIN", run_at: "document_start" },
    ],
    web_accessible_resources: [{ resources: ["open/*"], matches: ["http://site.test/*"] }],
    declarative_net_request: { rule_resources: [{ id: "ads", enabled: true, path: "rules.json" }] },
  },
  {
    "start.js": "document.documentElement.dataset.start = 'yes';",
    "style.css":
      "body { color: rgb(1, 2, 3); background: url('chrome-extension://__MSG_@@extension_id__/open/a.svg'); }",
    "one.js": "'use strict'; var shared = 'shared'; function fromOne() { return shared; }",
    "two.js": `
      chrome.runtime.onMessage.addListener((message, sender, answer) => {
        if (message === "later") { setTimeout(() => answer({ url: location.href }), 1); return true; }
        if (message === "now") answer(location.href);
        if (message === "promise") return Promise.resolve("promised");
      });
      chrome.runtime.onConnect.addListener((port) => {
        port.onMessage.addListener((message) => port.postMessage({ echo: message, at: location.href, by: port.name }));
      });
      chrome.storage.onChanged.addListener((changes, area) => {
        document.documentElement.dataset.changed = JSON.stringify({ area, changes });
      });
      document.documentElement.dataset.two = fromOne() + typeof chrome.tabs;
      chrome.runtime.sendMessage({ hello: location.href }).then(
        (answer) => { document.documentElement.dataset.answer = JSON.stringify(answer); },
        (error) => { document.documentElement.dataset.answer = String(error); },
      );
    `,
    "bridge.js": BRIDGE,
    "main.js": "globalThis.fromMain = typeof chrome?.runtime?.id;",
    "injected.js": "document.documentElement.dataset.injected = typeof chrome.runtime.id; 'last value';",
    "js/worker.js": `
      importScripts("lib.js");
      const seen = [];
      chrome.runtime.onInstalled.addListener(({ reason }) => chrome.storage.local.set({ reason }));
      chrome.tabs.onUpdated.addListener((id, { status }, { url }) => status && seen.push([status, url]));
      chrome.tabs.onCreated.addListener(({ id }) => seen.push(["created", id]));
      chrome.tabs.onRemoved.addListener((id) => seen.push(["removed", id]));
      chrome.runtime.onMessage.addListener((message, sender, answer) => {
        if (message.hello === undefined) return false;
        answer({ lib, hello: message.hello, from: sender.url, tab: typeof sender.tab?.id, frameId: sender.frameId });
      });
      ${RUNNER}
    `,
    "js/lib.js": "var lib = 'lib'; const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));",
    "open/a.json": '{"a":1}',
    "open/a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "closed.json": "{}",
    "page.html": `<!doctype html><script src="page.js"></script>`,
    "page.js": `
      chrome.runtime.sendMessage({ hello: "page" }).then(async (answer) => {
        const { kept } = await chrome.storage.local.get("kept");
        document.documentElement.dataset.page = JSON.stringify({ answer, kept });
      });
    `,
    "rules.json": JSON.stringify([
      { id: 1, action: { type: "block" }, condition: { urlFilter: "||site.test/ad.js" } },
      {
        id: 2,
        action: { type: "redirect", redirect: { extensionPath: "/open/a.json" } },
        condition: { urlFilter: "||site.test/redirected.json" },
      },
    ]),
    "_locales/en/messages.json": JSON.stringify({ name: { message: "Played" }, only: { message: "English" } }),
    "_locales/de/messages.json": JSON.stringify({
      name: { message: "Gespielt" },
      greeting: { message: "Hallo, $who$! $1", placeholders: { who: { content: "$2" } } },
    }),
  },
);
const ORIGIN = extensionOrigin(EXTENSION.id);

const SITE = new Site({
  [PAGE]: html(`page <script>document.documentElement.dataset.page = document.documentElement.dataset.start</script>
    <iframe src="${FRAMED}"></iframe><iframe src="/inner.html"></iframe>`),
  "http://site.test/inner.html": html("inner"),
  "http://site.test/ad.js": { type: "text/javascript", body: "" },
  "http://site.test/dynamic.js": { type: "text/javascript", body: "" },
  [FRAMED]: html("framed"),
  [OTHER]: html("other"),
  "http://api.test/": { type: "application/json", body: '{"api":true}' },
});

type Played = Awaited<ReturnType<typeof play>>;
let browser: Awaited<ReturnType<typeof launchPlayed>>;
let played: Played;

const start = async (packages: readonly ExtensionPackage[], backgrounds = {}): Promise<void> => {
  played = await play(await browser.connect(), packages, { site: SITE, backgrounds });
};

beforeAll(async () => {
  browser = await launchPlayed();
  await start([EXTENSION]);
});

afterAll(() => browser.close());

const data = async (name: string): Promise<unknown> => played.evaluate(`document.documentElement.dataset.${name}`);

/** What code comes to in the extension's background; `tabId` is the tab's in which the page is. */
async function inWorker(code: string): Promise<unknown> {
  const withTab = `(async (tabId) => (${code}))((await chrome.tabs.query({ active: true }))[0].id)`;
  const answer = await played.evaluate(`new Promise((resolve) => {
    document.addEventListener("from-worker", ({ detail }) => resolve(detail), { once: true });
    document.dispatchEvent(new CustomEvent("to-worker", { detail: ${JSON.stringify(withTab)} }));
  })`);
  const { value, error } = JSON.parse(String(answer)) as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return value;
}

const WAIT = { timeout: 15_000 };

async function openPage(): Promise<void> {
  await played.open(PAGE);
  await expect.poll(() => data("answer").catch(() => undefined), WAIT).toBeDefined();
}

describe("content scripts", () => {
  it("run before the page's own, with their styles, in a world of their own or in the page's", async () => {
    await openPage();
    expect(await data("page")).toBe("yes");
    expect(await data("two")).toBe("sharedundefined");
    expect(await played.evaluate("getComputedStyle(document.body).color")).toBe("rgb(1, 2, 3)");
    const seen = await played.evaluate("[typeof shared, fromMain, typeof self['extension:link']]");
    expect(seen).toEqual(["undefined", "undefined", "undefined"]);
    expect(await played.evaluate("fetch('/ad.js').then(() => 1, () => 2)")).toBe(2);
  });

  it("are answered by the background", async () => {
    await openPage();
    const answer = { lib: "lib", hello: PAGE, from: PAGE, tab: "number", frameId: 0 };
    expect(JSON.parse(String(await data("answer")))).toEqual(answer);
    await played.open(OTHER);
    const withoutBridge = "new Promise((r) => setTimeout(() => r(document.documentElement.dataset.start)))";
    expect(await played.evaluate(withoutBridge)).toBe("yes");
  });

  it("hear of what is stored", async () => {
    await openPage();
    await inWorker("chrome.storage.local.set({ kept: [1] })");
    const changed = { area: "local", changes: { kept: { newValue: [1] } } };
    await expect.poll(async () => JSON.parse(String(await data("changed"))), WAIT).toEqual(changed);
    expect(await inWorker("chrome.storage.local.get(null)")).toEqual({ reason: "install", kept: [1] });
    expect(await inWorker("chrome.storage.session.get({ a: 1 })")).toEqual({ a: 1 });
  });
});

describe("the background", () => {
  it("reaches content scripts by tab and frame, for an answer and for longer", async () => {
    await openPage();
    const ask = (message: string, options = "{}") =>
      inWorker(`chrome.tabs.sendMessage(tabId, "${message}", ${options})`);
    expect(await ask("later", "{ frameId: 0 }")).toEqual({ url: PAGE });
    expect(await ask("now", "{ frameId: 0 }")).toBe(PAGE);
    expect(await ask("promise", "{ frameId: 0 }")).toBe("promised");
    expect(await ask("nothing")).toBeUndefined();
    await expect(inWorker("chrome.tabs.sendMessage(7, 1)")).rejects.toThrow("Receiving end does not exist.");
    const lastError = `new Promise((resolve) => chrome.tabs.sendMessage(7, 1, () => resolve(chrome.runtime.lastError)))`;
    expect(await inWorker(lastError)).toEqual({
      message: "Could not establish connection. Receiving end does not exist.",
    });
    const talk = `new Promise((resolve) => {
      const port = chrome.tabs.connect(tabId, { name: "talk", frameId: 0 });
      port.onMessage.addListener((message) => { port.disconnect(); resolve(message); });
      port.postMessage("hi");
    })`;
    expect(await inWorker(talk)).toEqual({ echo: "hi", at: PAGE, by: "talk" });
  });

  it("hears of the end of a port's other side", async () => {
    await openPage();
    await inWorker(`void (globalThis.port = chrome.tabs.connect(tabId, { frameId: 0 }),
      globalThis.ended = new Promise((resolve) => port.onDisconnect.addListener(() => resolve("ended"))))`);
    await played.open(PAGE);
    await expect.poll(() => data("answer"), WAIT).toBeDefined();
    expect(await inWorker("ended")).toBe("ended");
  });

  it("speaks the session's language", async () => {
    await openPage();
    expect(await inWorker("chrome.runtime.getManifest().name")).toBe("Gespielt");
    const messages = "['greeting', 'only', 'none'].map((name) => chrome.i18n.getMessage(name, ['one', 'two']))";
    expect(await inWorker(messages)).toEqual(["Hallo, two! one", "English", ""]);
    expect(await inWorker("chrome.i18n.getMessage('@@extension_id') === chrome.runtime.id")).toBe(true);
  });

  it("reads other origins where it has a permission", async () => {
    await openPage();
    const fetched = "fetch('http://api.test/', { headers: { 'X-Own': 'yes' } }).then((r) => r.json())";
    // Of a page of the web's, on a secure origin, the browser would not even ask.
    expect(await inWorker(fetched)).toEqual({ api: true });
    const request = SITE.asked.find(({ url }) => url === "http://api.test/");
    expect(request?.method).toBe("GET");
    expect(request?.headers).toMatchObject({ "x-own": "yes" });
  });

  it("runs scripts and styles in tabs", async () => {
    await openPage();
    const run = (details: string) => inWorker(`chrome.scripting.executeScript({ target: { tabId }, ${details} })`);
    expect(await run("func: (a, b) => [a + b, typeof shared, location.href], args: [1, 2]")).toMatchObject([
      { frameId: 0, result: [3, "undefined", PAGE] },
    ]);
    expect(await run("files: ['injected.js']")).toMatchObject([{ frameId: 0, result: "last value" }]);
    expect(await data("injected")).toBe("string");
    expect(await run("func: () => fromMain, world: 'MAIN'")).toMatchObject([{ result: "undefined" }]);
    const all = `chrome.scripting.executeScript({ target: { tabId, allFrames: true }, func: () => location.href })`;
    const everywhere = (await inWorker(all)) as { result: string }[];
    expect(everywhere.map(({ result }) => result).toSorted()).toEqual([FRAMED, PAGE, "http://site.test/inner.html"]);
    const inPages = `chrome.scripting.executeScript({ target: { tabId, allFrames: true }, world: "MAIN",
      func: async (own) => own + location.host + typeof fromMain, args: ["own "] })`;
    const results = ((await inWorker(inPages)) as { result: string }[]).map(({ result }) => result).toSorted();
    expect(results).toEqual(["own framed.testundefined", "own site.teststring", "own site.testundefined"]);
    const css = "body { background-color: rgb(4, 5, 6); }";
    await inWorker(`chrome.scripting.insertCSS({ target: { tabId }, css: "${css}" })`);
    const colour = () => played.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await colour()).toBe("rgb(4, 5, 6)");
    await inWorker(`chrome.scripting.removeCSS({ target: { tabId }, css: "${css}" })`);
    expect(await colour()).not.toBe("rgb(4, 5, 6)");
  });

  it("opens, finds, moves and closes tabs", async () => {
    await openPage();
    const { id } = (await inWorker(`chrome.tabs.create({ url: "${OTHER}", active: false })`)) as { id: number };
    const urls = () => inWorker("chrome.tabs.query({}).then((tabs) => tabs.map(({ url }) => url))");
    await expect.poll(urls, WAIT).toEqual([PAGE, OTHER]);
    expect(await inWorker(`chrome.tabs.query({ url: "http://other.test/*" })`)).toMatchObject([{ id, active: false }]);
    await expect(inWorker("chrome.tabs.create({ url: 'file:///etc/passwd' })")).rejects.toThrow("do not open");
    await inWorker(`chrome.tabs.update(${id}, { url: "${FRAMED}" })`);
    await expect.poll(() => inWorker("seen"), WAIT).toContainEqual(["complete", FRAMED]);
    await inWorker(`chrome.tabs.remove(${id})`);
    await expect.poll(() => inWorker("seen"), WAIT).toContainEqual(["removed", id]);
    expect(await inWorker("seen")).toContainEqual(["created", id]);
  });

  it("rules over requests, and changes its rules", async () => {
    await openPage();
    const loads = (path: string) => played.evaluate(`fetch("${path}").then((r) => r.text(), () => "blocked")`);
    expect(await loads("/ad.js")).toBe("blocked");
    expect(await loads("/redirected.json")).toBe('{"a":1}');
    expect(await loads("/dynamic.js")).toBe("");
    await inWorker(`chrome.declarativeNetRequest.updateDynamicRules({ addRules: [
      { id: 1, action: { type: chrome.declarativeNetRequest.RuleActionType.BLOCK },
        condition: { urlFilter: "dynamic.js" } }] })`);
    expect(await loads("/dynamic.js")).toBe("blocked");
    expect(await inWorker("chrome.declarativeNetRequest.getEnabledRulesets()")).toEqual(["ads"]);
  });

  it("keeps alarms, permissions and what nobody sees", async () => {
    await openPage();
    const alarm = `new Promise((resolve) => {
      chrome.alarms.onAlarm.addListener(({ name }) => resolve(name));
      chrome.alarms.create("soon", { when: Date.now() + 1 });
    })`;
    expect(await inWorker(alarm)).toBe("soon");
    expect(await inWorker("chrome.permissions.contains({ permissions: ['notifications'] })")).toBe(false);
    expect(await inWorker("chrome.permissions.request({ permissions: ['notifications'] })")).toBe(true);
    await inWorker("chrome.action.setBadgeText({ text: '7' })");
    expect(await inWorker("chrome.action.getBadgeText({})")).toBe("7");
    // A background that is throttled would take a second for each of these.
    expect(
      await inWorker(
        "(async () => { const s = performance.now(); for (let i = 0; i < 20; i++) await wait(10); return performance.now() - s < 2000; })()",
      ),
    ).toBe(true);
  });
});

/** Of the namespaces that are played whole, what Chrome's documentation names. */
const WHOLE: Readonly<Record<string, string>> = {
  action: `disable enable getBadgeBackgroundColor getBadgeText getBadgeTextColor getPopup getTitle getUserSettings
    isEnabled openPopup setBadgeBackgroundColor setBadgeText setBadgeTextColor setIcon setPopup setTitle onClicked
    onUserSettingsChanged`,
  contextMenus: "create remove removeAll update onClicked ContextType ItemType ACTION_MENU_TOP_LEVEL_LIMIT",
  commands: "getAll onCommand",
  notifications: `clear create getAll getPermissionLevel update onButtonClicked onClicked onClosed
    onPermissionLevelChanged`,
};

describe("the list of what is played", () => {
  it("is what an extension finds", async () => {
    await openPage();
    const named = Object.entries(PLAYED_APIS).flatMap(([namespace, members]) =>
      (members === "every" ? (WHOLE[namespace] ?? "").split(/\s+/) : members).map((name) => [namespace, name]),
    );
    const areas = ["local", "session", "sync", "managed"].flatMap((area) =>
      PLAYED_OF_STORAGE_AREAS.map((name) => ["storage", area, name]),
    );
    const all = JSON.stringify([...named, ...areas]);
    const missing = await inWorker(`${all}.filter((path) => {
      let at = chrome;
      return !path.every((name) => { const has = name in at; at = at[name] ?? {}; return has; });
    })`);
    expect(missing).toEqual([]);
  });
});

describe("an extension's files", () => {
  it("are for those whom its manifest names", async () => {
    await openPage();
    const loads = (path: string) =>
      played.evaluate(`fetch("${ORIGIN}/${path}").then((r) => r.text(), () => "blocked")`);
    expect(await loads("open/a.json")).toBe('{"a":1}');
    expect(await loads("closed.json")).toBe("blocked");
    await played.open(OTHER);
    expect(await loads("open/a.json")).toBe("blocked");
  });

  it("are pages with its APIs where they are opened", async () => {
    await openPage();
    await inWorker("chrome.storage.local.set({ kept: 2 })");
    await played.open(`${ORIGIN}/page.html`);
    const answer = { lib: "lib", hello: "page", from: `${ORIGIN}/page.html`, tab: "number", frameId: 0 };
    await expect
      .poll(
        async () => JSON.parse((await played.evaluate(`document.documentElement.dataset.page ?? "{}"`)) as string),
        WAIT,
      )
      .toEqual({ answer, kept: 2 });
  });
});

describe("after the connection to the browser was another one", () => {
  it("the same background, content scripts and rules go on", async () => {
    await openPage();
    await inWorker("void (globalThis.before = 'still there')");
    const { backgrounds } = played;
    // Said while nobody is there to hear it.
    const later = `document.dispatchEvent(new CustomEvent("to-worker", { detail: "void (globalThis.said = true)" }))`;
    await played.evaluate(`void setTimeout(() => ${later}, 50)`);
    played.live.close({ code: 1000, reason: "as if the object had been reset" });
    await start([EXTENSION], backgrounds);
    expect(played.live.pages()).toHaveLength(1);
    await expect.poll(() => inWorker("globalThis.said"), WAIT).toBe(true);
    expect(await inWorker("globalThis.before")).toBe("still there");
    expect(await inWorker("chrome.tabs.sendMessage(tabId, 'now', { frameId: 0 })")).toBe(PAGE);
    const blocked = `fetch("/dynamic.js").then(() => "loaded", () => "blocked")`;
    expect(await played.evaluate(blocked)).toBe("blocked");
    expect(played.backgrounds).toEqual(backgrounds);
    expect(played.faults).toEqual([]);
  });
});
