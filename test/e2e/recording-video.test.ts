import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe } from "vitest";
import { har as validate } from "har-validator";
import { runDir } from "../../scripts/local/paths.ts";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { type RecordingSite, serveRecordingSite, TICK_MS } from "../support/node/recording-site.ts";
import { Recordings } from "../support/node/recordings.ts";
import { SessionBrowser } from "../support/node/session-browser.ts";
import { test as base } from "../support/node/test.ts";
import { VideoPlayer } from "../support/node/video-player.ts";

const test = base.extend("recordingSite", { scope: "file" }, async ({}, { onCleanup }): Promise<RecordingSite> => {
  const site = await serveRecordingSite();
  onCleanup(() => site.close());
  return site;
});

/** How long the counter is filmed. A longer film takes its time: BERTH_RECORDING_SECONDS. */
const SECONDS = Number(process.env["BERTH_RECORDING_SECONDS"] ?? "20");
const LONG = { timeout: (SECONDS * 2 + 120) * 1000, retry: 1 };
/** A picture may be this old: a third of a second, and the time that it takes to be drawn. */
const WITHIN_MS = 500;
const VIDEO = { recording: { video: true } };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Probed {
  readonly streams: readonly { readonly codec_name: string; readonly codec_type: string }[];
  readonly format: { readonly duration: string; readonly format_name: string };
}

/**
 * For how long the page itself, on a machine that is busy, drew nothing around a moment. The browser takes as long
 * again to take a picture of it.
 */
function pauseOf(drawn: readonly number[], moment: number): number {
  const near = drawn.filter((each) => Math.abs(each - moment) < 1500);
  const pauses = near.slice(1).map((each, at) => each - (near[at] ?? each));
  return Math.max(0, ...pauses) - TICK_MS;
}

/** What FFmpeg's own reader says of a file; `undefined` where it is not installed. */
async function probe(bytes: Uint8Array): Promise<Probed | undefined> {
  const file = join(runDir(), "probed.mp4");
  await writeFile(file, bytes);
  const wanted = [
    "-v",
    "error",
    "-show_entries",
    "stream=codec_name,codec_type:format=duration,format_name",
    "-of",
    "json",
  ];
  try {
    const { stdout } = await promisify(execFile)("ffprobe", [...wanted, file]);
    return JSON.parse(stdout) as Probed;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

describe("a recorded video", () => {
  test(
    `shows ${SECONDS} s of a running counter at the right times`,
    LONG,
    async ({ api, sessions, clients, recordingSite: site, skip, expect }) => {
      const { id, cdpUrl } = await sessions.create("meshbrow", { ...VIDEO, timeout: 600 + SECONDS });
      const page = await firstPuppeteerPage(
        await clients.puppeteer({ browserWSEndpoint: cdpUrl, defaultViewport: null }),
      );
      await page.goto(`${site.origin}/counter`);
      const width = await page.evaluate(() => innerWidth);
      await pause(SECONDS * 1000);
      const drawn = await page.evaluate(() => (globalThis as unknown as { readonly drawn: readonly number[] }).drawn);
      // Now and then, even on a machine that is busy with something else.
      expect(drawn.length).toBeGreaterThan(SECONDS);
      await api.destroy(id);
      const recordings = new Recordings(api, id);
      const bytes = await recordings.video();

      const listed = (await recordings.list()).recordings.find(({ type }) => type === "video");
      expect(listed).toMatchObject({ status: "ready", size: bytes.byteLength });
      const startedAt = Date.parse(listed?.startedAt ?? "");
      const watcher = await firstPuppeteerPage(await clients.puppeteer((await sessions.create()).cdpUrl));
      const player = await VideoPlayer.open(watcher, listed?.url ?? "");
      const duration = await player.duration();
      expect(Math.abs(duration - (listed?.duration ?? 0))).toBeLessThan(0.1);
      const from = ((drawn[0] ?? Number.NaN) + 2 * pauseOf(drawn, drawn[0] ?? 0) - startedAt) / 1000 + 1;
      const samples = Array.from({ length: 40 }, (_each, n) => from + ((duration - 1 - from) * n) / 39);
      for (const at of samples) {
        const moment = startedAt + at * 1000;
        const behind = VideoPlayer.behind(await player.counter(at, width), moment);
        expect.soft(Math.abs(behind), `at ${at.toFixed(2)} s`).toBeLessThan(WITHIN_MS + 2 * pauseOf(drawn, moment));
      }
      const probed =
        (await probe(bytes)) ?? skip("ffprobe is not installed: what it says of the file was not looked at");
      expect(probed.streams).toEqual([{ codec_name: "h264", codec_type: "video" }]);
      expect(Math.abs(Number(probed.format.duration) - duration)).toBeLessThan(0.1);
    },
  );

  test("follows the tab in use: a new one, a popup, and back", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("meshbrow", VIDEO);
    const browser = await clients.puppeteer({ browserWSEndpoint: cdpUrl, defaultViewport: null });
    const first = await firstPuppeteerPage(browser);
    const moments: { readonly at: number; readonly colour: "red" | "green" | "blue" }[] = [];
    const shown = async (colour: "red" | "green" | "blue"): Promise<void> => {
      await pause(1500);
      moments.push({ at: Date.now(), colour });
      await pause(300);
    };
    await first.goto(`${site.origin}/red`);
    await shown("red");
    const second = await browser.newPage();
    await second.goto(`${site.origin}/green`);
    await shown("green");
    await second.setViewport({ width: 600, height: 900 });
    await shown("green");
    await second.close();
    await shown("red");
    await first.evaluate((url) => void window.open(url, "_blank", "width=500,height=400"), `${site.origin}/blue`);
    await shown("blue");
    await first.mouse.click(10, 10);
    await shown("red");
    await api.destroy(id);
    const recordings = new Recordings(api, id);
    await recordings.video();

    const listed = (await recordings.list()).recordings.find(({ type }) => type === "video");
    const watcher = await firstPuppeteerPage(await clients.puppeteer((await sessions.create()).cdpUrl));
    const player = await VideoPlayer.open(watcher, listed?.url ?? "");
    const seen: string[] = [];
    for (const { at } of moments) {
      const [colour = [0, 0, 0]] = await player.colours((at - Date.parse(listed?.startedAt ?? "")) / 1000, [
        [0.5, 0.5],
      ]);
      const strongest = colour.indexOf(Math.max(...colour));
      seen.push(["red", "green", "blue"][strongest] ?? "");
    }
    expect(seen).toEqual(moments.map(({ colour }) => colour));
    const events = (await recordings.log()).filter(({ type }) => type === "tab").map(({ event }) => event);
    expect(events.filter((event) => event === "opened")).toHaveLength(3);
    expect(events.filter((event) => event === "closed")).toHaveLength(1);
  });

  test("stands still while it is paused, and goes on on its clock", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const recording = { har: true, screenshots: true, video: true };
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording });
    const page = await firstPuppeteerPage(
      await clients.puppeteer({ browserWSEndpoint: cdpUrl, defaultViewport: null }),
    );
    const set = (what: string) => api.call("meshbrow", `/v1/sessions/${id}/recordings/${what}`, { method: "POST" });
    await page.goto(`${site.origin}/red?before`);
    await pause(1000);
    expect((await set("pause")).body).toEqual({ sessionId: id, paused: true });
    await page.goto(`${site.origin}/green?meanwhile`);
    await pause(1500);
    const meanwhile = Date.now();
    expect((await set("resume")).body).toEqual({ sessionId: id, paused: false });
    await page.goto(`${site.origin}/blue?after`);
    await pause(1500);
    const after = Date.now();
    await api.destroy(id);
    const recordings = new Recordings(api, id);
    await recordings.video();

    const listed = (await recordings.list()).recordings.find(({ type }) => type === "video");
    const startedAt = Date.parse(listed?.startedAt ?? "");
    const watcher = await firstPuppeteerPage(await clients.puppeteer((await sessions.create()).cdpUrl));
    const player = await VideoPlayer.open(watcher, listed?.url ?? "");
    const colourAt = async (at: number) =>
      (await player.colours((at - startedAt) / 1000, [[0.5, 0.5]]))[0] ?? [0, 0, 0];
    const [red, , blueBefore] = await colourAt(meanwhile - 200);
    expect(red).toBeGreaterThan(150);
    expect(blueBefore).toBeLessThan(100);
    expect((await colourAt(after - 200))[2]).toBeGreaterThan(150);
    const texts = [JSON.stringify(await recordings.har()), JSON.stringify(await recordings.log())];
    for (const text of [...texts, JSON.stringify(await recordings.screenshots())]) {
      expect(text).toContain("before");
      expect(text).not.toContain("meanwhile");
      expect(text).toContain("after");
    }
    const log = await recordings.log();
    expect(log.filter(({ type }) => type === "recording").map(({ event }) => event)).toEqual([
      "started",
      "paused",
      "resumed",
      "ended",
    ]);
  });

  test("of a session whose browser was killed has all that was before", async ({
    api,
    sessions,
    clients,
    recordingSite: site,
    expect,
  }) => {
    const recording = { har: true, screenshots: true, video: true };
    const { id, cdpUrl } = await sessions.create("meshbrow", { recording });
    const page = await firstPuppeteerPage(
      await clients.puppeteer({ browserWSEndpoint: cdpUrl, defaultViewport: null }),
    );
    await page.goto(`${site.origin}/green?only`);
    await pause(1500);
    const socket = await clients.socket(cdpUrl);
    (await SessionBrowser.behind(socket)).signal("SIGKILL");
    await expect.poll(async () => (await api.describe(id)).status).toBe("failed");
    const recordings = new Recordings(api, id);
    await expect
      .poll(async () => (await recordings.list()).recordings.map(({ type }) => type))
      .toEqual(["har", "log", "screenshots", "video"]);
    await recordings.video();

    const har = await recordings.har();
    await validate(har);
    expect(har.log.entries.map(({ request }) => request.url)).toContain(`${site.origin}/green?only`);
    expect((await recordings.screenshots()).map(({ url }) => url)).toContain(`${site.origin}/green?only`);
    const listed = (await recordings.list()).recordings.find(({ type }) => type === "video");
    const watcher = await firstPuppeteerPage(await clients.puppeteer((await sessions.create()).cdpUrl));
    const player = await VideoPlayer.open(watcher, listed?.url ?? "");
    const [[red, green, blue] = [0, 0, 0]] = await player.colours((await player.duration()) - 0.2, [[0.5, 0.5]]);
    expect(green).toBeGreaterThan(Math.max(red, blue) + 50);
  });
});
