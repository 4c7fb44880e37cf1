import { describe, expect } from "vitest";
import type { Api } from "../support/node/api.ts";
import { EXITS } from "../support/node/proxies/exit-check.ts";
import { test } from "../support/node/proxies/proxied-berth.ts";
import { startHttpProxy } from "../support/node/proxies/test-proxies.ts";

const AMERICAN = EXITS["127.0.0.2"];
const LOGIN = { username: "somebody-at-a-vendor", password: "a secret of the caller" };

const custom = (proxy: object) => ({ session: { proxy: { type: "custom", active: true, ...proxy } } });

/** Creates in Anchor's dialect, and answers the refusal and what was left behind. */
async function refused(api: Api, proxy: object) {
  const { status, body } = await api.call("anchor", "/v1/sessions", { method: "POST", body: custom(proxy) });
  return { status, text: JSON.stringify(body), slots: await api.countActive() };
}

describe("a caller's own proxy", () => {
  test("shows its exit and is followed, and no answer in either dialect shows its credentials", async ({
    proxiedApi,
    proxied,
    clients,
  }) => {
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login: LOGIN });
    clients.own(() => proxy.crash());
    const { id } = await proxied.create("anchor", custom({ server: proxy.server, ...LOGIN }));
    expect(await proxiedApi.describe(id)).toMatchObject({
      proxy: { type: "custom", country: "US", region: "California", ip: AMERICAN.ip, status: "verified" },
      fingerprint: { locale: "en-US", timezone: "America/Los_Angeles" },
    });
    const paths = [`/v1/sessions/${id}`, "/v1/sessions", "/v1/billing/usage"];
    const answers = await Promise.all([
      ...paths.map((path) => proxiedApi.call("meshbrow", path)),
      ...["", "/pages"].map((part) => proxiedApi.call("anchor", `/v1/sessions/${id}${part}`)),
      proxiedApi.call("anchor", "/v1/sessions/all/status"),
    ]);
    const ended = await proxiedApi.destroy(id);
    const after = await proxiedApi.call("anchor", `/v1/sessions/${id}`);
    const shown = JSON.stringify([...answers, ended, after].map(({ status, body }) => ({ status, body })));
    expect(shown).toContain(id);
    expect(shown).not.toContain(LOGIN.password);
    expect(shown).not.toContain(LOGIN.username);
  });

  test("that refuses the credentials fails the create by name", async ({ proxiedAdmin, clients, exitCheck }) => {
    const { api } = await proxiedAdmin.createAccount();
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login: { username: "u", password: "right" } });
    clients.own(() => proxy.crash());
    exitCheck.askedFrom.length = 0;
    const { status, text, slots } = await refused(api, { server: proxy.server, ...LOGIN });
    expect({ status, slots }).toEqual({ status: 502, slots: 0 });
    expect(text).toContain("proxy_auth_failed");
    expect(text).not.toContain(LOGIN.password);
    expect(text).not.toContain(LOGIN.username);
    expect(proxy.logins.accepted).toBe(0);
    expect(exitCheck.askedFrom).toEqual([]);
  });

  test("that wants credentials and is given none fails it by the same name", async ({ proxiedAdmin, clients }) => {
    const { api } = await proxiedAdmin.createAccount();
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login: LOGIN });
    clients.own(() => proxy.crash());
    const outcome = await refused(api, { server: proxy.server, username: "", password: "" });
    expect(outcome).toMatchObject({ status: 502, slots: 0 });
    expect(outcome.text).toContain("proxy_auth_failed");
  });

  for (const protocol of ["http", "https", "socks5"]) {
    test(`that is not there fails it by name, with ${protocol}`, async ({ proxiedAdmin, exitCheck }) => {
      const { api } = await proxiedAdmin.createAccount();
      const proxy = await startHttpProxy({ exit: AMERICAN.ip });
      await proxy.crash();
      exitCheck.askedFrom.length = 0;
      const server = `${protocol}://127.0.0.1:${proxy.port}`;
      const outcome = await refused(api, { server, username: "", password: "" });
      expect(outcome).toMatchObject({ status: 502, slots: 0 });
      expect(outcome.text).toContain("proxy_unreachable");
      expect(exitCheck.askedFrom).toEqual([]);
    });
  }

  test("of SOCKS5 with credentials is refused by the field, before anything starts", async ({ proxiedAdmin }) => {
    const { api } = await proxiedAdmin.createAccount();
    const outcome = await refused(api, { server: "socks5://127.0.0.1:1080", ...LOGIN });
    expect(outcome).toMatchObject({ status: 400, slots: 0 });
    expect(outcome.text).toContain("session.proxy.username");
    expect(outcome.text).not.toContain(LOGIN.password);
  });
});

describe("the answer to a create", () => {
  test("shows the exit as reading the session does", async ({ proxiedAdmin, proxiedApi, clients }) => {
    const proxy = await startHttpProxy({ exit: AMERICAN.ip, login: LOGIN });
    clients.own(() => proxy.crash());
    const pool = await proxiedAdmin.addPool({
      name: "answered",
      type: "mobile",
      host: "127.0.0.1",
      port: proxy.port,
      ...LOGIN,
    });
    clients.own(async () => void (await proxiedAdmin.removePool(pool)));
    const body = { proxy: { type: "mobile", country: "US" } };
    const created = await proxiedApi.call<{ readonly id: string; readonly proxy: object }>("meshbrow", "/v1/sessions", {
      method: "POST",
      body,
    });
    const { id } = created.body;
    clients.own(async () => void (await proxiedApi.destroy(id)));
    expect(created.body.proxy).toEqual((await proxiedApi.describe(id)).proxy);
    expect(created.body.proxy).toMatchObject({ type: "mobile", country: "US", city: "Los Angeles", ip: AMERICAN.ip });
    expect(JSON.stringify(created.body)).not.toContain(LOGIN.password);
  });
});
