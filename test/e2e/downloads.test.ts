import { describe } from "vitest";
import type { Api } from "../support/node/api.ts";
import { defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { BLOB, serveDownloads, sha256 } from "../support/node/download-site.ts";
import { test as base } from "../support/node/test.ts";

const PATIENCE = { timeout: 60_000 };

const test = base.extend("files", { scope: "file" }, async ({}, { onCleanup }) => {
  const site = await serveDownloads();
  onCleanup(() => site.close());
  return site;
});

interface Item {
  readonly id: string;
  readonly file_link: string;
  readonly original_download_url: string;
  readonly origin_url: string;
  readonly suggested_file_name: string;
  readonly size: number | null;
  readonly duration: number;
  readonly status: string;
}

interface Ready {
  readonly suggestedFilename: string;
  readonly p2pDownloadUrl: string;
  readonly url: string;
}

const downloadsOf = async (api: Api, id: string): Promise<readonly Item[]> =>
  (await api.call<{ data: { items: Item[] } }>("anchor", `/v1/sessions/${id}/downloads`)).body.data.items;

const bytesAt = async (url: string, headers: Record<string, string> = {}): Promise<Buffer> =>
  Buffer.from(await (await fetch(url, { headers })).arrayBuffer());

describe("downloads", () => {
  test("of every kind are kept whole, during the session and after it", async ({
    api,
    sessions,
    clients,
    files,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("anchor");
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(files.origin);
    expect(await downloadsOf(api, id)).toEqual([]);
    for (const [count, selector] of ["#small", "#data", "#blob", "#large"].entries()) {
      await page.click(selector);
      await expect.poll(async () => (await downloadsOf(api, id)).length, PATIENCE).toBe(count + 1);
    }
    const items = await downloadsOf(api, id);
    expect(items.map(({ suggested_file_name: name, size, status }) => [name, size, status])).toEqual([
      ["hello.txt", 5, "ready"],
      ["note.txt", 13, "ready"],
      ["made here.bin", BLOB.length, "ready"],
      ["large.bin", files.large.length, "ready"],
    ]);
    expect(items[0]).toMatchObject({ original_download_url: `${files.origin}/small`, origin_url: `${files.origin}/` });
    await api.destroy(id);
    const after = await downloadsOf(api, id);
    expect(after.map((item) => item.id)).toEqual(items.map((item) => item.id));
    const contents = await Promise.all(after.map(({ file_link: link }) => bytesAt(link)));
    expect(contents.map((content) => sha256(content))).toEqual(
      [Buffer.from("hello"), Buffer.from("from the page"), BLOB, files.large].map((content) => sha256(content)),
    );
    const [small, , blob] = after;
    expect((await bytesAt(small?.file_link ?? "", { range: "bytes=1-2" })).toString()).toBe("el");
    const { headers } = await fetch(blob?.file_link ?? "");
    expect(headers.get("content-disposition")).toBe('attachment; filename="made here.bin"');
    const path = `/v1/sessions/${id}/downloads/${small?.id}/fetch`;
    expect((await bytesAt(`${api.url}${path}`, { "anchor-api-key": api.apiKey })).toString()).toBe("hello");
    expect((await fetch(small?.file_link.replace(/signature=.*/, "signature=x") ?? "")).status).toBe(403);
  });

  test("are another account's to no one, and Meshbrow's too", async ({
    api,
    admin,
    sessions,
    clients,
    files,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create();
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(files.origin);
    await page.click("#small");
    const list = (of: Api) =>
      of.call<{ items: { id: string; fileName: string; size: number; fileUrl: string }[]; total: number }>(
        "meshbrow",
        `/v1/sessions/${id}/downloads`,
      );
    await expect.poll(async () => (await list(api)).body.total, PATIENCE).toBe(1);
    const [item] = (await list(api)).body.items;
    expect(item).toMatchObject({ fileName: "hello.txt", size: 5 });
    expect((await bytesAt(item?.fileUrl ?? "")).toString()).toBe("hello");
    const { api: other } = await admin.createAccount();
    expect((await list(other)).status).toBe(404);
    expect((await other.call("meshbrow", `/v1/sessions/${id}/downloads/${item?.id}`)).status).toBe(404);
  });

  test("are told to Playwright and Puppeteer, wherever they wanted them", async ({
    api,
    sessions,
    clients,
    files,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("anchor");
    const playwright = await clients.playwright(cdpUrl);
    const context = await playwright.newContext();
    const page = await context.newPage();
    await page.goto(files.origin);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#small")]);
    expect(download.suggestedFilename()).toBe("hello.txt");
    expect(download.url()).toBe(`${files.origin}/small`);

    const puppeteer = await clients.puppeteer(cdpUrl);
    const cdp = await puppeteer.target().createCDPSession();
    const told: [string, string][] = [];
    cdp.on("Browser.downloadWillBegin", ({ suggestedFilename }) => told.push(["begin", suggestedFilename]));
    cdp.on("Browser.downloadProgress", ({ state }) => state === "completed" && told.push(["end", state]));
    await cdp.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: "/nowhere", eventsEnabled: true });
    const first = await firstPuppeteerPage(puppeteer);
    await first.goto(files.origin);
    await first.click("#data");
    await expect
      .poll(() => told, PATIENCE)
      .toEqual([
        ["begin", "note.txt"],
        ["end", "completed"],
      ]);
    await expect.poll(async () => (await downloadsOf(api, id)).length, PATIENCE).toBe(2);
    expect((await downloadsOf(api, id)).map((item) => item.suggested_file_name)).toEqual(["hello.txt", "note.txt"]);
    expect(firstPlaywrightPage(playwright)).toBeDefined();
    expect(defaultContext(playwright)).toBeDefined();
  });

  test("of the last moment are waited for", async ({ api, sessions, clients, files, expect }) => {
    const { id, cdpUrl } = await sessions.create("anchor");
    const browser = await clients.puppeteer(cdpUrl);
    const cdp = await browser.target().createCDPSession();
    const completed = new Promise<void>((resolve) => {
      cdp.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve());
    });
    await cdp.send("Browser.setDownloadBehavior", { behavior: "default", eventsEnabled: true });
    const page = await firstPuppeteerPage(browser);
    await page.goto(files.origin);
    await page.click("#large");
    await completed;
    await api.destroy(id);
    const [item] = await downloadsOf(api, id);
    expect(sha256(await bytesAt(item?.file_link ?? ""))).toBe(sha256(files.large));
  });

  test("are kept nowhere when they are to be handed over", async ({ api, sessions, clients, files, expect }) => {
    const { id, cdpUrl } = await sessions.create("anchor", { browser: { p2p_download: { active: true } } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(files.origin);
    const cdp = await page.createCDPSession();
    const ready = new Promise<Ready>((resolve) => {
      cdp.on("Anchor.downloadReady", (event) => resolve(event as Ready));
    });
    await page.click("#large");
    const { suggestedFilename, p2pDownloadUrl, url } = await ready;
    expect({ suggestedFilename, url }).toEqual({ suggestedFilename: "large.bin", url: `${files.origin}/large` });
    expect(sha256(await bytesAt(p2pDownloadUrl))).toBe(sha256(files.large));
    expect(await downloadsOf(api, id)).toEqual([]);
    await api.destroy(id);
    expect((await fetch(p2pDownloadUrl)).status).toBe(404);
  });
});
