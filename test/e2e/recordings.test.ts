import Anchorbrowser from "anchorbrowser";
import type { Page } from "puppeteer-core";
import { describe } from "vitest";
import type { Api } from "../support/node/api.ts";
import { credential } from "../support/node/api.ts";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { type RecordingSite, serveRecordingSite } from "../support/node/recording-site.ts";
import { Recordings } from "../support/node/recordings.ts";
import { test as base } from "../support/node/test.ts";

const test = base.extend("recordingSite", { scope: "file" }, async ({}, { onCleanup }): Promise<RecordingSite> => {
  const site = await serveRecordingSite();
  onCleanup(() => site.close());
  return site;
});

const ALL = { har: true, screenshots: true, video: true };
const PASSWORD = "Correct-Horse_7";

/** A short session of which everything is recorded: a sign-in, two errors and two pages. */
async function record(page: Page, site: RecordingSite): Promise<void> {
  await page.goto(`${site.origin}/form`);
  await page.type("#password", PASSWORD);
  await page.keyboard.press("Enter");
  await page.click("#send");
  const thrown = new Promise((resolve) => page.once("pageerror", resolve));
  await Promise.all([thrown, page.goto(`${site.origin}/form?again`)]);
  // Berth takes its own image of the page first: one that is left in the same moment may be in none.
  await page.screenshot();
  await page.goto(`${site.origin}/green`);
}

async function recorded(api: Api, page: Page, options: { id: string; site: RecordingSite }): Promise<Recordings> {
  await record(page, options.site);
  await api.destroy(options.id);
  return new Recordings(api, options.id);
}

describe("recordings", () => {
  test("are listed while the session runs, and ready when it has ended", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: ALL });
    const recordings = new Recordings(api, id);
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const states = async () => (await recordings.list()).recordings.map(({ type, status }) => `${type} ${status}`);
    expect(await states()).toEqual(["har processing", "log processing", "screenshots processing", "video processing"]);
    const early = await recordings.fetch("/har");
    expect([early.status, early.headers.get("retry-after")]).toEqual([409, "2"]);
    expect(await early.json()).toMatchObject({ error: { code: "recording_not_ready" } });
    await recorded(api, page, { id, site });
    expect(await states()).toEqual(["har ready", "log ready", "screenshots ready", "video processing"]);
    await recordings.video();
    expect(await states()).toEqual(["har ready", "log ready", "screenshots ready", "video ready"]);
    for (const { type, size, contentType, duration, url } of (await recordings.list()).recordings) {
      const response = await fetch(url);
      expect.soft(response.headers.get("content-type")).toBe(contentType);
      expect.soft((await response.arrayBuffer()).byteLength, type).toBe(size);
      expect.soft(duration).toBeGreaterThan(0.5);
    }
  });

  test("tell what happened in one order of time, and nothing that was typed", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const begunAt = Date.now();
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: ALL });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const recordings = await recorded(api, page, { id, site });
    const endedAt = Date.now();
    const log = await recordings.log();
    expect(log.map(({ at }) => at)).toEqual(log.map(({ at }) => at).toSorted((a, b) => a - b));
    for (const { at } of log) {
      expect(at).toBeGreaterThan(begunAt - 500);
      expect(at).toBeLessThan(endedAt + 500);
    }
    const navigations = log.filter(({ type }) => type === "navigation").map(({ url }) => url);
    expect(navigations).toEqual([`${site.origin}/form`, `${site.origin}/form?again`, `${site.origin}/green`]);
    const [greeting] = log.filter(({ type }) => type === "console");
    expect(greeting).toMatchObject({ level: "log", text: "hello 42", url: `${site.origin}/form` });
    expect(log.find(({ type }) => type === "exception")?.text).toContain("TypeError: boom");
    const keys = log.filter(({ type }) => type === "key").map(({ key }) => key);
    expect(keys).toEqual([...Array.from(PASSWORD, () => "character"), "Enter"]);
    expect(log.filter(({ type }) => type === "click")).toHaveLength(1);
    expect(JSON.stringify(log)).not.toContain(PASSWORD);
    const clicked = log.find(({ type }) => type === "click")?.at ?? 0;
    const screenshots = await recordings.screenshots();
    expect(screenshots.map(({ n }) => n)).toEqual(screenshots.map((_each, at) => at + 1));
    expect(screenshots.map(({ at }) => at)).toEqual(screenshots.map(({ at }) => at).toSorted((a, b) => a - b));
    const urls = screenshots.map(({ url }) => url);
    for (const url of navigations) expect(urls).toContain(url);
    const { log: har } = await recordings.har();
    const second = har.entries.find(({ request }) => request.url.endsWith("/form?again"));
    expect(Date.parse(second?.startedDateTime ?? "")).toBeGreaterThan(clicked - 50);
    const image = await recordings.fetch("/screenshots/1");
    expect(image.headers.get("content-type")).toBe("image/jpeg");
    expect([...new Uint8Array(await image.arrayBuffer())].slice(0, 2)).toEqual([0xff, 0xd8]);
  });

  test.for(["none", "standard"] as const)(
    "hear consoles and errors at stealth %s",
    async (stealth, { api, sessions, clients, recordingSite: site, expect }) => {
      const { id, cdpUrl } = await sessions.create("meshbrow", { recording: { har: true }, stealth });
      const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
      const recordings = await recorded(api, page, { id, site });
      const log = await recordings.log();
      const of = (wanted: string) => log.filter(({ type }) => type === wanted).map(({ text }) => text);
      expect(of("console")).toEqual(["hello 42", "hello 42"]);
      expect(of("exception").at(-1)).toContain("TypeError: boom");
      // Only what was asked for, and the log that goes with it.
      expect((await recordings.list()).recordings.map(({ type }) => type)).toEqual(["har", "log"]);
    },
  );

  test("are served in parts, with validators and names", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: ALL });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const recordings = await recorded(api, page, { id, site });
    const whole = await recordings.video();
    const ask = (headers: Record<string, string>) => recordings.fetch("/video", headers);
    const first = await ask({});
    const etag = first.headers.get("etag") ?? "";
    await first.arrayBuffer();
    expect(first.headers.get("content-disposition")).toBe(`attachment; filename="${id}.mp4"`);
    expect(first.headers.get("accept-ranges")).toBe("bytes");
    expect(first.headers.get("content-length")).toBe(String(whole.byteLength));
    const size = whole.byteLength;
    for (const [range, from, to] of [
      ["bytes=0-99", 0, 99],
      ["bytes=100-", 100, size - 1],
      ["bytes=-50", size - 50, size - 1],
      [`bytes=10-${size * 2}`, 10, size - 1],
    ] as const) {
      const part = await ask({ range });
      expect.soft(part.status, range).toBe(206);
      expect.soft(part.headers.get("content-range")).toBe(`bytes ${from}-${to}/${size}`);
      expect.soft(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(from, to + 1));
    }
    const beyond = await ask({ range: `bytes=${size}-` });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    await beyond.arrayBuffer();
    const unchanged = await ask({ "if-none-match": etag });
    expect([unchanged.status, unchanged.headers.get("etag"), await unchanged.text()]).toEqual([304, etag, ""]);
    const other = await ask({ "if-match": '"another"' });
    expect([other.status, await other.text()]).toEqual([412, ""]);
  });

  test("are their account's, and a link's bearer's until it expires", async ({
    api,
    admin,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: ALL });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const recordings = await recorded(api, page, { id, site });
    const stranger = new Recordings((await admin.createAccount()).api, id);
    for (const path of ["", "/har", "/screenshots/1"]) {
      const refused = await stranger.fetch(path);
      expect.soft([refused.status, await refused.json()]).toMatchObject([404, { error: { code: "not_found" } }]);
    }
    const link = new URL((await recordings.list()).recordings[0]?.url ?? "");
    expect((await fetch(link)).status).toBe(200);
    const changed = (name: string, value: string): URL => {
      const url = new URL(link);
      url.searchParams.set(name, value);
      return url;
    };
    const soon = String(Number(link.searchParams.get("expires")) + 60);
    for (const url of [changed("expires", soon), changed("signature", "x"), new URL(link.pathname, link)]) {
      const refused = await fetch(url);
      expect.soft([refused.status, await refused.json()]).toEqual([403, { message: "the link is not valid" }]);
    }
    const elsewhere = new URL(link.href.replace(id, "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa"));
    expect((await fetch(elsewhere)).status).toBe(403);
    const short = await api.call("meshbrow", recordings.path("?linkLifetime=5"));
    expect(short).toMatchObject({ status: 400, body: { error: { field: "linkLifetime" } } });
  });

  test("are gone for good when they are deleted", async ({ api, sessions, clients, recordingSite: site, expect }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: ALL });
    const recordings = new Recordings(api, id);
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const remove = (type: string) => api.call("meshbrow", recordings.path(`/${type}`), { method: "DELETE" });
    expect((await remove("har")).status).toBe(409);
    await recorded(api, page, { id, site });
    const url = (await recordings.list()).recordings[0]?.url ?? "";
    expect(await remove("har")).toMatchObject({ status: 200, body: { sessionId: id, type: "har", deleted: true } });
    expect((await fetch(url)).status).toBe(404);
    expect((await recordings.list()).recordings.map(({ type }) => type)).toEqual(["log", "screenshots", "video"]);
    expect((await remove("har")).status).toBe(404);
    expect((await remove("film")).status).toBe(404);
  });

  test("of a session that is not recorded are none, and cannot be paused", async ({ api, sessions, expect }) => {
    const { id } = await sessions.create("meshbrow");
    const recordings = new Recordings(api, id);
    const pause = () => api.call("meshbrow", recordings.path("/pause"), { method: "POST" });
    expect((await recordings.list()).recordings).toEqual([]);
    expect(await pause()).toMatchObject({ status: 400, body: { error: { code: "invalid_request" } } });
    await api.destroy(id);
    expect((await recordings.list()).recordings).toEqual([]);
    expect((await pause()).status).toBe(404);
    expect((await recordings.fetch("/video")).status).toBe(404);
  });
});

describe("recordings in Anchor's words", () => {
  test("are on by default, and read by Anchor's own SDK", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const anchor = new Anchorbrowser({ apiKey: api.apiKey, baseURL: api.url, maxRetries: 0 });
    const { id, cdpUrl } = await sessions.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(`${site.origin}/green`);
    const screenshot = await fetch(new URL(`/v1/sessions/${id}/screenshot`, api.url), {
      headers: credential("anchor", api.apiKey),
    });
    expect(screenshot.headers.get("content-type")).toBe("image/png");
    expect([...new Uint8Array(await screenshot.arrayBuffer())].slice(1, 4)).toEqual([0x50, 0x4e, 0x47]);
    await api.call("anchor", `/v1/sessions/${id}`, { method: "DELETE" });

    const { data } = await anchor.sessions.recordings.list(id);
    expect(data).toMatchObject({
      count: 1,
      items: [{ is_primary: true, suggested_file_name: `${id}.mp4`, duration: expect.stringMatching(/^00:00:\d\d$/) }],
    });
    const file = await anchor.sessions.recordings.primary.get(id);
    expect(file.headers.get("content-type")).toBe("video/mp4");
    const bytes = await file.arrayBuffer();
    const [item] = (await anchor.sessions.recordings.list(id)).data?.items ?? [];
    expect(item?.size).toBe(bytes.byteLength);
    expect((await fetch(item?.file_link ?? "")).status).toBe(200);
    const path = `/v1/sessions/${id}/recordings/${item?.id}`;
    expect((await api.call("anchor", `${path}x`, { method: "DELETE" })).status).toBe(404);
    expect((await api.call("anchor", path, { method: "DELETE" })).status).toBe(200);
    expect((await anchor.sessions.recordings.list(id)).data).toEqual({ count: 0, items: [] });
    expect((await api.call("anchor", `/v1/sessions/${id}/recordings/primary/fetch`)).status).toBe(404);
  });

  test("are off where they are switched off", async ({ api, sessions, expect }) => {
    const { id } = await sessions.create("anchor", { session: { recording: { active: false } } });
    const path = `/v1/sessions/${id}/recordings`;
    expect((await api.call("anchor", path)).body).toEqual({ data: { count: 0, items: [] } });
    expect(await api.call("anchor", `${path}/pause`, { method: "POST" })).toMatchObject({
      status: 400,
      body: { error: { code: 400, message: "recording is disabled for this session" } },
    });
    expect((await api.call("anchor", `${path}/primary/fetch`)).status).toBe(404);
  });
});

describe("the player", () => {
  test("plays video, requests, log and screenshots on one clock, and asks nobody else for anything", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording: ALL });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const recordings = await recorded(api, page, { id, site });
    const { playerUrl } = await recordings.list();
    const viewer = await firstPuppeteerPage(await clients.puppeteer((await sessions.create()).cdpUrl));
    const asked: string[] = [];
    const errors: unknown[] = [];
    viewer.on("request", (request) => asked.push(new URL(request.url()).origin));
    viewer.on("pageerror", (error) => errors.push(error));
    await viewer.goto(playerUrl);
    const states = (testId: string) =>
      viewer.$$eval(`[data-testid=${testId}]`, (rows) => rows.map((row) => (row as HTMLElement).dataset["state"]));
    await viewer.waitForSelector("[data-testid=har-row]");
    await viewer.waitForSelector("video");
    await viewer.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    expect(new Set(await states("har-row"))).toEqual(new Set(["future"]));

    // To the end, by the keyboard.
    for (let step = 0; step < 4; step += 1) await viewer.keyboard.press("ArrowRight");
    await viewer.waitForFunction(() => !document.querySelector('[data-testid=har-row][data-state="future"]'));
    await viewer.waitForFunction(() => {
      const { currentTime = 0, duration = 1 } = document.querySelector("video") ?? {};
      return Math.abs(currentTime - duration) < 0.2;
    });
    await viewer.click("[data-testid=tab-log]");
    const kinds = () =>
      viewer.$$eval("[data-testid=log-row]", (rows) => rows.map((row) => (row as HTMLElement).dataset["kind"]));
    expect(await kinds()).toEqual(expect.arrayContaining(["navigation", "key", "log"]));
    // What does not match is never seen, nor an empty list.
    const filtered = await viewer.$eval("[aria-label='Filter by text']", (field) => {
      (field as HTMLInputElement).value = "boom";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      const rows = document.querySelectorAll<HTMLElement>("[data-testid=log-row]");
      return Array.from(rows, ({ dataset }) => `${dataset["kind"] ?? ""} ${dataset["state"] ?? ""}`);
    });
    expect(filtered).toEqual(["exception past", "exception now"]);
    await viewer.click("[data-testid=tab-screenshots]");
    await viewer.waitForFunction(() => (document.querySelector<HTMLImageElement>(".shot img")?.naturalWidth ?? 0) > 0);
    await viewer.click("[data-testid=shot]:nth-child(2)");
    const second = (await recordings.screenshots())[1]?.at ?? 0;
    const startedAt = Date.parse((await recordings.list()).recordings[0]?.startedAt ?? "");
    await viewer.waitForFunction(
      (wanted) => Math.abs((document.querySelector("video")?.currentTime ?? 0) - wanted) < 0.1,
      {},
      (second - startedAt) / 1000,
    );

    // Played, it goes on by itself; what is to come is dimmed.
    await viewer.click("[data-testid=tab-network]");
    await viewer.keyboard.press("Home");
    await viewer.click("[data-testid=play]");
    await viewer.waitForFunction(
      (from) => (document.querySelector("video")?.currentTime ?? 0) > from,
      {},
      (second - startedAt) / 1000,
    );
    await viewer.click("[data-testid=har-row]");
    expect(await viewer.$eval(".details", (details) => details.textContent)).toContain(`GET ${site.origin}/form`);
    expect(errors).toEqual([]);
    expect(new Set(asked)).toEqual(new Set([new URL(api.url).origin]));
  });

  test("says so when there is nothing to play, or the link does not hold", async ({
    api,
    sessions,
    clients,
    expect,
  }) => {
    const { id } = await sessions.create("meshbrow", { recording: { har: true } });
    const running = await new Recordings(api, id).list();
    const viewer = await firstPuppeteerPage(await clients.puppeteer((await sessions.create()).cdpUrl));
    const said = async (url: string): Promise<string> => {
      await viewer.goto(url);
      const note = await viewer.waitForSelector("[role=alert]");
      return (await note?.evaluate(({ textContent }) => textContent)) ?? "";
    };
    expect(await said(running.playerUrl)).toContain("Nothing was recorded of this session");
    expect(await said(running.playerUrl.replace(/signature=.*/, "signature=x"))).toBe("the link is not valid");
  });
});
