import { describe, expect } from "vitest";
import type { Api } from "../support/node/api.ts";
import { firstPuppeteerPage } from "../support/node/clients.ts";
import { EXITS } from "../support/node/proxies/exit-check.ts";
import { test as base } from "../support/node/proxies/proxied-berth.ts";
import { loseBrowserSocket } from "../support/node/raw-page.ts";
import { startHttpProxy, type TestProxy } from "../support/node/proxies/test-proxies.ts";

const PATIENCE = { timeout: 60_000 };
const USERNAME = "user-acme[-country-{country}][-session-{session}]";
const PASSWORD = "a password of the pool";
const AMERICAN = EXITS["127.0.0.2"];
const GERMAN = EXITS["127.0.0.3"];

/** Exits in two countries, each with a pool of its own that claims to reach anywhere. */
const test = base
  .extend("america", { scope: "file" }, async ({}, { onCleanup }) => {
    const proxy = await startHttpProxy({ exit: AMERICAN.ip });
    onCleanup(() => proxy.crash());
    return proxy;
  })
  .extend("addPool", ({ proxiedAdmin }, { onCleanup }) => {
    const ids: string[] = [];
    onCleanup(async () => {
      for (const id of ids) await proxiedAdmin.removePool(id);
    });
    return async ({ port }: Pick<TestProxy, "port">, pool: object = {}): Promise<string> => {
      const where = { name: "pool", type: "residential", host: "127.0.0.1", port, ...pool };
      const id = await proxiedAdmin.addPool(where);
      ids.push(id);
      return id;
    };
  });

const meshbrow = (proxy: object) => ({ proxy: { type: "residential", ...proxy } });

interface Refusal {
  readonly error: { readonly code: string; readonly message: string };
}

describe("a session of a pool", () => {
  test("is what a profile may prefer, and what it remembers comes back behind it", async ({
    america,
    addPool,
    proxied,
    proxiedApi,
    clients,
    target,
  }) => {
    await addPool(america);
    const body = { name: "behind a proxy", proxy: { type: "residential", country: "US" } };
    const profile = await proxiedApi.call<{ id: string }>("meshbrow", "/v1/profiles", { method: "POST", body });
    const profileId = profile.body.id;
    const first = await proxied.create("meshbrow", { profileId });
    expect((await proxiedApi.describe(first.id)).proxy).toMatchObject({ country: "US", ip: AMERICAN.ip });
    const writer = await firstPuppeteerPage(await clients.puppeteer(first.cdpUrl));
    await writer.goto(`${target.origin}/`);
    await writer.evaluate(() => {
      localStorage.setItem("token", "kept");
      document.cookie = "user=kept; max-age=86400";
    });
    const path = `/v1/sessions/${first.id}?saveProfile=true`;
    expect((await proxiedApi.call("meshbrow", path, { method: "DELETE" })).status).toBe(200);

    const second = await proxied.create("meshbrow", { profileId });
    const browser = await clients.puppeteer(second.cdpUrl);
    const reader = await firstPuppeteerPage(browser);
    await reader.goto(`${target.origin}/`);
    const found = await reader.evaluate(() => [localStorage.getItem("token"), document.cookie]);
    expect(found).toEqual(["kept", "user=kept"]);
    expect(await browser.pages()).toHaveLength(1);
  });

  test("shows where its exit is, and agrees with it in every way", async ({
    addPool,
    proxied,
    proxiedApi,
    clients,
    target,
  }) => {
    const proxy = await startHttpProxy({
      exit: GERMAN.ip,
      login: { username: "user-acme-country-de", password: PASSWORD },
    });
    clients.own(() => proxy.crash());
    await addPool(proxy, { username: USERNAME, password: PASSWORD, microsPerGb: 5_000_000_000 });
    const { id, cdpUrl } = await proxied.create("meshbrow", meshbrow({ country: "DE" }));
    const shown = await proxiedApi.describe(id);
    expect(shown.proxy).toEqual({
      type: "residential",
      country: "DE",
      region: "Berlin",
      city: "Berlin",
      ip: GERMAN.ip,
      mode: "upstream",
      status: "verified",
    });
    expect(shown.fingerprint).toMatchObject({ locale: "de-DE", timezone: "Europe/Berlin" });
    const browser = await clients.puppeteer(cdpUrl);
    await browser.defaultBrowserContext().overridePermissions(target.origin, ["geolocation"]);
    const page = await firstPuppeteerPage(browser);
    await page.goto(`${target.origin}/image`);
    expect(await page.evaluate("document.body.innerText")).toBe(GERMAN.ip);
    const seen = await page.evaluate(async () => {
      const { coords } = await new Promise<GeolocationPosition>((resolve, reject) =>
        navigator.geolocation.getCurrentPosition(resolve, reject),
      );
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      return [navigator.language, (1.5).toLocaleString(), timeZone, coords.latitude, coords.longitude];
    });
    expect(seen).toEqual(["de-DE", "1,5", "Europe/Berlin", GERMAN.latitude, GERMAN.longitude]);
    const bytes = async () => (await proxiedApi.describe(id)).metrics.proxyBytes;
    await expect.poll(bytes, PATIENCE).toBeGreaterThan(0);
    const ended = (await proxiedApi.destroy(id)).body as { readonly metrics: { readonly proxyCost: number } };
    // 5,000 dollars for 10^9 bytes.
    expect(ended.metrics.proxyCost).toBeCloseTo(((await bytes()) * 5000) / 1e9, 6);
  }, 60_000);

  test("keeps what was asked for instead", async ({ addPool, america, proxied, proxiedApi }) => {
    await addPool(america);
    const fingerprint = { locale: "fr-FR", timezone: "Asia/Tokyo" };
    const { id } = await proxied.create("meshbrow", { ...meshbrow({ country: "US" }), fingerprint });
    expect((await proxiedApi.describe(id)).fingerprint).toMatchObject(fingerprint);
  });

  test("keeps its exit when it is sticky: one name for it at the vendor", async ({
    addPool,
    proxied,
    clients,
    target,
  }) => {
    const names = new Set<string>();
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, onLogin: ({ username }) => void names.add(username) });
    clients.own(() => proxy.crash());
    await addPool(proxy, { username: USERNAME, password: PASSWORD });
    const { cdpUrl } = await proxied.create("meshbrow", meshbrow({ country: "US", sticky: true }));
    const browser = await clients.puppeteer(cdpUrl);
    await (await firstPuppeteerPage(browser)).goto(target.origin);
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(target.origin);
    expect([...names].filter((name) => name !== "")).toEqual([
      expect.stringMatching(/^user-acme-country-us-session-[a-z2-7]{8}$/),
    ]);
  });

  test("ends when its vendor gives it another exit than the one to keep", async ({
    addPool,
    proxied,
    proxiedApi,
    clients,
  }) => {
    const options = { exit: AMERICAN.ip as string };
    const proxy = await startHttpProxy(options);
    clients.own(() => proxy.crash());
    await addPool(proxy);
    const { id, cdpUrl } = await proxied.create("meshbrow", meshbrow({ sticky: true }));
    options.exit = GERMAN.ip;
    await loseBrowserSocket(clients, cdpUrl);
    const end = async () => {
      const { status, endReason, endDetail } = await proxiedApi.describe(id);
      return { status, endReason, endDetail };
    };
    const endDetail = `proxy: the exit changed from ${AMERICAN.ip} to ${GERMAN.ip}`;
    await expect
      .poll(end, { timeout: 40_000 })
      .toEqual({ status: "failed", endReason: "capability_failed", endDetail });
  }, 60_000);

  test("takes up credentials that the operator changed", async ({
    addPool,
    proxied,
    proxiedAdmin,
    clients,
    target,
  }) => {
    const login = { username: "user", password: "first" };
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login });
    clients.own(() => proxy.crash());
    const pool = await addPool(proxy, { ...login });
    const { cdpUrl } = await proxied.create("meshbrow", meshbrow({}));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(target.origin);
    login.password = "second";
    await proxiedAdmin.changePool(pool, { username: "user", password: "second" });
    const load = () => page.goto(target.origin).then(() => "loaded", String);
    await expect.poll(load, PATIENCE).toBe("loaded");
    expect(target.requestsFrom()).toEqual([AMERICAN.ip]);
  });
});

describe("a create without a way out", () => {
  /** Creates, and answers the refusal and what was left behind. */
  const refused = async (api: Api, body: object) => {
    const answer = await api.call<Refusal>("meshbrow", "/v1/sessions", { method: "POST", body });
    const { code, message } = answer.body.error;
    return { status: answer.status, code, message, slots: await api.countActive() };
  };

  test("says that the exit is in another country, after other exits were tried", async ({
    addPool,
    america,
    proxiedAdmin,
    exitCheck,
  }) => {
    const { api } = await proxiedAdmin.createAccount();
    await addPool(america);
    exitCheck.askedFrom.length = 0;
    const message = expect.stringContaining("asked for DE, and the exit is in US") as string;
    const outcome = await refused(api, meshbrow({ country: "DE" }));
    expect(outcome).toEqual({ status: 502, code: "proxy_country_mismatch", message, slots: 0 });
    expect(exitCheck.askedFrom).toEqual(Array(4).fill(AMERICAN.ip));
  });

  test("finds the exit that another pool has", async ({ addPool, america, clients, proxiedAdmin }) => {
    const { api } = await proxiedAdmin.createAccount();
    const proxy = await startHttpProxy({ exit: GERMAN.ip });
    clients.own(() => proxy.crash());
    await addPool(america);
    await addPool(proxy);
    const { id } = await api.create("meshbrow", meshbrow({ country: "DE" }));
    expect((await api.describe(id)).proxy).toMatchObject({ country: "DE", ip: GERMAN.ip });
    await api.destroy(id);
  });

  test("says that the credentials are wrong, and tells nobody what they were", async ({
    addPool,
    clients,
    proxiedAdmin,
    exitCheck,
  }) => {
    const { api } = await proxiedAdmin.createAccount();
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login: { username: "u", password: "right" } });
    clients.own(() => proxy.crash());
    await addPool(proxy, { username: "u", password: PASSWORD });
    exitCheck.askedFrom.length = 0;
    const outcome = await refused(api, meshbrow({}));
    expect(outcome).toMatchObject({ status: 502, code: "proxy_auth_failed", slots: 0 });
    expect(outcome.message).not.toContain(PASSWORD);
    expect(exitCheck.askedFrom).toEqual([]);
  });

  test("says that the proxy is not there, and asks nobody directly", async ({ addPool, proxiedAdmin, exitCheck }) => {
    const { api } = await proxiedAdmin.createAccount();
    const proxy = await startHttpProxy({ exit: AMERICAN.ip });
    await proxy.crash();
    await addPool(proxy);
    exitCheck.askedFrom.length = 0;
    expect(await refused(api, meshbrow({}))).toMatchObject({ status: 502, code: "proxy_unreachable", slots: 0 });
    expect(exitCheck.askedFrom).toEqual([]);
  });

  test("is refused before anything starts where no pool reaches the place", async ({
    addPool,
    america,
    proxiedAdmin,
  }) => {
    const { api } = await proxiedAdmin.createAccount();
    await addPool(america, { countries: ["US"] });
    expect(await refused(api, meshbrow({ country: "DE" }))).toMatchObject({
      status: 400,
      code: "not_supported",
      slots: 0,
    });
    expect((await refused(api, { proxy: { type: "mobile" } })).message).toMatch(/^proxy\.type /);
  });
});

describe("an operator who tries a pool", () => {
  test("is told where its exit is, and how long it takes", async ({ addPool, america, proxiedAdmin }) => {
    const pool = await addPool(america, { enabled: false });
    const report = await proxiedAdmin.testPool(pool, { country: "US" });
    expect(report).toEqual({ works: true, exit: AMERICAN, latencyMs: expect.any(Number) });
  });

  test("is told what is wrong with it, but not the credentials", async ({ addPool, clients, proxiedAdmin }) => {
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login: { username: "u", password: "right" } });
    clients.own(() => proxy.crash());
    const report = await proxiedAdmin.testPool(await addPool(proxy, { username: "u", password: PASSWORD }), {});
    expect(report).toMatchObject({ works: false, problem: "proxy_auth_failed" });
    expect(JSON.stringify(report)).not.toContain(PASSWORD);
  });
});

describe("a client's own proxy for a context of its own", () => {
  test("is refused by name: the session's holds for all", async ({ addPool, america, proxied, clients }) => {
    await addPool(america);
    const { cdpUrl } = await proxied.create("meshbrow", meshbrow({}));
    const browser = await clients.puppeteer(cdpUrl);
    await expect(browser.createBrowserContext({ proxyServer: "direct://" })).rejects.toThrow(
      /Target.createBrowserContext is not available in a Berth session: with a proxy of its own/,
    );
  });
});
