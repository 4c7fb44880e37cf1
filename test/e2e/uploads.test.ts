import Anchorbrowser from "anchorbrowser";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { describe } from "vitest";
import { firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { sha256 } from "../support/node/download-site.ts";
import { type SeenEvent, serveLiveSite } from "../support/node/live-site.ts";
import { test as base } from "../support/node/test.ts";

const MIB = 1024 * 1024;

const test = base.extend("liveSite", { scope: "file" }, async ({}, { onCleanup }) => {
  const site = await serveLiveSite();
  onCleanup(() => site.close());
  return site;
});

describe("uploads", () => {
  test("are chosen by Puppeteer and Playwright, as files of their own disk would be", async ({
    api,
    sessions,
    clients,
    liveSite,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("anchor");
    const sdk = new Anchorbrowser({ apiKey: api.apiKey, baseURL: api.url, maxRetries: 0 });
    const content = randomBytes(7_000_001);
    const { data } = await sdk.sessions.uploadFile(id, {
      file: new File([new Uint8Array(content)], "report (final).pdf", { type: "application/pdf" }),
    });
    expect(data).toMatchObject({ status: "success", message: expect.stringContaining("/uploads/report (final).pdf") });

    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(liveSite.origin);
    const cdp = await page.createCDPSession();
    const { root } = await cdp.send("DOM.getDocument");
    const { nodeId } = await cdp.send("DOM.querySelector", { nodeId: root.nodeId, selector: "#file" });
    await cdp.send("DOM.setFileInputFiles", { nodeId, files: ["/uploads/report (final).pdf"] });
    await expect(cdp.send("DOM.setFileInputFiles", { nodeId, files: ["/uploads/repotr.pdf"] })).rejects.toThrow(
      "No file was uploaded to this session as /uploads/repotr.pdf",
    );
    const seen = await page.waitForFunction(() => (globalThis as { files?: unknown }).files);
    const wanted = {
      name: "report (final).pdf",
      type: "application/pdf",
      size: content.length,
      sha256: sha256(content),
    };
    expect(await seen.jsonValue()).toEqual([wanted]);
    const log = await page.evaluate(() => (globalThis as unknown as { log: SeenEvent[] }).log);
    expect(log.filter(({ type, on }) => type === "change" && on === "file")).toMatchObject([{ isTrusted: true }]);

    // A library that looks at its own disk first is told the path on the browser's machine by nobody: bytes do.
    const playwright = firstPlaywrightPage(await clients.playwright(cdpUrl));
    await playwright.reload();
    await playwright.setInputFiles("#file", { name: "by.txt", mimeType: "text/plain", buffer: Buffer.from("bytes") });
    const chosen = await playwright.waitForFunction(() => (globalThis as { files?: unknown }).files);
    expect(await chosen.jsonValue()).toMatchObject([{ name: "by.txt", size: 5 }]);
  });

  test("of up to 100 MB are taken, and what is wrong with others is said", async ({ api, sessions, expect }) => {
    const { id } = await sessions.create("anchor");
    const upload = async (form: FormData | string, of = id) => {
      const headers = { "anchor-api-key": api.apiKey };
      const url = `${api.url}/v1/sessions/${of}/uploads`;
      const response = await fetch(url, { method: "POST", headers, body: form });
      const body = (await response.json()) as { data?: { size: number }; error?: { message: string } };
      return { status: response.status, size: body.data?.size, message: body.error?.message };
    };
    const formOf = (bytes: number, name = "large.bin") => {
      const form = new FormData();
      form.set("note", "before the file");
      form.set("file", new File([new Uint8Array(bytes)], name));
      return form;
    };
    expect(await upload(formOf(100 * MIB))).toMatchObject({ status: 200, size: 100 * MIB });
    expect(await upload(formOf(100 * MIB + 1))).toMatchObject({ status: 400, message: /no more than 100 MB/ });
    // What says that it is too large is not even read.
    const declared = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { "anchor-api-key": api.apiKey, "content-length": 102 * MIB };
      const sent = request(`${api.url}/v1/sessions/${id}/uploads`, { method: "POST", headers });
      sent.on("response", (response) => resolve(response.statusCode)).on("error", reject);
      sent.flushHeaders();
    });
    expect(declared).toBe(413);
    expect(await upload(formOf(0, "empty.txt"))).toMatchObject({ status: 200, size: 0 });
    expect(await upload(formOf(1, "../../etc/pässwd"))).toMatchObject({ status: 400, message: /its name/ });
    expect(await upload("no form")).toMatchObject({ status: 400, message: /file is required/ });
    const bearer = { authorization: `Bearer ${api.apiKey}` };
    const url = `${api.url}/v1/sessions/${id}/uploads`;
    const meshbrow = await fetch(url, { method: "POST", headers: bearer, body: formOf(3, "a.txt") });
    expect([meshbrow.status, await meshbrow.json()]).toEqual([
      201,
      { name: "a.txt", path: expect.stringMatching(/\/a\.txt$/), size: 3 },
    ]);
    expect((await upload(formOf(1), "550e8400-e29b-41d4-a716-446655440000")).status).toBe(404);
  });
});
