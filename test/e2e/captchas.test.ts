import { join } from "node:path";
import { describe } from "vitest";
import { runDir } from "../../scripts/local/paths.ts";
import { Api } from "../support/node/api.ts";
import { startBerthServer } from "../support/node/berth-server.ts";
import { serveSolving } from "../support/node/captchas/solving-service.ts";
import { serveWidgets } from "../support/node/captchas/widget-site.ts";
import { firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { EXITS, serveExitCheck } from "../support/node/proxies/exit-check.ts";
import { startHttpProxy } from "../support/node/proxies/test-proxies.ts";
import { Sessions, test as base } from "../support/node/test.ts";

const SERVICE_KEY = "key-of-the-service";
const HCAPTCHA_KEY = "10000000-ffff-ffff-ffff-000000000001";
const TURNSTILE_KEY = "0x4AAAAAAA";

const test = base
  .extend("service", { scope: "file" }, async ({}, { onCleanup }) => {
    const service = await serveSolving(SERVICE_KEY);
    onCleanup(() => service.close());
    return service;
  })
  .extend("widgets", { scope: "file" }, async ({}, { onCleanup }) => {
    const widgets = await serveWidgets();
    onCleanup(() => widgets.close());
    return widgets;
  })
  .extend("proxy", { scope: "file" }, async ({}, { onCleanup }) => {
    const proxy = await startHttpProxy({ exit: EXITS["127.0.0.2"].ip });
    onCleanup(() => proxy.crash());
    return proxy;
  })
  .extend("check", { scope: "file" }, async ({}, { onCleanup }) => {
    const check = await serveExitCheck();
    onCleanup(() => check.close());
    return check;
  })
  .extend("solvingApi", { scope: "file" }, async ({ service, check }, { onCleanup }) => {
    const { server, stop } = await startBerthServer(join(runDir(), `solving-${check.port}`), undefined, {
      EXIT_CHECK_URL: check.url,
      CAPTCHA_SOLVER_URL: service.url,
      CAPTCHA_SOLVER_KEY: SERVICE_KEY,
      CAPTCHA_POLL_MS: "50",
    });
    onCleanup(stop);
    return new Api(server);
  })
  .extend("solved", async ({ solvingApi, proxy }, { onCleanup }) => {
    const sessions = new Sessions(solvingApi);
    onCleanup(() => sessions.endAll());
    const custom = { type: "custom", active: true, server: proxy.server, username: "", password: "" };
    return () =>
      sessions.create("anchor", { session: { proxy: custom }, browser: { captcha_solver: { active: true } } });
  });

const KEYED = (siteKey: string) => `solved-RecaptchaV2TaskProxyless-${siteKey}`;

describe("the captcha solver", () => {
  test("answers every kind of widget as the widget's own code does, with Puppeteer", async ({
    solved,
    clients,
    widgets,
    service,
    solvingApi,
    expect,
  }) => {
    const { id, cdpUrl } = await solved();
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    const userAgent = await page.evaluate("navigator.userAgent");
    service.tasks.length = 0;
    const told = async (path: string) => {
      await page.goto(`${widgets.origin}${path}`);
      await page.waitForFunction("window.told.length > 0");
      return page.evaluate("window.told");
    };
    expect(await told("/v2")).toEqual([KEYED(widgets.siteKey)]);
    expect(await page.evaluate("grecaptcha.getResponse()")).toBe(KEYED(widgets.siteKey));
    expect(await page.evaluate("new FormData(document.forms[0]).get('g-recaptcha-response')")).toBe(
      KEYED(widgets.siteKey),
    );
    expect(await told("/v2-explicit")).toEqual([KEYED(widgets.siteKey)]);
    expect(await page.evaluate("grecaptcha.getResponse(window.id)")).toBe(KEYED(widgets.siteKey));
    expect(await told("/v3")).toEqual([`solved-RecaptchaV3TaskProxyless-${widgets.siteKey}`]);
    expect(await told("/hcaptcha")).toEqual([`solved-HCaptchaTaskProxyless-${HCAPTCHA_KEY}`]);
    expect(await told("/turnstile")).toEqual([`solved-TurnstileTaskProxyless-${TURNSTILE_KEY}`]);
    expect(await page.evaluate("turnstile.getResponse()")).toBe(`solved-TurnstileTaskProxyless-${TURNSTILE_KEY}`);
    expect(await told("/turnstile-explicit")).toEqual([`solved-TurnstileTaskProxyless-${TURNSTILE_KEY}`]);
    expect(service.tasks.map(({ type }) => type)).toEqual([
      "RecaptchaV2TaskProxyless",
      "RecaptchaV2TaskProxyless",
      "RecaptchaV3TaskProxyless",
      "HCaptchaTaskProxyless",
      "TurnstileTaskProxyless",
      "TurnstileTaskProxyless",
    ]);
    expect(service.tasks[0]).toMatchObject({ websiteURL: `${widgets.origin}/v2`, isInvisible: false, userAgent });
    expect(service.tasks[2]).toMatchObject({ pageAction: "login" });
    expect(service.tasks[4]).toMatchObject({ action: "signup" });
    expect(service.tasks[5]).toMatchObject({ data: "order-7" });
    const { body } = await solvingApi.call<{ data: { captchas: { kind: string; status: string }[] } }>(
      "anchor",
      `/v1/sessions/${id}`,
    );
    expect(body.data.captchas.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      "recaptcha_v2 solved",
      "recaptcha_v2 solved",
      "recaptcha_v3 solved",
      "hcaptcha solved",
      "turnstile solved",
      "turnstile solved",
    ]);
    expect(JSON.stringify(body)).not.toContain(SERVICE_KEY);
  });

  test("solves what is invisible when it is asked for, also in frames, and tells clients", async ({
    solved,
    clients,
    widgets,
    service,
    expect,
  }) => {
    const { cdpUrl } = await solved();
    const page = firstPlaywrightPage(await clients.playwright(cdpUrl));
    const cdp = await page.context().newCDPSession(page);
    const events: string[] = [];
    for (const event of ["Berth.captchaDetected", "Berth.captchaSolved"]) {
      cdp.on(event as never, (about: { kind: string }) => void events.push(`${event} ${about.kind}`));
    }
    service.tasks.length = 0;
    await page.goto(`${widgets.origin}/v2-invisible`);
    await page.waitForFunction("typeof grecaptcha?.execute === 'function'");
    expect(service.tasks).toEqual([]);
    await page.click("#send");
    await page.waitForFunction("window.told.length > 0");
    expect(service.tasks).toMatchObject([{ type: "RecaptchaV2TaskProxyless", isInvisible: true }]);
    await expect.poll(() => events).toEqual(["Berth.captchaDetected recaptcha_v2", "Berth.captchaSolved recaptcha_v2"]);
    await page.goto(`${widgets.origin}/framed`);
    const inner = page.frame({ url: /\/v2$/ });
    await inner?.waitForFunction("window.told.length > 0");
    expect(await inner?.evaluate("window.told")).toEqual([KEYED(widgets.siteKey)]);
  });

  test("leaves to a person what nobody solves, and says why", async ({
    solved,
    clients,
    widgets,
    service,
    solvingApi,
    expect,
  }) => {
    const { id, cdpUrl } = await solved();
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    service.state.refuses = "ERROR_ZERO_BALANCE";
    try {
      await page.goto(`${widgets.origin}/v3`);
      // The widget's own answer.
      await page.waitForFunction("window.told.length > 0");
      expect(await page.evaluate("window.told")).toEqual(["not-solved-by-anybody"]);
    } finally {
      service.state.refuses = "";
    }
    const { body } = await solvingApi.call<{ data: { captchas: object[] } }>("anchor", `/v1/sessions/${id}`);
    expect(body.data.captchas).toMatchObject([
      { kind: "recaptcha_v3", status: "failed", reason: "the service refuses it: ERROR_ZERO_BALANCE" },
    ]);
  });

  test("needs a proxy, in the published words, and a service", async ({ solvingApi, api, proxy, expect }) => {
    const wanted = { browser: { captcha_solver: { active: true } } };
    const refused = await solvingApi.call("anchor", "/v1/sessions", { method: "POST", body: wanted });
    expect([refused.status, refused.body]).toEqual([
      400,
      { error: { code: 400, message: "CAPTCHA solver requires proxy to be active." } },
    ]);
    const custom = { type: "custom", active: true, server: proxy.server, username: "", password: "" };
    const body = { ...wanted, session: { proxy: custom } };
    const nobody = await api.call<{ error: { message: string } }>("anchor", "/v1/sessions", { method: "POST", body });
    expect(nobody.status).toBe(400);
    expect(nobody.body.error.message).toContain("browser.captcha_solver.active is not supported");
  });
});
