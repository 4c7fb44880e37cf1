import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Frame, type Page, TargetType } from "puppeteer-core";
import { describe } from "vitest";
import { runDir } from "../../scripts/local/paths.ts";
import { Api } from "../support/node/api.ts";
import { startBerthServer } from "../support/node/berth-server.ts";
import { type Clients, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { serveExtensionSite } from "../support/node/extension-site.ts";
import { uploadExtension } from "../support/node/extensions.ts";
import { loseBrowserSocket } from "../support/node/raw-page.ts";
import { Sessions, test as base } from "../support/node/test.ts";
import { extensionZip } from "../support/zip/extensions.ts";
import { workingExtension } from "../support/zip/working-extension.ts";

/** How sessions may run extensions; each test holds for every one of them. */
const MODES = ["loaded", "emulated"] as const;
type Mode = "loaded" | "emulated";

const PATIENCE = { timeout: 15_000 };
/** The silence watch, the heartbeat and a new socket. */
const RESTORED_WITHIN = { timeout: 90_000 };

interface ErrorBody {
  readonly error: { readonly code: number; readonly message: string };
}

const test = base
  .extend("extensionSite", async ({}, { onCleanup }) => {
    const site = await serveExtensionSite();
    onCleanup(() => site.close());
    return site;
  })
  /** A Berth that loads no extensions. */
  .extend("emulating", { scope: "file" }, async ({}, { onCleanup }) => {
    const { server, stop } = await startBerthServer(join(runDir(), "emulating"), undefined, { EXTENSIONS: "emulated" });
    onCleanup(stop);
    return new Api(server);
  });

/** What a document shows of what the extension has done to it. */
const seenIn = (frame: Page | Frame) =>
  frame.evaluate(() => {
    const { atFirst, ran } = globalThis as unknown as { atFirst: string; ran?: string[] };
    const text = document.querySelector("p");
    const { answered } = window.document.documentElement.dataset;
    return { atFirst, ran, color: text && getComputedStyle(text).color, answered };
  });

const countIn = (page: Page) => page.evaluate(() => Number(document.documentElement.dataset["count"]));

/** Opens the site; answers what all of its documents show. */
async function visit(page: Page, origin: string) {
  await page.goto(`${origin}/`);
  return () => Promise.all(page.frames().map(seenIn));
}

const IN_FRAME = { atFirst: "Worker", color: "rgb(1, 2, 3)", answered: "/frame" };
const DONE = [{ ...IN_FRAME, answered: "/", ran: ["/new.js", "/kept.js"] }, IN_FRAME, IN_FRAME];

describe.for(MODES)("an extension that is %s", (mode: Mode) => {
  /** The Berth that runs them so, and sessions of it that end with the test. */
  function place({ auto, emulating, clients }: { auto: Api; emulating: Api; clients: Clients }) {
    const api = mode === "loaded" ? auto : emulating;
    const sessions = new Sessions(api);
    clients.own(() => sessions.endAll());
    return { api, sessions };
  }

  test("does its job, in frames, in contexts that clients make, and after a restore", async ({
    api: auto,
    emulating,
    clients,
    extensionSite: site,
    expect,
  }) => {
    const { api, sessions } = place({ auto, emulating, clients });
    const id = await uploadExtension(api, await workingExtension());
    const session = await sessions.create("anchor", { browser: { extensions: [id] } });
    const shown = await api.call<{ data: { extensions: unknown } }>("anchor", `/v1/sessions/${session.id}`);
    expect(shown.body.data).toMatchObject({
      extensions: [{ id, name: "an extension", mode }],
      configuration: { browser: { extensions: [id] } },
    });

    const browser = await clients.puppeteer(session.cdpUrl);
    const page = await firstPuppeteerPage(browser);
    expect((await browser.pages()).map((each) => each.url())).toEqual(["about:blank"]);
    await expect.poll(await visit(page, site.origin), PATIENCE).toMatchObject(DONE);
    const counted = await countIn(page);
    expect(counted).toBeGreaterThan(0);
    expect(site.requests).not.toContain("/ad.js");
    expect(site.requests).not.toContain("/old.js");

    const context = await browser.createBrowserContext();
    await expect.poll(await visit(await context.newPage(), site.origin), PATIENCE).toMatchObject(DONE);

    await loseBrowserSocket(clients, session.cdpUrl);
    const restores = async () => (await api.describe(session.id)).metrics.restores;
    await expect.poll(restores, RESTORED_WITHIN).toBe(1);
    const again = await firstPuppeteerPage(await clients.puppeteer(session.cdpUrl));
    await expect.poll(await visit(again, site.otherOrigin), PATIENCE).toMatchObject(DONE);
    expect(await countIn(again)).toBeGreaterThan(counted);
  });

  test("holds for the page that a session opens with, and for Playwright", async ({
    api: auto,
    emulating,
    clients,
    extensionSite: site,
    expect,
  }) => {
    const { api, sessions } = place({ auto, emulating, clients });
    const id = await uploadExtension(api, await workingExtension());
    const { cdpUrl } = await sessions.create("anchor", {
      session: { initial_url: `${site.origin}/` },
      browser: { extensions: [id] },
    });
    const page = firstPlaywrightPage(await clients.playwright(cdpUrl));
    await expect.poll(() => page.evaluate("document.documentElement.dataset.answered"), PATIENCE).toBe("/");
    expect(await page.evaluate("[self.atFirst, ...self.ran]")).toEqual(["Worker", "/new.js", "/kept.js"]);
  });

  test("is Dark Reader, and darkens", async ({ api: auto, emulating, clients, extensionSite: site, expect }) => {
    const { api, sessions } = place({ auto, emulating, clients });
    const bundle = readFileSync(createRequire(import.meta.url).resolve("darkreader"), "utf8");
    const js = ["darkreader.js", "enable.js"];
    const zip = await extensionZip(
      { name: "Dark", content_scripts: [{ matches: ["<all_urls>"], js, run_at: "document_start" }] },
      { "darkreader.js": bundle, "enable.js": "DarkReader.enable({ brightness: 100, contrast: 90 });" },
    );
    const id = await uploadExtension(api, zip, "Dark Reader");
    const { cdpUrl } = await sessions.create("anchor", { browser: { extensions: [id] } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(`${site.origin}/frame`);
    const brightness = () =>
      page.evaluate(() => {
        const [red = 255, green = 255, blue = 255] =
          getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
        return Math.max(red, green, blue);
      });
    await expect.poll(brightness, PATIENCE).toBeLessThan(60);
  });
});

describe("what an extension brings with it", () => {
  test("clients see as Chrome shows it, behind the first tab", async ({ api, sessions, clients, expect }) => {
    const background = `
      chrome.runtime.onInstalled.addListener(() => chrome.tabs.create({ url: "welcome.html" }));
      self.seen = [navigator.userAgent, navigator.platform, navigator.language];
    `;
    const zip = await workingExtension({}, { "background.js": background, "welcome.html": "<title>Welcome</title>" });
    const id = await uploadExtension(api, zip);
    const session = await sessions.create("anchor", { browser: { extensions: [id] } });
    const browser = await clients.puppeteer(session.cdpUrl);
    const welcome = await browser.waitForTarget((target) => target.url().endsWith("/welcome.html"), PATIENCE);
    expect(await (await welcome.page())?.title()).toBe("Welcome");
    const worker = await browser.waitForTarget((target) => target.type() === TargetType.SERVICE_WORKER, PATIENCE);
    const seen = await (await worker.worker())?.evaluate("self.seen");
    expect((await browser.pages())[0]?.url()).toBe("about:blank");
    const { fingerprint } = await api.describe(session.id);
    expect(seen).toEqual([fingerprint.userAgent, fingerprint.platform, fingerprint.locale]);
    const { body } = await api.call<readonly { url: string }[]>("anchor", `/v1/sessions/${session.id}/pages`);
    expect(body.map(({ url }) => url)).toEqual(["about:blank", welcome.url()]);
  });
});

describe("a session is refused, naming the extension,", () => {
  const refusalOf = (api: Api, body: object) => api.call<ErrorBody>("anchor", "/v1/sessions", { method: "POST", body });

  test("that would have to be emulated and cannot be", async ({ admin, emulating, expect }) => {
    const { api } = await admin.createAccount();
    const manifest = { permissions: ["debugger"], background: { service_worker: "background.js" } };
    const zip = await extensionZip(manifest, { "background.js": "chrome.debugger.getTargets(() => undefined);" });
    const proxy = { active: true, type: "custom", server: "http://127.0.0.1:1", username: "u", password: "p" };
    for (const [berth, session] of [
      [emulating, {}],
      [api, { proxy }],
    ] as const) {
      const id = await uploadExtension(berth, zip, "Debugger");
      const { status, body } = await refusalOf(berth, { session, browser: { extensions: [id] } });
      expect([status, body.error.message]).toEqual([400, expect.stringContaining(`extension "Debugger" (${id})`)]);
      expect(body.error.message).toContain("chrome.debugger");
      expect(await berth.countActive()).toBe(0);
    }
  });

  test("that Chrome does not take", async ({ admin, expect }) => {
    const { api } = await admin.createAccount();
    const id = await uploadExtension(api, await extensionZip({ minimum_chrome_version: "9999" }), "Future");
    const { status, body } = await refusalOf(api, { browser: { extensions: [id] } });
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(`extension "Future" (${id})`)]);
    expect(body.error.message).not.toContain("/tmp/");
    expect(await api.countActive()).toBe(0);
  });
});
