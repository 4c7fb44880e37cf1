import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, inflateRawSync } from "node:zlib";
import { describe } from "vitest";
import type { Api } from "../support/node/api.ts";
import { firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { serveConnect } from "../support/node/secrets/connect-server.ts";
import { serveLogin } from "../support/node/secrets/login-site.ts";
import { test as base } from "../support/node/test.ts";

const VAULT = "Team Vault";
const TOKEN = `connect-token-${randomBytes(12).toString("hex")}`;
/** With what forms, addresses, JSON and HTML spell otherwise. */
const PASSWORD = `pa&ss "w/örd"+<${randomBytes(8).toString("hex")}>`;
const USER = `user-${randomBytes(6).toString("hex")}@example.com`;
const CODE = "492817";
const REFERENCES = {
  user: `op://${VAULT}/Shop/username`,
  password: `op://${VAULT}/Shop/password`,
  code: `op://${VAULT}/Shop/one-time password?attribute=otp`,
};

const test = base
  .extend("login", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await serveLogin();
    onCleanup(() => site.close());
    return site;
  })
  .extend("connect", { scope: "file" }, async ({ login }, { onCleanup }) => {
    const connect = await serveConnect({ token: TOKEN, vault: VAULT });
    onCleanup(() => connect.close());
    connect.add({
      title: "Shop",
      urls: [login.origin],
      fields: [
        { id: "username", label: "username", purpose: "USERNAME", value: USER },
        { id: "password", label: "password", purpose: "PASSWORD", value: PASSWORD },
        { id: "TOTP_1", label: "one-time password", type: "OTP", value: "otpauth://totp/x?secret=ABC", totp: CODE },
      ],
    });
    return connect;
  })
  .extend("integrationId", { scope: "file" }, async ({ api, connect }) => createIntegration(api, connect.origin));

async function createIntegration(api: Api, host: string): Promise<string> {
  const credentials = { type: "connect", data: { host, token: TOKEN } };
  const { status, body } = await api.call<{ data: { integration: { id: string } } }>("anchor", "/v1/integrations", {
    method: "POST",
    body: { name: "team", type: "1PASSWORD", credentials },
  });
  if (status !== 200) throw new Error(`no integration: ${JSON.stringify(body)}`);
  return body.data.integration.id;
}

const using = (id: string, configuration: object = { load_mode: "all" }) => ({
  integrations: [{ id, type: "1PASSWORD", configuration }],
});

const usesOf = async (api: Api, id: string) =>
  (
    await api.call<{ data: { items: { session_id: string; reference: string; host: string; outcome: string }[] } }>(
      "anchor",
      `/v1/integrations/${id}/uses`,
    )
  ).body.data.items;

describe("integrations", () => {
  test("are kept, listed and deleted, and no answer shows what they take", async ({ api, connect, expect }) => {
    const id = await createIntegration(api, connect.origin);
    const list = await api.call<{ data: { integrations: { id: string }[] } }>("anchor", "/v1/integrations");
    expect(list.body.data.integrations.map((each) => each.id)).toContain(id);
    const one = await api.call("anchor", `/v1/integrations/${id}`);
    expect(one.body).toMatchObject({ data: { integration: { id, name: "team", type: "1PASSWORD" } } });
    expect(JSON.stringify([list.body, one.body])).not.toContain(TOKEN);
    const gone = await api.call("anchor", `/v1/integrations/${id}`, { method: "DELETE" });
    expect(gone.body).toEqual({ data: { integration: { id, deleted: true, path: `/v1/integrations/${id}` } } });
    expect((await api.call("anchor", `/v1/integrations/${id}`)).status).toBe(404);
  });

  test("of others, unknown ones and wrong ones are refused, naming them", async ({
    api,
    admin,
    integrationId,
    expect,
  }) => {
    const { api: stranger } = await admin.createAccount();
    expect((await stranger.call("anchor", `/v1/integrations/${integrationId}`)).status).toBe(404);
    const theirs = await stranger.call<{ error: { message: string } }>("anchor", "/v1/sessions", {
      method: "POST",
      body: using(integrationId),
    });
    expect([theirs.status, theirs.body.error.message]).toEqual([404, `integration ${integrationId} not found`]);
    const refused = async (body: object) =>
      (await api.call<{ error: { message: string } }>("anchor", "/v1/integrations", { method: "POST", body })).body
        .error.message;
    const valid = { name: "n", type: "1PASSWORD" };
    expect(await refused({ ...valid, credentials: { type: "connect", data: { host: "x", token: "t" } } })).toContain(
      "credentials.data.host",
    );
    const account = { type: "serviceAccount", data: { serviceAccount: "ops_x" } };
    expect(await refused({ ...valid, credentials: account })).toContain("credentials.type is not supported");
    const wrong = { type: "serviceAccount", data: { serviceAccount: "nothing" } };
    expect(await refused({ ...valid, credentials: wrong })).toContain("credentials.data.serviceAccount");
    expect(await refused({ ...valid, type: "OTHER", credentials: account })).toContain("type");
  });
});

describe("secrets", () => {
  test("typed by Puppeteer sign in, with the code of now", async ({
    sessions,
    clients,
    login,
    integrationId,
    expect,
  }) => {
    login.attempts.length = 0;
    const { cdpUrl } = await sessions.create("anchor", using(integrationId));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(login.origin);
    await page.type("#user", REFERENCES.user);
    await page.type("#password", REFERENCES.password);
    await page.locator("#code").fill(REFERENCES.code);
    await Promise.all([page.waitForNavigation(), page.click("#send")]);
    expect(login.attempts).toEqual([{ user: USER, password: PASSWORD, code: CODE }]);
  });

  test("filled in by Playwright sign in, where they were named", async ({
    sessions,
    clients,
    login,
    integrationId,
    expect,
  }) => {
    login.attempts.length = 0;
    const named = { load_mode: "specific", secrets: [REFERENCES.user, REFERENCES.password] };
    const { cdpUrl } = await sessions.create("anchor", using(integrationId, named));
    const page = firstPlaywrightPage(await clients.playwright(cdpUrl));
    await page.goto(login.origin);
    await page.fill("#user", REFERENCES.user);
    await page.locator("#password").pressSequentially(REFERENCES.password);
    const cdp = await page.context().newCDPSession(page);
    await expect(cdp.send("Input.insertText", { text: REFERENCES.code })).rejects.toThrow(
      "no integration of this session may use it",
    );
    await expect(page.fill("#code", REFERENCES.code, { timeout: 1500 })).rejects.toThrow("Timeout");
    await page.fill("#code", "none");
    await Promise.all([page.waitForURL("**/session"), page.press("#password", "Enter")]);
    expect(login.attempts).toEqual([{ user: USER, password: PASSWORD, code: "none" }]);
  });

  test("typed slowly arrive whole, whatever else the client looks at meanwhile", async ({
    sessions,
    clients,
    login,
    integrationId,
    expect,
  }) => {
    const { cdpUrl } = await sessions.create("anchor", using(integrationId));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(login.origin);
    const state = { isTyping: true };
    const typing = page.type("#password", REFERENCES.password, { delay: 60 }).finally(() => (state.isTyping = false));
    while (state.isTyping) await page.evaluate("document.title");
    await typing;
    expect(await page.$eval("#password", (input) => (input as HTMLInputElement).value)).toBe(PASSWORD);
  });

  test("are filled in by HTTP calls too", async ({ api, sessions, clients, login, integrationId, expect }) => {
    login.attempts.length = 0;
    const { id, cdpUrl } = await sessions.create("anchor", using(integrationId));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(login.origin);
    await page.focus("#password");
    const text = { text: REFERENCES.password };
    expect((await api.call("anchor", `/v1/sessions/${id}/keyboard/type`, { method: "POST", body: text })).status).toBe(
      200,
    );
    await expect.poll(() => page.$eval("#password", (input) => (input as HTMLInputElement).value)).toBe(PASSWORD);
  });

  test("leave what is typed otherwise as it is", async ({ sessions, clients, login, integrationId, expect }) => {
    const { cdpUrl } = await sessions.create("anchor", using(integrationId));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(login.origin);
    const words = "oops, an op:/ or op: of no opera o";
    await page.type("#user", words);
    expect(await page.$eval("#user", (input) => (input as HTMLInputElement).value)).toBe(words);
    await page.type("#code", "op://incomplete");
    await page.keyboard.press("Backspace");
    expect(await page.$eval("#code", (input) => (input as HTMLInputElement).value)).toBe("op://incomplet");
  });

  test("go to no other site, nor to a frame of one", async ({
    api,
    sessions,
    clients,
    login,
    integrationId,
    expect,
  }) => {
    const { id, cdpUrl } = await sessions.create("anchor", using(integrationId));
    const page = firstPlaywrightPage(await clients.playwright(cdpUrl));
    const cdp = await page.context().newCDPSession(page);
    const insert = (text: string) => cdp.send("Input.insertText", { text });
    await page.goto(login.otherOrigin);
    await page.focus("#password");
    await expect(insert(REFERENCES.password)).rejects.toThrow("on none of the item's websites");
    await expect(insert(REFERENCES.password)).rejects.toThrow("on none of the item's websites");
    await page.locator("#user").pressSequentially(REFERENCES.user);
    await page.keyboard.press("Tab");
    const values = "[...document.querySelectorAll('input')].map((input) => input.value).join('|')";
    expect(await page.evaluate(values)).toBe("||");

    await page.goto(`${login.origin}/framed?inner=${encodeURIComponent(login.otherOrigin)}`);
    await page.frameLocator("#frame").locator("#password").click();
    await expect(insert(REFERENCES.password)).rejects.toThrow("on none of the item's websites");
    await page.goto(`${login.otherOrigin}/framed?inner=${encodeURIComponent(login.origin)}`);
    await page.frameLocator("#frame").locator("#password").fill(REFERENCES.password);
    expect(await page.frameLocator("#frame").locator("#password").inputValue()).toBe(PASSWORD);

    const other = new URL(login.otherOrigin).host;
    const uses = (await usesOf(api, integrationId)).filter((use) => use.session_id === id);
    expect(uses.map(({ host, outcome }) => `${outcome} ${host}`)).toEqual([
      `filled ${new URL(login.origin).host}`,
      `wrong_site ${other}`,
      `wrong_site ${other}`,
      `wrong_site ${other}`,
    ]);
  });

  test("that cannot be had are refused, with the reason, and the page gets nothing", async ({
    sessions,
    clients,
    login,
    connect,
    integrationId,
    expect,
  }) => {
    const { cdpUrl } = await sessions.create("anchor", using(integrationId));
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(login.origin);
    await page.focus("#user");
    for (const missing of [`op://${VAULT}/Shop/nothing`, `op://${VAULT}/None/password`, "op://Nowhere/Shop/password"]) {
      await expect(page.keyboard.sendCharacter(missing)).rejects.toThrow("there is no such vault, item or field");
    }
    connect.state.isDown = true;
    try {
      await expect(page.keyboard.sendCharacter(REFERENCES.user)).rejects.toThrow("the secret store does not answer");
    } finally {
      connect.state.isDown = false;
    }
    expect(await page.$eval("#user", (input) => (input as HTMLInputElement).value)).toBe("");
    await page.evaluate("document.activeElement.blur()");
    await expect(page.keyboard.sendCharacter(REFERENCES.user)).rejects.toThrow(
      "nothing that has the cursor takes text",
    );
  });

  test("are in nothing that a recorded session stores or says", async ({
    api,
    berth,
    sessions,
    clients,
    login,
    integrationId,
    expect,
  }) => {
    const body = { ...using(integrationId), session: { recording: { active: true } } };
    const { id, cdpUrl } = await sessions.create("anchor", body);
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await page.goto(login.origin);
    await page.type("#user", REFERENCES.user);
    await page.type("#password", REFERENCES.password);
    const echoed = page.waitForResponse((response) => response.url().includes("/echo"));
    await page.click("#send");
    await echoed;
    const answers = [
      await api.call("anchor", `/v1/sessions/${id}`),
      await api.call("anchor", `/v1/integrations/${integrationId}/uses`),
      await api.destroy(id),
    ];
    const log = await fetchText(api, `/v1/sessions/${id}/recordings/log`);
    expect(log).toContain("signed in with [secret]");
    const needles = spellings(PASSWORD);
    expect(needles.filter((needle) => JSON.stringify(answers).includes(needle))).toEqual([]);
    const files = everyFile(berth.stateDir);
    expect(files.length).toBeGreaterThan(3);
    const found = files.filter((file) => {
      const bytes = readFileSync(file);
      return [bytes, ...unpacked(bytes)].some((part) => needles.some((needle) => part.includes(needle)));
    });
    expect(found).toEqual([]);
  });
});

async function fetchText(api: Api, path: string): Promise<string> {
  const response = await fetch(new URL(path, api.url), { headers: { authorization: `Bearer ${api.apiKey}` } });
  return response.text();
}

/** As it could be written anywhere. */
function spellings(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    Buffer.from(secret).toString("base64").slice(2, -4),
    Buffer.from(`user:${secret}`).toString("base64").slice(8, -4),
    // What is the same in every spelling.
    /[0-9a-f]{16}/.exec(secret)?.[0] ?? secret,
  ];
}

function everyFile(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** Of files that are compressed as a whole. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  for (const unpack of [gunzipSync, inflateRawSync]) {
    try {
      return [unpack(bytes)];
    } catch {
      // Something else.
    }
  }
  return [];
}
