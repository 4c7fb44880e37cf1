/**
 * Source of a function that runs in every document before its own: it notices puzzles as pages ask for them, and hands
 * answers to pages as the widgets' own code does.
 *
 * What pages call stays the widget's own function, behind a proxy; puzzles that nobody solves go on as they are.
 */
const SOURCE = `(name) => {
  const { apply } = Reflect;
  const { parse, stringify } = JSON;
  const { dispatchEvent } = EventTarget.prototype;
  const { CustomEvent } = window;
  const tasks = new Map();
  const queue = [];
  const seen = new Set();
  let isWanted = false;
  let count = 0;
  const add = (task, answer, giveUp = () => undefined) => {
    count += 1;
    tasks.set(count, { answer, giveUp });
    queue.push({ id: count, url: location.href, isInvisible: false, isEnterprise: false, action: null, data: null, ...task });
    tell();
  };
  const tell = () => {
    if (!isWanted || queue.length === 0) return;
    isWanted = false;
    apply(dispatchEvent, window, [new CustomEvent(name + "-task", { detail: stringify(queue.shift()) })]);
  };
  const text = (value) => (typeof value === "string" && value !== "" ? value : null);
  const called = (callback, token) => {
    const own = typeof callback === "string" ? window[callback] : callback;
    if (typeof own === "function") own(token);
  };
  const fill = (around, names, token) => {
    for (const each of names) {
      const found = around?.querySelector('[name="' + each + '"]') ?? document.querySelector('[name="' + each + '"]');
      if (!found) continue;
      found.value = token;
      found.dispatchEvent(new Event("input", { bubbles: true }));
      found.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const FIELDS = {
    recaptcha_v2: ["g-recaptcha-response"],
    hcaptcha: ["h-captcha-response", "g-recaptcha-response"],
    turnstile: ["cf-turnstile-response", "g-recaptcha-response"],
  };
  // A widget is asked for once, however it comes to be known.
  const widget = (kind, element, options, extra = {}) => {
    const siteKey = text(options.sitekey);
    const key = element ?? siteKey;
    if (siteKey === null || seen.has(key)) return;
    seen.add(key);
    if (FIELDS[kind].some((field) => element?.querySelector('[name="' + field + '"]')?.value)) return;
    const isInvisible = options.size === "invisible";
    const task = {
      kind, siteKey, isInvisible, action: text(options.action), data: text(options.cData ?? options.s), ...extra,
    };
    const answer = (token) => {
      fill(element, FIELDS[kind], token);
      called(options.callback, token);
    };
    if (!isInvisible) add(task, answer);
    return (giveUp) => add(task, answer, giveUp);
  };
  const known = new Map();
  const at = (container) => (typeof container === "string" ? document.getElementById(container) ?? document.querySelector(container) : container);
  const attributes = (element) => {
    const { sitekey, callback, size, action, cdata, s } = element.dataset;
    return { sitekey, callback, size, action, cData: cdata, s };
  };
  // Widgets' scripts put their functions into place one after the other, and some of them twice.
  const trap = (owner, property, made) => {
    let value = owner[property] === undefined ? undefined : made(owner[property]);
    Object.defineProperty(owner, property, {
      configurable: true,
      enumerable: true,
      get: () => value,
      set: (set) => { value = made(set); },
    });
  };
  const calls = (apply) => (own) => (typeof own === "function" ? new Proxy(own, { apply }) : own);
  const methods = (wrappers) => (api) => {
    if (api === null || typeof api !== "object" || seen.has(api)) return api;
    seen.add(api);
    for (const [method, made] of Object.entries(wrappers)) trap(api, method, made);
    return api;
  };
  const renders = (kind, extra) => (target, self, args) => {
    const [container, options = {}] = args;
    const element = at(container);
    const given = { ...(element ? attributes(element) : {}), ...options };
    const again = widget(kind, element, given, extra);
    const id = apply(target, self, args);
    if (again) known.set(id ?? element, { again, isInvisible: given.size === "invisible" });
    return id;
  };
  // An invisible widget is asked for by its number; without one, the first is meant.
  const executes = (kind) => (target, self, args) => {
    const [id] = args;
    const one = known.get(id) ?? [...known.values()].find(({ isInvisible }) => isInvisible);
    if (!one?.isInvisible) return apply(target, self, args);
    one.again(() => apply(target, self, args));
  };
  const isKey = (value) => typeof value === "string" && value.length > 20;
  const scores = (isEnterprise) => (target, self, args) => {
    const [siteKey, options = {}] = args;
    if (!isKey(siteKey)) return executes("recaptcha_v2")(target, self, args);
    const task = { kind: "recaptcha_v3", siteKey, action: text(options.action), isEnterprise, isInvisible: true };
    return new Promise((resolve, reject) => {
      add(task, resolve, () => Promise.resolve(apply(target, self, args)).then(resolve, reject));
    });
  };
  const recaptcha = (extra) => ({
    render: calls(renders("recaptcha_v2", extra)),
    execute: calls(scores(extra.isEnterprise)),
  });
  const enterprise = methods(recaptcha({ isEnterprise: true }));
  const hooks = {
    grecaptcha: methods({ ...recaptcha({ isEnterprise: false }), enterprise }),
    hcaptcha: methods({ render: calls(renders("hcaptcha")), execute: calls(executes("hcaptcha")) }),
    turnstile: methods({ render: calls(renders("turnstile")) }),
  };
  const look = () => {
    const kinds = { ".g-recaptcha": "recaptcha_v2", ".h-captcha": "hcaptcha", ".cf-turnstile": "turnstile" };
    for (const [selector, kind] of Object.entries(kinds)) {
      for (const element of document.querySelectorAll(selector + "[data-sitekey]")) {
        const again = widget(kind, element, attributes(element));
        if (again) known.set(element, { again, isInvisible: element.dataset.size === "invisible" });
      }
    }
  };
  for (const [global, made] of Object.entries(hooks)) {
    trap(window, global, made);
    Object.defineProperty(window, global, { enumerable: false });
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", look);
  if (document.readyState !== "loading") look();
  addEventListener(name + "-next", () => { isWanted = true; tell(); });
  addEventListener(name + "-answer", ({ detail }) => {
    const { id, token } = parse(detail);
    const task = tasks.get(id);
    tasks.delete(id);
    if (token === undefined) task?.giveUp();
    else task?.answer(token);
  });
}`;

/** Source of the script. It speaks of what it meets by events that only who knows `name` hears. */
export const captchaScript = (name: string): string => `(${SOURCE})(${JSON.stringify(name)})`;

/**
 * Source of an expression for a world of its own, beside the page's: its object asks the script for the next puzzle,
 * and hands it answers. Of events, worlds share text only.
 */
export const captchaListener = (name: string): string => `((name) => {
  let waiting;
  addEventListener(name + "-task", ({ detail }) => waiting?.(JSON.parse(detail)));
  const tell = (what, detail) => dispatchEvent(new CustomEvent(name + what, { detail }));
  return {
    next: () => new Promise((resolve) => { waiting = resolve; tell("-next"); }),
    answer: (id, token) => tell("-answer", JSON.stringify({ id, token })),
  };
})(${JSON.stringify(name)})`;
