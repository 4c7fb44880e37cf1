import { uploadExtension } from "../support/node/extensions.ts";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { test } from "../support/node/proxies/proxied-berth.ts";
import { startHttpProxy } from "../support/node/proxies/test-proxies.ts";
import { extensionZip } from "../support/zip/extensions.ts";

const EXIT = "127.0.0.2";
const LOGIN = { username: "user", password: "pass word:1" };
const PATIENCE = { timeout: 20_000 };

/** Asks the site from everywhere that an extension runs. */
const ASKING = {
  "start.js": `
    chrome.runtime.sendMessage(location.origin + "/asked-by-background").then((answer) => {
      document.documentElement.dataset.background = answer;
    });
    fetch("/asked-by-script");
  `,
  "background.js": `
    chrome.runtime.onMessage.addListener((url, sender, respond) => {
      fetch(url).then((response) => response.text()).then(respond, (error) => respond(String(error)));
      return true;
    });
  `,
};

test("an extension's own requests take the session's proxy", async ({
  proxied,
  proxiedApi,
  clients,
  target,
  expect,
}) => {
  const proxy = await startHttpProxy({ exit: EXIT, login: LOGIN });
  clients.own(() => proxy.crash());
  const manifest = {
    host_permissions: ["<all_urls>"],
    background: { service_worker: "background.js" },
    content_scripts: [{ matches: ["<all_urls>"], js: ["start.js"] }],
  };
  const id = await uploadExtension(proxiedApi, await extensionZip(manifest, ASKING));
  const session = await proxied.create("anchor", {
    session: { proxy: { type: "custom", active: true, server: proxy.server, ...LOGIN } },
    browser: { extensions: [id] },
  });
  const shown = await proxiedApi.call<{ data: object }>("anchor", `/v1/sessions/${session.id}`);
  expect(shown.body.data).toMatchObject({ extensions: [{ id, mode: "emulated" }] });
  const browser = await clients.puppeteer(session.cdpUrl);
  const page = await firstPuppeteerPage(browser);
  await page.goto(`${target.origin}/page`);
  const answered = () => page.evaluate(() => document.documentElement.dataset["background"]);
  await expect.poll(answered, PATIENCE).toBe(`<h1>${EXIT}</h1>`);
  expect(target.connectionsFrom()).toEqual([EXIT]);
  expect((await browser.pages()).map((each) => each.url())).toEqual([`${target.origin}/page`]);
  expect(browser.targets().map((each) => each.url())).not.toContainEqual(expect.stringContaining("extension.invalid"));
});
