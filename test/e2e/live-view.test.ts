import { createHash, randomBytes } from "node:crypto";
import { describe } from "vitest";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { serveLiveSite } from "../support/node/live-site.ts";
import { LiveViewer } from "../support/node/live-viewer.ts";
import { test as base } from "../support/node/test.ts";

const test = base
  .extend("liveSite", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await serveLiveSite();
    onCleanup(() => site.close());
    return site;
  })
  /** The live view of a session, open in another browser, with the site's page in it. */
  .extend("viewer", async ({ sessions, clients, liveSite }) => {
    const [watched, other] = await Promise.all([sessions.create("anchor"), sessions.create()]);
    const remote = await firstPuppeteerPage(await clients.puppeteer(watched.cdpUrl));
    await remote.goto(liveSite.origin);
    const page = await firstPuppeteerPage(await clients.puppeteer(other.cdpUrl));
    return LiveViewer.open(page, { url: watched.liveViewUrl ?? "", remote });
  });

describe("the live view", () => {
  test("passes the mouse on: where it is, which button, how often", async ({ viewer, expect }) => {
    await viewer.click("#press");
    const click = await viewer.noticed("click", "press");
    const at = await viewer.remote.$eval("#press", (button) => {
      const { left, top, width, height } = button.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    });
    const [x, y, button, detail] = click.detail as number[];
    expect(Math.abs((x ?? 0) - (at[0] ?? 0))).toBeLessThanOrEqual(2);
    expect(Math.abs((y ?? 0) - (at[1] ?? 0))).toBeLessThanOrEqual(2);
    expect({ button, detail, isTrusted: click.isTrusted }).toEqual({ button: 0, detail: 1, isTrusted: true });

    await viewer.click("#press", { count: 2 });
    expect((await viewer.noticed("dblclick", "press")).isTrusted).toBe(true);
    await viewer.click("#press", { button: "right" });
    expect((await viewer.noticed("contextmenu", "press")).isTrusted).toBe(true);
    const { x: left, y: top } = await viewer.whereAt({ x: 400, y: 400 });
    await viewer.page.mouse.move(left, top);
    await viewer.page.mouse.wheel({ deltaY: 240 });
    expect((await viewer.noticed("wheel", "tall")).detail).toEqual([0, 240]);
    await viewer.remote.waitForFunction(() => scrollY === 240);
  });

  test("types, with shortcuts", async ({ viewer, expect }) => {
    await viewer.click("#text");
    await viewer.page.keyboard.type("Hällo, Wörld!");
    await viewer.hasValue("#text", "Hällo, Wörld!");
    await viewer.page.keyboard.down("Control");
    await viewer.page.keyboard.press("KeyA");
    await viewer.page.keyboard.up("Control");
    await viewer.page.keyboard.press("Backspace");
    await viewer.hasValue("#text", "");
    const keys = (await viewer.log()).filter(({ type }) => type === "keydown");
    expect(keys.every(({ isTrusted }) => isTrusted)).toBe(true);
    expect(keys.map(({ detail }) => (detail as { key: string }).key).slice(-3)).toEqual(["Control", "a", "Backspace"]);
    expect(keys.at(-2)?.detail).toEqual({ key: "a", code: "KeyA", ctrl: true });
  });

  test("composes with an input method", async ({ viewer, expect }) => {
    await viewer.click("#text");
    await viewer.noticed("click", "text");
    const ime = await viewer.page.createCDPSession();
    for (const text of ["n", "に", "にほ", "日本"]) {
      await ime.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    }
    await ime.send("Input.insertText", { text: "日本" });
    await viewer.noticed("compositionend", "text");
    await viewer.hasValue("#text", "日本");
    const composed = (await viewer.log()).filter(({ type }) => type.startsWith("composition"));
    // Chromium itself does not trust the end of a composition.
    expect(composed.slice(0, -1).every(({ isTrusted }) => isTrusted)).toBe(true);
    expect(composed.map(({ type, detail }) => [type.slice("composition".length), detail])).toEqual([
      ["start", ""],
      ["update", "n"],
      ["update", "に"],
      ["update", "にほ"],
      ["update", "日本"],
      // Once more, when it is written.
      ["update", "日本"],
      ["end", "日本"],
    ]);
  });

  test("pastes and copies", async ({ viewer, expect }) => {
    await viewer.click("#text");
    await viewer.noticed("click", "text");
    const field = await viewer.page.waitForSelector("textarea.keys");
    await field?.evaluate((element) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "from my own clipboard");
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    const paste = await viewer.noticed("paste", "text");
    expect(paste).toMatchObject({ isTrusted: true, detail: "from my own clipboard" });
    await viewer.hasValue("#text", "from my own clipboard");

    await viewer.page.evaluate(() => {
      const kept = globalThis as unknown as { copied: string };
      navigator.clipboard.writeText = (text) => Promise.resolve(void (kept.copied = text));
    });
    await viewer.page.keyboard.down("Control");
    await viewer.page.keyboard.press("KeyA");
    await viewer.page.keyboard.press("KeyC");
    await viewer.page.keyboard.up("Control");
    await viewer.page.waitForFunction(
      () => (globalThis as unknown as { copied: string }).copied === "from my own clipboard",
    );
    expect((await viewer.noticed("copy", "text")).isTrusted).toBe(true);
  });

  test("picks from a list that Chromium draws in a window of its own, with one trusted change", async ({
    viewer,
    expect,
  }) => {
    await viewer.click("#list");
    await viewer.page.waitForSelector("[role=option]");
    const options = await viewer.page.$$eval("[role=option]", (all) =>
      all.map((option) => [option.textContent, (option as HTMLButtonElement).disabled]),
    );
    expect(options).toEqual([
      ["one", false],
      ["two", false],
      ["three", true],
      ["four", false],
    ]);
    await viewer.page.click("[role=option]:nth-of-type(4)");
    const change = await viewer.noticed("change", "list");
    expect(change).toMatchObject({ isTrusted: true, detail: "four" });
    expect((await viewer.log()).filter(({ type }) => type === "change")).toHaveLength(1);
  });

  test("picks a colour", async ({ viewer, expect }) => {
    await viewer.click("#colour");
    const field = await viewer.page.waitForSelector(".picker input[type=color]");
    await field?.evaluate((input) => (input.value = "#00ff00"));
    await viewer.page.click(".picker [type=submit]");
    await viewer.hasValue("#colour", "#00ff00");
    expect((await viewer.noticed("change", "colour")).detail).toBe("#00ff00");
  });

  test("uploads files of the person's own machine", async ({ viewer, expect }) => {
    const files = [
      { name: "notes für Ada.txt", type: "text/plain", content: Buffer.from("grüße") },
      { name: "large.bin", type: "application/octet-stream", content: randomBytes(5_000_001) },
    ];
    await viewer.click("#file");
    const input = await viewer.page.waitForSelector("[role=dialog] input[type=file]");
    expect(await input?.evaluate(({ accept, multiple }) => ({ accept, multiple }))).toEqual({
      accept: ".txt,.bin",
      multiple: true,
    });
    const chosen = files.map(({ name, type, content }) => ({ name, type, data: content.toString("base64") }));
    await input?.evaluate((field, chosen) => {
      const transfer = new DataTransfer();
      for (const { name, type, data } of chosen) {
        transfer.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], name, { type }));
      }
      field.files = transfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, chosen);
    const seen = await viewer.remote.waitForFunction(() => (globalThis as { files?: unknown }).files);
    expect(await seen.jsonValue()).toEqual(
      files.map(({ name, type, content }) => {
        return { name, type, size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
      }),
    );
    await viewer.page.waitForFunction(() => document.querySelector("[role=dialog]") === null);

    await viewer.click("#file");
    await viewer.page.waitForSelector("[role=dialog] input[type=file]");
    await viewer.page.click("[role=dialog] button");
    await viewer.page.waitForFunction(() => document.querySelector("[role=dialog]") === null);
    expect((await viewer.log()).filter(({ type, on }) => type === "change" && on === "file")).toHaveLength(1);
  });

  test("answers a dialog", async ({ viewer, expect }) => {
    // A client that hears of dialogs is the one to answer them, unless a person is faster.
    viewer.remote.on("dialog", () => undefined);
    await viewer.click("#ask");
    const field = await viewer.page.waitForSelector("[role=alertdialog] input");
    expect(await viewer.page.$eval("[role=alertdialog] p", ({ textContent }) => textContent)).toBe(
      "What is your name?",
    );
    expect(await field?.evaluate((input) => input.value)).toBe("nobody");
    await field?.evaluate((input) => (input.value = "Ada"));
    await field?.press("Enter");
    await viewer.remote.waitForFunction(() => document.querySelector("#answer")?.textContent === "Ada");
    await viewer.page.waitForFunction(() => document.querySelector("[role=alertdialog]") === null);
  });

  test("shows tabs, and goes where it is told", async ({ viewer, liveSite, expect }) => {
    const tabs = () => viewer.page.$$eval(".tab .name", (names) => names.map(({ textContent }) => textContent));
    const shown = () => viewer.page.$eval(".tab.shown .name", ({ textContent }) => textContent);
    await viewer.page.waitForFunction(() => document.querySelector(".tab .name")?.textContent === "Work here");
    await viewer.click("#pop");
    await viewer.page.waitForFunction(() => document.querySelector(".tab.shown .name")?.textContent === "Second");
    expect(await tabs()).toEqual(["Work here", "Second"]);
    await viewer.page.click(".tab .name");
    await viewer.page.waitForFunction(() => document.querySelector(".tab.shown .name")?.textContent === "Work here");
    await viewer.click("#text");
    await viewer.page.keyboard.type("back here");
    await viewer.hasValue("#text", "back here");

    await viewer.page.click("[aria-label=Address]");
    await viewer.page.keyboard.type(`${liveSite.origin.slice("http://".length)}/second`);
    await viewer.page.keyboard.press("Enter");
    await viewer.remote.waitForFunction(() => document.title === "Second");
    await viewer.page.waitForFunction(
      (url) => document.querySelector<HTMLInputElement>("[aria-label=Address]")?.value === url,
      {},
      `${liveSite.origin}/second`,
    );
    await viewer.page.click("[aria-label=Back]");
    await viewer.remote.waitForFunction(() => document.title === "Work here");
    await viewer.page.waitForFunction(
      () => document.querySelector<HTMLButtonElement>("[aria-label=Forward]")?.disabled === false,
    );
    await viewer.page.click("[aria-label='Close Second']");
    await viewer.page.waitForFunction(() => document.querySelectorAll(".tab").length === 1);
    expect(await shown()).toBe("Work here");

    await viewer.page.click("[aria-label=Address]");
    await viewer.page.keyboard.type("file:///etc/passwd");
    await viewer.page.keyboard.press("Enter");
    await viewer.page.waitForSelector(".notice");
    expect(viewer.remote.url()).toBe(`${liveSite.origin}/`);
  });
});
