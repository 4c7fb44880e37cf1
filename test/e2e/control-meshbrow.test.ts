import { describe } from "vitest";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { type SeenEvent, serveLiveSite } from "../support/node/live-site.ts";
import { test as base } from "../support/node/test.ts";

const test = base
  .extend("liveSite", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await serveLiveSite();
    onCleanup(() => site.close());
    return site;
  })
  .extend("driven", async ({ api, sessions }) => {
    const { id, cdpUrl } = await sessions.create();
    const act = async (name: string, body: object) => {
      const answer = await api.call<{ data?: Record<string, unknown>; error?: { code: string; message: string } }>(
        "meshbrow",
        `/v1/sessions/${id}/${name}`,
        { method: "POST", body },
      );
      const { data, error } = answer.body;
      return {
        status: answer.status,
        ...(data && { data }),
        ...(error && { code: error.code, message: error.message }),
      };
    };
    return { id, cdpUrl, act };
  });

describe("Meshbrow's page actions", () => {
  test("drive a page from end to end", async ({ driven: { act, cdpUrl }, clients, liveSite, expect }) => {
    expect(await act("navigate", { url: liveSite.origin })).toEqual({
      status: 200,
      data: { status: "complete", url: `${liveSite.origin}/`, title: "Work here" },
    });
    const done = { status: 200, data: { status: "complete" } };
    expect(await act("type", { selector: "#text", text: "first" })).toEqual(done);
    expect(await act("type", { selector: "#text", text: "second" })).toEqual(done);
    expect(await act("type", { selector: "#text", text: " half", clear: false })).toEqual(done);
    expect(await act("click", { selector: "#press" })).toEqual(done);
    expect(await act("wait", { selector: "#press", timeout_ms: 1000 })).toEqual(done);
    expect(await act("scroll", { direction: "bottom" })).toEqual(done);
    expect(await act("execute", { script: "scrollY > 1000" })).toEqual({ status: 200, data: { result: true } });
    expect(await act("scroll", { direction: "up", amount: 100_000 })).toEqual(done);
    expect(await act("execute", { script: "const y = scrollY; return { y };" })).toEqual({
      status: 200,
      data: { result: { y: 0 } },
    });
    expect(await act("execute", { script: "new Promise((resolve) => setTimeout(resolve, 5, 'later'))" })).toEqual({
      status: 200,
      data: { result: "later" },
    });
    expect((await act("extract", { selector: "#words" })).data).toMatchObject({ content: ["some words to copy"] });
    expect((await act("extract", { selector: "#words", kind: "html", max_length: 5 })).data).toMatchObject({
      content: ["<p id"],
    });
    const shot = (await act("screenshot", { selector: "#press" })).data ?? {};
    expect(shot["format"]).toBe("png");
    expect(Buffer.from(String(shot["data"]), "base64").subarray(1, 4).toString()).toBe("PNG");

    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    expect(await page.$eval("#text", (field) => (field as HTMLInputElement).value)).toBe("second half");
    const log = await page.evaluate(() => (globalThis as unknown as { log: SeenEvent[] }).log);
    expect(log.every(({ isTrusted }) => isTrusted)).toBe(true);
    expect(log.filter(({ type, on }) => type === "click" && on === "press")).toHaveLength(1);
  });

  test("say what is wrong", async ({ driven: { act, id }, api, liveSite, expect }) => {
    await act("navigate", { url: liveSite.origin });
    const refused = { status: 400, code: "invalid_request" };
    expect(await act("navigate", { url: "chrome://settings" })).toMatchObject(refused);
    expect(await act("navigate", { url: liveSite.origin, wait: "soon" })).toMatchObject(refused);
    expect(await act("navigate", {})).toMatchObject({ ...refused, message: expect.stringContaining("url") });
    expect(await act("click", { selector: "][" })).toMatchObject(refused);
    expect(await act("click", { selector: "#a", button: "left" })).toMatchObject(refused);
    expect(await act("navigate", { url: "http://127.0.0.1:1/" })).toMatchObject({ status: 502, code: "page_failed" });
    expect(await act("execute", { script: "throw new Error('of the page')" })).toMatchObject({
      status: 502,
      message: expect.stringContaining("of the page"),
    });
    expect(await act("wait", { selector: "#never", timeout_ms: 50 })).toMatchObject({ status: 504, code: "timed_out" });
    await api.destroy(id);
    expect(await act("navigate", { url: liveSite.origin })).toMatchObject({ status: 404, code: "not_found" });
  });

  test("another account has no such session", async ({ admin, driven: { id }, expect }) => {
    const { api: other } = await admin.createAccount();
    const answer = await other.call("meshbrow", `/v1/sessions/${id}/execute`, {
      method: "POST",
      body: { script: "1" },
    });
    expect(answer.status).toBe(404);
  });

  test("wait while a person has control", async ({ driven: { act, id }, api, liveSite, expect }) => {
    await act("navigate", { url: liveSite.origin });
    const control = (method: string, path = "", body?: object) =>
      api.call<Record<string, unknown>>("meshbrow", `/v1/sessions/${id}/control${path}`, {
        method,
        ...(body && { body }),
      });
    expect((await control("GET")).body).toEqual({ taken: false, takenAt: null, request: null });
    expect((await control("POST")).body).toMatchObject({ taken: true });
    const clicked = act("click", { selector: "#press" });
    const seen = "log.filter(({ type, on }) => type === 'click' && on === 'press').length";
    const asked = control("POST", "/request", { message: "please", timeoutMs: 60_000 });
    await expect.poll(async () => (await control("GET")).body["request"]).toBe("please");
    await control("DELETE");
    expect((await clicked).status).toBe(200);
    expect((await asked).body).toEqual({ taken: false, takenAt: null, request: null });
    expect((await act("execute", { script: seen })).data).toEqual({ result: 1 });
    expect((await control("POST", "/request", { timeoutMs: 5 })).status).toBe(504);
  });
});
