import { describe } from "vitest";
import { type Clients, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { test as base } from "../support/node/web/web.ts";

const HERE = "http://www.here.test/";
const THERE = "http://api.there.test";
const PDF =
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n";

const test = base.extend("places", { scope: "file" }, ({ web }) => {
  web.serve(HERE, (_request, response) => {
    response.setHeader("content-security-policy", "script-src 'none'; connect-src 'none'");
    response.setHeader("content-type", "text/html").end(`<!doctype html><title>here</title><h1>here</h1>`);
  });
  web.serve("http://plain.here.test/", `<!doctype html><title>plain</title><h1>plain</h1>`);
  web.serve(`${THERE}/data`, (request, response) => {
    // No word of CORS, whatever is asked.
    response.writeHead(request.method === "OPTIONS" ? 405 : 200, {
      "content-type": "application/json",
      "x-total": "7",
    });
    response.end(JSON.stringify({ method: request.method, cookie: request.headers.cookie ?? "" }));
  });
  web.serve(`${THERE}/framed`, (_request, response) => {
    response.setHeader("x-frame-options", "DENY");
    response.setHeader("content-security-policy", "frame-ancestors 'none'");
    response.setHeader("content-type", "text/html").end(`<!doctype html><h1 id="inside">inside</h1>`);
  });
  web.serve("http://www.here.test/paper", (_request, response) => {
    response.setHeader("content-type", "application/pdf").end(PDF);
  });
  return web;
});

/** What both libraries' pages have in common. */
interface Surfed {
  goto(url: string): Promise<unknown>;
  evaluate(source: string): Promise<unknown>;
  frames(): readonly { url(): string; evaluate(source: string): Promise<unknown> }[];
}

const READ = `(async () => {
  try {
    const options = { method: "PUT", credentials: "include", headers: { "x-own": "1", "content-type": "application/json" } };
    const answer = await fetch("${THERE}/data", { ...options, body: "{}" });
    return [(await answer.json()).method, answer.headers.get("x-total")];
  } catch (error) { return String(error); }
})()`;
const SIMPLE = `fetch("${THERE}/data").then((answer) => answer.json()).then(({ method }) => method, String)`;
const FRAME = `new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.onload = done;
  frame.src = "${THERE}/framed";
  document.body.append(frame);
}).then(() => undefined)`;

describe("disable_web_security", () => {
  for (const library of ["puppeteer", "playwright"] as const) {
    test(`has pages read other origins and frame them, without policies, with ${library}`, async ({
      places: _places,
      surfers,
      clients,
      expect,
    }) => {
      const { cdpUrl } = await surfers.create("anchor", { browser: { disable_web_security: { active: true } } });
      const page: Surfed =
        library === "puppeteer"
          ? await firstPuppeteerPage(await clients.puppeteer(cdpUrl))
          : firstPlaywrightPage(await clients.playwright(cdpUrl));
      await page.goto(HERE);
      expect(await page.evaluate(SIMPLE)).toBe("GET");
      expect(await page.evaluate(READ)).toEqual(["PUT", "7"]);
      const inline = `document.head.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" })); window.ran`;
      expect(await page.evaluate(inline)).toBe(1);
      await page.evaluate(FRAME);
      const frame = page.frames().find((each) => each.url() === `${THERE}/framed`);
      expect(await frame?.evaluate("document.querySelector('#inside').textContent")).toBe("inside");
    });
  }

  test("is off otherwise; cross_origin_support leaves the page's own policies in force", async ({
    places: _places,
    surfers,
    clients,
    expect,
  }) => {
    const plain = await firstPuppeteerPage(await clients.puppeteer((await surfers.create("anchor")).cdpUrl));
    await plain.goto("http://plain.here.test/");
    expect(await plain.evaluate(SIMPLE)).toContain("Failed to fetch");
    const body = { browser: { cross_origin_support: { active: true } } };
    const page = await firstPuppeteerPage(await clients.puppeteer((await surfers.create("anchor", body)).cdpUrl));
    await page.goto("http://plain.here.test/");
    expect(await page.evaluate(READ)).toEqual(["PUT", "7"]);
    await page.evaluate(FRAME);
    expect(page.frames().map((frame) => frame.url())).toContain(`${THERE}/framed`);
    await page.goto(HERE);
    expect(await page.evaluate(SIMPLE)).toContain("Failed to fetch");
  });
});

/** Puppeteer gives pages a size of its own unless it is told not to. */
const asItIs = async (clients: Clients, { cdpUrl }: { readonly cdpUrl: string }) =>
  firstPuppeteerPage(await clients.puppeteer({ browserWSEndpoint: cdpUrl, defaultViewport: null }));

describe("switches of the window", () => {
  test("fullscreen has the window cover its screen", async ({ places: _places, surfers, clients, expect }) => {
    const sizes =
      "[innerWidth, innerHeight, outerWidth, outerHeight, screen.width, screen.height, matchMedia('(display-mode: fullscreen)').matches]";
    const asked = { browser: { fullscreen: { active: true }, viewport: { width: 1280, height: 720 } } };
    const page = await asItIs(clients, await surfers.create("anchor", asked));
    await page.goto("http://plain.here.test/");
    // Chromium answers before the page has its new size.
    await expect.poll(() => page.evaluate(sizes)).toEqual([1280, 720, 1280, 720, 1280, 720, true]);
    const whole = { browser: { fullscreen: { active: true } } };
    const other = await asItIs(clients, await surfers.create("anchor", whole));
    await other.goto("http://plain.here.test/");
    const covers = "innerWidth === screen.width && innerHeight === screen.height";
    await expect.poll(() => other.evaluate(covers)).toBe(true);
  });

  test("viewport is 1440 × 900 unless it is said, and headless or not is the same to pages", async ({
    places: _places,
    surfers,
    clients,
    expect,
  }) => {
    for (const browser of [{}, { headless: { active: true } }, { headless: { active: false } }]) {
      const page = await asItIs(clients, await surfers.create("anchor", { browser }));
      await page.goto("http://plain.here.test/");
      const seen = await page.evaluate(
        "[innerWidth, innerHeight, navigator.userAgent.includes('Headless'), navigator.webdriver]",
      );
      expect(seen).toEqual([1440, 900, false, false]);
    }
  });

  test("initial_url is where the first client finds the page", async ({
    places: _places,
    surfers,
    clients,
    expect,
  }) => {
    const body = { session: { initial_url: "http://plain.here.test/" } };
    const page = await firstPuppeteerPage(await clients.puppeteer((await surfers.create("anchor", body)).cdpUrl));
    await page.waitForSelector("h1");
    expect(page.url()).toBe("http://plain.here.test/");
  });
});

describe("dialogs and PDFs", () => {
  test("pages' dialogs are declined where they are disabled", async ({ places: _places, surfers, clients, expect }) => {
    const body = { browser: { disable_dialogs: { active: true } } };
    const page = await firstPuppeteerPage(await clients.puppeteer((await surfers.create("anchor", body)).cdpUrl));
    const shown: string[] = [];
    page.on("dialog", (dialog) => {
      shown.push(dialog.type());
      void dialog.dismiss();
    });
    await page.goto("http://plain.here.test/");
    expect(await page.evaluate("[alert(1), confirm(2), prompt(3), print()]")).toEqual([null, false, null, null]);
    expect(await page.evaluate("[alert.name, alert.length, confirm.name, String(typeof prompt)]")).toEqual([
      "alert",
      0,
      "confirm",
      "function",
    ]);
    expect(shown).toEqual([]);
  });

  test("PDFs are downloaded where the viewer is off", async ({ places: _places, webApi, surfers, clients, expect }) => {
    const { id, cdpUrl } = await surfers.create("anchor", { browser: { pdf_viewer: { active: false } } });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto("http://plain.here.test/");
    await page.goto("http://www.here.test/paper").catch(() => undefined);
    expect(page.url()).toBe("http://plain.here.test/");
    const downloads = async () =>
      (await webApi.call<{ data: { items: { size: number }[] } }>("anchor", `/v1/sessions/${id}/downloads`)).body.data
        .items;
    await expect.poll(async () => (await downloads()).map(({ size }) => size)).toEqual([PDF.length]);
  });

  test("what the deployment does not have is refused by its name", async ({ webApi, expect }) => {
    for (const field of ["web_bot_auth", "sensitive_data_mask"]) {
      const body = { browser: { [field]: { active: true } } };
      const answer = await webApi.call<{ error: { message: string } }>("anchor", "/v1/sessions", {
        method: "POST",
        body,
      });
      expect(answer.status).toBe(400);
      expect(answer.body.error.message).toContain(`browser.${field}.active`);
    }
  });
});
