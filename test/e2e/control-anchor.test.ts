import Anchorbrowser, { APIError } from "anchorbrowser";
import { describe } from "vitest";
import { firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { type SeenEvent, serveLiveSite } from "../support/node/live-site.ts";
import { test as base } from "../support/node/test.ts";

const test = base
  .extend("liveSite", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await serveLiveSite();
    onCleanup(() => site.close());
    return site;
  })
  .extend("account", { scope: "file" }, async ({ admin, api: { url } }) => {
    const { api } = await admin.createAccount();
    return { url, apiKey: api.apiKey };
  })
  .extend("sdk", async ({ account: { url, apiKey } }, { onCleanup }) => {
    const sdk = new Anchorbrowser({ apiKey, baseURL: url, maxRetries: 0 });
    onCleanup(async () => void (await sdk.sessions.all.delete()));
    return sdk;
  })
  /** A session that shows the site's page, and the page as a client of the session sees it. */
  .extend("driven", async ({ sdk, clients, liveSite }) => {
    const { data } = await sdk.sessions.create({ session: { recording: { active: false } } });
    const id = data?.id ?? "";
    expectStatus(await sdk.sessions.goto(id, { url: liveSite.origin }));
    const page = await firstPuppeteerPage(
      await clients.puppeteer({ browserWSEndpoint: data?.cdp_url ?? "", defaultViewport: null }),
    );
    const log = () => page.evaluate(() => (globalThis as unknown as { log: SeenEvent[] }).log);
    const middleOf = (selector: string) =>
      page.$eval(selector, (found) => {
        const { left, top, width, height } = found.getBoundingClientRect();
        return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) };
      });
    return { id, page, log, middleOf };
  });

function expectStatus({ status }: { readonly status?: string }): void {
  if (status !== "success") throw new Error(`status is ${status}`);
}

/** The status and message of an answer that the SDK throws. */
async function refusalOf(call: Promise<unknown>): Promise<{ status: unknown; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof APIError) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error("it was not refused");
}

describe("the official SDK drives a session by HTTP", () => {
  test("the mouse, by place and by selector", async ({ sdk, driven: { id, log, middleOf, page }, expect }) => {
    const at = await middleOf("#press");
    expectStatus(await sdk.sessions.mouse.click(id, at));
    expectStatus(await sdk.sessions.mouse.doubleClick(id, at));
    expectStatus(await sdk.sessions.mouse.click(id, { selector: "p", index: 4, button: "left" }));
    expectStatus(await sdk.sessions.mouse.click(id, { selector: "#press", button: "right" }));
    const seen = (await log()).filter(({ type }) => ["click", "dblclick", "contextmenu"].includes(type));
    expect(seen.every(({ isTrusted }) => isTrusted)).toBe(true);
    expect(seen.map(({ type, on }) => `${type} ${on}`)).toEqual([
      "click press",
      "click press",
      "click press",
      "dblclick press",
      "click words",
      "contextmenu press",
    ]);
    expect(seen[0]?.detail).toEqual([at.x, at.y, 0, 1]);
    expectStatus(await sdk.sessions.mouse.move(id, { x: 5, y: 6 }));
    expectStatus(await sdk.sessions.scroll(id, { x: 200, y: 300, deltaY: 300, steps: 3 }));
    await page.waitForFunction(() => scrollY === 300);
    expect((await log()).filter(({ type }) => type === "wheel").map(({ detail }) => detail)).toEqual([
      [0, 100],
      [0, 100],
      [0, 100],
    ]);
  });

  test("drags", async ({ sdk, driven: { id, page }, expect }) => {
    await page.setContent(
      `<div id=b style="position:absolute;left:50px;top:50px;width:40px;height:40px;background:red"></div><script>
      let from; b.onmousedown = (e) => { from = [e.clientX - b.offsetLeft, e.clientY - b.offsetTop]; };
      onmousemove = (e) => { if (from) { b.style.left = e.clientX - from[0] + "px"; b.style.top = e.clientY - from[1] + "px"; } };
      onmouseup = () => { from = undefined; };</script>`,
    );
    expectStatus(await sdk.sessions.dragAndDrop(id, { startX: 60, startY: 60, endX: 260, endY: 160 }));
    expect(await page.$eval("#b", (box) => [(box as HTMLElement).style.left, (box as HTMLElement).style.top])).toEqual([
      "250px",
      "150px",
    ]);
  });

  test("the keyboard and the clipboard", async ({ account, sdk, driven: { id, log, page }, expect }) => {
    const call = async (path: string, body?: object) => {
      const headers = { "anchor-api-key": account.apiKey, "content-type": "application/json" };
      const url = `${account.url}/v1/sessions/${id}/${path}`;
      const response = await fetch(url, { method: "POST", headers, ...(body && { body: JSON.stringify(body) }) });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    await sdk.sessions.mouse.click(id, { selector: "#text" });
    expectStatus(await sdk.sessions.keyboard.type(id, { text: "Grüße, 日本", delay: 1 }));
    expect(await page.$eval("#text", (field) => (field as HTMLInputElement).value)).toBe("Grüße, 日本");
    expectStatus(await sdk.sessions.keyboard.shortcut(id, { keys: ["Ctrl", "A"] }));
    expect(await call("copy")).toEqual({ status: 200, body: { text: "Grüße, 日本" } });
    expect((await sdk.sessions.clipboard.get(id)).data?.text).toBe("Grüße, 日本");
    expectStatus(await sdk.sessions.clipboard.set(id, { text: "from the clipboard" }));
    expect(await call("paste")).toEqual({ status: 200, body: { status: "success" } });
    expect(await call("paste", { text: " and more" })).toEqual({ status: 200, body: { status: "success" } });
    expect(await page.$eval("#text", (field) => (field as HTMLInputElement).value)).toBe("from the clipboard and more");
    const pasted = (await log()).filter(({ type }) => type === "paste");
    expect(pasted.map(({ isTrusted, detail }) => [isTrusted, detail])).toEqual([
      [true, "from the clipboard"],
      [true, " and more"],
    ]);
  });

  test("looks, and is told what is wrong", async ({ sdk, driven: { id }, expect }) => {
    const picture = Buffer.from(await (await sdk.sessions.retrieveScreenshot(id)).arrayBuffer());
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
    expect(await refusalOf(sdk.sessions.mouse.click(id, {}))).toMatchObject({
      status: 400,
      message: /\bx is required/,
    });
    expect(await refusalOf(sdk.sessions.goto(id, { url: "file:///etc/passwd" }))).toMatchObject({
      status: 400,
      message: /url/,
    });
    expect(await refusalOf(sdk.sessions.goto(id, { url: "http://127.0.0.1:1/" }))).toMatchObject({
      status: 422,
      message: /ERR_/,
    });
    expect(await refusalOf(sdk.sessions.mouse.click(id, { selector: "#never", selectorTimeoutMs: 50 }))).toMatchObject({
      status: 422,
      message: /#never did not appear within 50 ms/,
    });
    expect(await refusalOf(sdk.sessions.mouse.click(id, { selector: "][" }))).toMatchObject({ status: 400 });
    expect(await refusalOf(sdk.sessions.keyboard.shortcut(id, { keys: ["Hyper"] }))).toMatchObject({
      status: 400,
      message: /"Hyper" is no key/,
    });
    await sdk.sessions.delete(id);
    expect((await refusalOf(sdk.sessions.goto(id, { url: "about:blank" }))).status).toBe(404);
  });

  test("a dialog that nobody answers holds nothing up", async ({ sdk, driven: { id, page }, expect }) => {
    await page.browser().disconnect();
    expectStatus(await sdk.sessions.mouse.click(id, { selector: "#ask" }));
    expectStatus(await sdk.sessions.mouse.click(id, { selector: "#press" }));
    expect(await sdk.tools.fetchWebpage({ sessionId: id, format: "html" })).toContain(
      `<output id="answer">null</output>`,
    );
  });
});

describe("the official SDK's other parts", () => {
  test("signal and wait", async ({ sdk, expect }) => {
    const waiting = sdk.events.waitFor("mfa code", { timeoutMs: 20_000 });
    // Signalled before or after: either way it arrives.
    await sdk.events.signal("mfa code", { data: { code: "123456", none: null } });
    expect(await waiting).toEqual({ data: { code: "123456", none: null } });
    await sdk.events.signal("early", { data: { n: 1 } });
    expect(await sdk.events.waitFor("early")).toEqual({ data: { n: 1 } });
    expect(await refusalOf(sdk.events.waitFor("early", { timeoutMs: 10 }))).toMatchObject({ status: 408 });
  });

  test("tools read a page, in a session or in one of their own", async ({ sdk, liveSite, driven: { id }, expect }) => {
    const url = `${liveSite.origin}/second`;
    expect(await sdk.tools.fetchWebpage({ sessionId: id, url, format: "markdown" })).toBe("# Second");
    expect(await sdk.tools.fetchWebpage({ url })).toContain("<h1>Second</h1>");
    const own = await sdk.tools.fetchWebpage({ sessionId: id, url: `${liveSite.origin}/`, new_page: true });
    expect(own).toContain("Work here");
    const sizeOf = (picture: Buffer) => [picture.readUInt32BE(16), picture.readUInt32BE(20)];
    const small = await sdk.tools.screenshotWebpage({ sessionId: id, url, width: 640, height: 480 });
    expect(sizeOf(Buffer.from(await small.arrayBuffer()))).toEqual([640, 480]);
    const tall = await sdk.tools.screenshotWebpage({
      url: liveSite.origin,
      width: 640,
      height: 480,
      capture_full_height: true,
    });
    const [width, height] = sizeOf(Buffer.from(await tall.arrayBuffer()));
    expect(width).toBe(640);
    expect(height).toBeGreaterThan(3000);
    expect((await sdk.sessions.all.status()).data?.count).toBe(1);
    const refused = sdk.tools.screenshotWebpage({ url, s3_target_address: "https://s3.example/put" });
    expect(await refusalOf(refused)).toMatchObject({ status: 400, message: /s3_target_address/ });
    expect(await refusalOf(sdk.tools.performWebTask({ prompt: "buy milk" }))).toMatchObject({
      status: 400,
      message: /AI model/,
    });
  });

  test("print a page", async ({ account, liveSite, driven: { id }, expect }) => {
    const response = await fetch(`${account.url}/v1/tools/page-pdf?sessionId=${id}`, {
      method: "POST",
      headers: { "anchor-api-key": account.apiKey, "content-type": "application/json" },
      body: JSON.stringify({ url: liveSite.origin, landscape: true, page_ranges: "1" }),
    });
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect((await response.text()).slice(0, 5)).toBe("%PDF-");
  });

  test("files", async ({ sdk, driven: { id }, expect }) => {
    const file = () => new File(["x"], "a.txt");
    expect((await sdk.sessions.uploadFile(id, { file: file() })).data?.status).toBe("success");
    expect((await sdk.sessions.agent.files.upload(id, { file: file() })).data?.status).toBe("success");
    expect((await sdk.sessions.retrieveDownloads(id)).data).toEqual({ count: 0, items: [] });
  });

  test("the browser helper connects Playwright", async ({ sdk, liveSite, clients, expect }) => {
    const browser = await sdk.browser.create({ sessionOptions: { session: { recording: { active: false } } } });
    clients.own(() => browser.close());
    const page = firstPlaywrightPage(browser);
    await page.goto(`${liveSite.origin}/second`);
    expect(await page.title()).toBe("Second");
    const { data } = await sdk.sessions.create({ session: { recording: { active: false } } });
    const connected = await sdk.browser.connect(data?.id ?? "");
    clients.own(() => connected.close());
    await firstPlaywrightPage(connected).goto(liveSite.origin);
    expect(await firstPlaywrightPage(connected).title()).toBe("Work here");
  });
});
