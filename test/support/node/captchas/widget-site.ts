import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const KEY = "6Lc_aX0UAAAAABx6ZfUsGkPd7d0eRr6mAAAAAAAA";

/**
 * The widgets' scripts as far as pages have to do with them: a loader that puts an object into place and a main script
 * that adds its functions later, elements with attributes, fields of forms, callbacks by name and by function. What
 * nobody can do on this machine is to ask their vendors.
 */
const RECAPTCHA = `
window.___grecaptcha_cfg = window.___grecaptcha_cfg || { fns: [] };
const gr = window.grecaptcha = window.grecaptcha || {};
const waiting = [];
gr.ready = (f) => waiting.push(f);
setTimeout(() => {
  let widgets = 0;
  const fields = [];
  gr.render = (container, options = {}) => {
    const element = typeof container === "string" ? document.getElementById(container) : container;
    const field = Object.assign(document.createElement("textarea"), { name: "g-recaptcha-response", hidden: true });
    element.append(field);
    fields.push(field);
    return widgets++;
  };
  gr.getResponse = (id = 0) => fields[id]?.value ?? "";
  gr.execute = (key) => (typeof key === "string" ? Promise.resolve("not-solved-by-anybody") : undefined);
  gr.enterprise = { render: gr.render, execute: gr.execute, ready: gr.ready };
  gr.ready = (f) => f();
  for (const element of document.querySelectorAll(".g-recaptcha")) if (!element.querySelector("textarea")) gr.render(element, {});
  for (const f of waiting) f();
  const onload = new URL(document.querySelector("script[src*='recaptcha']").src).searchParams.get("onload");
  if (onload) window[onload]();
}, 50);`;

const others = (global: string, field: string): string => `
const fields = [];
window.${global} = {
  render: (container, options = {}) => {
    const element = typeof container === "string" ? document.querySelector(container) : container;
    const input = Object.assign(document.createElement("input"), { name: "${field}", type: "hidden" });
    element.append(input);
    fields.push(input);
    return "widget-" + fields.length;
  },
  execute: () => undefined,
  getResponse: () => fields[0]?.value,
};
for (const element of document.querySelectorAll("${global === "hcaptcha" ? ".h-captcha" : ".cf-turnstile"}")) window.${global}.render(element);
window.${global}Loaded?.();`;

const SCRIPTS: Readonly<Record<string, string>> = {
  "/recaptcha/api.js": RECAPTCHA,
  "/hcaptcha/1/api.js": others("hcaptcha", "h-captcha-response"),
  "/turnstile/v0/api.js": others("turnstile", "cf-turnstile-response"),
};

const script = (src: string): string => `<script src="${src}" async defer></script>`;
const DONE = `<script>window.told = []; function done(token) { window.told.push(token); }</script>`;

const PAGES: Readonly<Record<string, string>> = {
  "/v2": `${DONE}<form><div class="g-recaptcha" data-sitekey="${KEY}" data-callback="done"></div></form>${script("/recaptcha/api.js")}`,
  "/v2-explicit": `${DONE}<div id="box"></div><script>
function ready() { window.id = grecaptcha.render("box", { sitekey: "${KEY}", callback: (token) => done(token) }); }</script>
${script("/recaptcha/api.js?onload=ready&render=explicit")}`,
  "/v2-invisible": `${DONE}<button id="send" onclick="grecaptcha.execute()">send</button>
<div class="g-recaptcha" data-sitekey="${KEY}" data-callback="done" data-size="invisible"></div>${script("/recaptcha/api.js")}`,
  "/v3": `${DONE}${script(`/recaptcha/api.js?render=${KEY}`)}<script>addEventListener("load", () => {
grecaptcha.ready(() => grecaptcha.execute("${KEY}", { action: "login" }).then(done)); });</script>`,
  "/hcaptcha": `${DONE}<form><div class="h-captcha" data-sitekey="10000000-ffff-ffff-ffff-000000000001" data-callback="done"></div></form>${script("/hcaptcha/1/api.js")}`,
  "/turnstile": `${DONE}<form><div class="cf-turnstile" data-sitekey="0x4AAAAAAA" data-callback="done" data-action="signup"></div></form>${script("/turnstile/v0/api.js")}`,
  "/turnstile-explicit": `${DONE}<div id="box"></div><script>
window.turnstileLoaded = () => turnstile.render("#box", { sitekey: "0x4AAAAAAA", cData: "order-7", callback: done });</script>
${script("/turnstile/v0/api.js?render=explicit")}`,
  "/framed": `<iframe id="inner" src="/v2"></iframe>`,
};

export async function serveWidgets() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const source = SCRIPTS[pathname];
    const page = PAGES[pathname];
    if (source !== undefined) {
      response.writeHead(200, { "content-type": "text/javascript" }).end(source);
      return;
    }
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html" });
    response.end(`<!doctype html><link rel="icon" href="data:,"><title>widget</title>${page ?? ""}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    siteKey: KEY,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
