import type { Page as PlaywrightPage } from "playwright-core";
import type { Page as PuppeteerPage } from "puppeteer-core";
import { describe } from "vitest";
import type { Api } from "../support/node/api.ts";
import { defaultContext, firstPlaywrightPage, firstPuppeteerPage } from "../support/node/clients.ts";
import { type FoundState, type ProfileSite, serveProfileSite } from "../support/node/profile-site.ts";
import { SessionBrowser } from "../support/node/session-browser.ts";
import { test as base } from "../support/node/test.ts";

const ORIGINS = 20;
const COOKIES_OF_AN_ORIGIN = 6;
/** Ten parts of what is kept. */
const LARGE_RECORDS = 300;
/** A session that ends by its own time takes at least this, and a checkpoint nearly as much. */
const MINUTE = 60_000;
const LONG = { timeout: 3 * MINUTE };
const PATIENCE = { timeout: 2 * MINUTE, interval: 500 };

interface Version {
  readonly id: string;
  readonly number: number;
  readonly conflict: boolean;
}

interface ProfileBody {
  readonly id: string;
  readonly cookieCount: number;
  readonly size: number;
  readonly storageOrigins: readonly string[];
}

type Page = Pick<PuppeteerPage, "url"> & (PuppeteerPage | PlaywrightPage);

const test = base.extend("profileSite", { scope: "file" }, async ({}, { onCleanup }): Promise<ProfileSite> => {
  const site = await serveProfileSite();
  onCleanup(() => site.close());
  return site;
});

/** Read by the page itself, most of it by its first inline script. */
async function look(page: Page, origin: string): Promise<FoundState> {
  await page.goto(`${origin}/look`);
  const read = async () => {
    const { __first: first, __state: state } = globalThis as unknown as {
      readonly __first: object;
      readonly __state: Promise<string>;
    };
    const sent = (await (await fetch("/cookies")).json()) as string[];
    return { ...(first as FoundState), state: await state, sent };
  };
  return (page as PuppeteerPage).evaluate(read);
}

type Visited = typeof globalThis & { readonly __written: Promise<void>; readonly __visitor: Promise<string> };

async function write(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/write`);
  await (page as PuppeteerPage).evaluate(() => (globalThis as Visited).__written);
}

async function signIn(page: Page, site: ProfileSite, user: string): Promise<void> {
  await page.goto(`${site.origin("shop")}/sign-in/${user}`);
  await (page as PuppeteerPage).evaluate(() => (globalThis as Visited).__visitor);
}

async function visitorOf(page: Page, site: ProfileSite): Promise<string> {
  await page.goto(`${site.origin("shop")}/account`);
  return (page as PuppeteerPage).evaluate(() => (globalThis as Visited).__visitor);
}

async function createProfile(api: Api, name: string): Promise<string> {
  const { status, body } = await api.call<ProfileBody>("meshbrow", "/v1/profiles", { method: "POST", body: { name } });
  if (status !== 201) throw new Error(`no profile: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** With all that Chromium knows of each. */
async function cookiesOf(api: Api, id: string) {
  type Cookie = Readonly<Record<"domain" | "path" | "name", string>>;
  const { body } = await api.call<readonly Cookie[]>("meshbrow", `/v1/sessions/${id}/cookies`);
  const keyOf = ({ domain, path, name }: Cookie): string => `${domain} ${path} ${name}`;
  return body.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The session has ended, and its profile is what the next one loads. */
const isSaved = async (api: Api, id: string): Promise<boolean> => {
  const { status, profile } = await api.describe(id);
  const isOver = status === "destroyed" || status === "failed";
  return isOver && (profile?.savedAt ?? null) !== null;
};

const saveAndDestroy = (api: Api, id: string) =>
  api.call("meshbrow", `/v1/sessions/${id}?saveProfile=true`, { method: "DELETE" });

/** Records of 100,000 characters, no two alike. */
function fillDatabase(count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("large", 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("records"));
    opening.addEventListener("error", () => reject(opening.error ?? new Error("refused")));
    opening.addEventListener("success", () => {
      const writing = opening.result.transaction("records", "readwrite");
      for (let at = 0; at < count; at += 1) {
        const text = Array.from({ length: 10_000 }, (_, part) => String(at * 10_000 + part).padStart(9, "🔑ü"));
        writing.objectStore("records").put(text.join("-").slice(0, 100_000), at);
      }
      writing.addEventListener("complete", () => {
        opening.result.close();
        resolve();
      });
    });
  });
}

/** How many records there are, and a sum over all that they hold. */
function readDatabase(): Promise<{ readonly count: number; readonly sum: number }> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("large", 1);
    opening.addEventListener("error", () => reject(opening.error ?? new Error("refused")));
    opening.addEventListener("success", () => {
      const reading = opening.result.transaction("records").objectStore("records").getAll();
      reading.addEventListener("success", () => {
        let sum = 0;
        for (const text of reading.result as string[]) {
          for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) % 1_000_000_007;
        }
        opening.result.close();
        resolve({ count: reading.result.length, sum });
      });
    });
  });
}

const persisting = (name: string, timeout: object = {}) => ({
  browser: { profile: { name, persist: true } },
  session: { timeout },
});

describe.concurrent("a profile", () => {
  test(`brings one of everything at ${ORIGINS} origins to a new browser`, async ({
    api,
    sessions,
    clients,
    profileSite,
    expect,
  }) => {
    const names = Array.from({ length: ORIGINS }, (_, at) => `everything-${at}`);
    const profileId = await createProfile(api, "everything");
    const first = await sessions.create("meshbrow", { profileId });
    const writer = await firstPuppeteerPage(await clients.puppeteer(first.cdpUrl));
    const left = new Map<string, FoundState>();
    for (const name of names) {
      await write(writer, profileSite.origin(name));
      left.set(name, await look(writer, profileSite.origin(name)));
    }
    const before = await cookiesOf(api, first.id);
    expect(before).toHaveLength(ORIGINS * COOKIES_OF_AN_ORIGIN);
    expect((await saveAndDestroy(api, first.id)).status).toBe(200);
    const { body: saved } = await api.call<ProfileBody>("meshbrow", `/v1/profiles/${profileId}`);
    expect(saved.cookieCount).toBe(ORIGINS * COOKIES_OF_AN_ORIGIN);
    expect(saved.storageOrigins.toSorted()).toEqual(names.map((name) => profileSite.origin(name)).toSorted());

    const second = await sessions.create("meshbrow", { profileId });
    expect(await cookiesOf(api, second.id)).toEqual(before);
    const browser = await clients.puppeteer(second.cdpUrl);
    const seen: string[] = [];
    browser.on("targetcreated", (target) => seen.push(target.url()));
    const playwright = await clients.playwright(second.cdpUrl);
    const reader = firstPlaywrightPage(playwright);
    const requestsBefore = profileSite.requests.length;
    // The last first: no origin depends on one before it.
    for (const name of names.toReversed()) {
      const found = await look(reader, profileSite.origin(name));
      // sessionStorage is a tab's, and the tab showed one page when it was saved.
      const session = name === names.at(-1) ? (left.get(name)?.session ?? "") : "[]";
      expect(found).toEqual({ ...left.get(name), session });
    }
    const ours = profileSite.requests.slice(requestsBefore).filter((each) => each.includes("everything-"));
    expect(ours.filter((each) => !/ (\/look|\/cookies|\/favicon\.ico)$/.test(each))).toEqual([]);
    expect(ours.filter((each) => each.endsWith("/look"))).toHaveLength(ORIGINS);
    expect(seen).toEqual([]);
    expect(await browser.pages()).toHaveLength(1);
    expect(playwright.contexts().flatMap((context) => context.pages())).toHaveLength(1);
  });

  test("survives the session's expiry", LONG, async ({ api, sessions, clients, profileSite, expect }) => {
    await createProfile(api, "expiry");
    const first = await sessions.create("anchor", persisting("expiry", { max_duration: 1 }));
    const page = await firstPuppeteerPage(await clients.puppeteer(first.cdpUrl));
    await signIn(page, profileSite, "anna");
    await expect.poll(() => isSaved(api, first.id), PATIENCE).toBe(true);
    expect(await api.describe(first.id)).toMatchObject({ status: "destroyed", endReason: "expired" });
    const second = await sessions.create("anchor", persisting("expiry"));
    const reader = await firstPuppeteerPage(await clients.puppeteer(second.cdpUrl));
    expect(await visitorOf(reader, profileSite)).toBe("anna");
  });

  test(
    "survives the browser's crash, less than a minute of it lost",
    LONG,
    async ({ api, sessions, clients, profileSite, expect }) => {
      await createProfile(api, "crash");
      const first = await sessions.create("anchor", persisting("crash"));
      const page = await firstPuppeteerPage(await clients.puppeteer(first.cdpUrl));
      await signIn(page, profileSite, "bert");
      const signedInAt = Date.now();
      const safeAt = async () => Date.parse((await api.describe(first.id)).profile?.safeAt ?? "");
      await expect.poll(async () => (await safeAt()) > signedInAt, PATIENCE).toBe(true);
      expect((await safeAt()) - signedInAt).toBeLessThan(MINUTE);
      const browser = await SessionBrowser.behind(await clients.socket(first.cdpUrl));
      browser.signal("SIGKILL");
      await expect.poll(() => isSaved(api, first.id), PATIENCE).toBe(true);
      expect(await api.describe(first.id)).toMatchObject({
        status: "failed",
        endReason: "crashed",
        profile: { saveError: "the browser was gone; an earlier state of the session was saved" },
      });
      const second = await sessions.create("anchor", persisting("crash"));
      const reader = await firstPuppeteerPage(await clients.puppeteer(second.cdpUrl));
      expect(await visitorOf(reader, profileSite)).toBe("bert");
    },
  );

  test("keeps both states of two sessions that save it at once", async ({
    api,
    sessions,
    clients,
    profileSite,
    expect,
  }) => {
    const profileId = await createProfile(api, "both");
    const both = [await sessions.create("meshbrow", { profileId }), await sessions.create("meshbrow", { profileId })];
    for (const [at, { cdpUrl }] of both.entries()) {
      await signIn(await firstPuppeteerPage(await clients.puppeteer(cdpUrl)), profileSite, `user-${at}`);
    }
    const saved = await Promise.all(both.map(({ id }) => saveAndDestroy(api, id)));
    expect(saved.map(({ status }) => status)).toEqual([200, 200]);
    const versions = async () =>
      (await api.call<{ readonly items: readonly Version[] }>("meshbrow", `/v1/profiles/${profileId}/versions`)).body
        .items;
    expect((await versions()).map(({ number, conflict }) => ({ number, conflict }))).toEqual([
      { number: 2, conflict: true },
      { number: 1, conflict: false },
    ]);
    const visitor = async () => {
      const { cdpUrl } = await sessions.create("meshbrow", { profileId });
      return visitorOf(await firstPuppeteerPage(await clients.puppeteer(cdpUrl)), profileSite);
    };
    const later = await visitor();
    const earlier = (await versions())[1]?.id ?? "";
    const restored = await api.call("meshbrow", `/v1/profiles/${profileId}/versions/${earlier}/restore`, {
      method: "POST",
    });
    expect(restored.status).toBe(200);
    expect([later, await visitor()].toSorted()).toEqual(["user-0", "user-1"]);
  });

  test("is made from a running session, without its client noticing", async ({
    api,
    sessions,
    clients,
    profileSite,
    expect,
  }) => {
    const first = await sessions.create("anchor", {});
    const browser = await clients.puppeteer(first.cdpUrl);
    const seen: string[] = [];
    browser.on("targetcreated", (target) => seen.push(target.url()));
    const page = await firstPuppeteerPage(browser);
    await signIn(page, profileSite, "cleo");
    const body = { name: "made", source: "session", session_id: first.id };
    const made = await api.call("anchor", "/v1/profiles", { method: "POST", body });
    expect(made.status).toBe(200);
    const again = await api.call("anchor", "/v1/profiles", { method: "POST", body });
    expect(again.status).toBe(409);
    expect(await visitorOf(page, profileSite)).toBe("cleo");
    // Another one of the same session has all of it too, its page being left long since.
    await page.goto("about:blank");
    const another = { ...body, name: "made again" };
    expect((await api.call("anchor", "/v1/profiles", { method: "POST", body: another })).status).toBe(200);
    expect({ seen, pages: (await browser.pages()).length }).toEqual({ seen: [], pages: 1 });
    const { fingerprint } = await api.describe(first.id);

    const second = await sessions.create("anchor", { browser: { profile: { name: "made" } } });
    const reader = await firstPuppeteerPage(await clients.puppeteer(second.cdpUrl));
    expect(await visitorOf(reader, profileSite)).toBe("cleo");
    expect((await api.describe(second.id)).fingerprint).toEqual(fingerprint);
    // Not asked to persist: what this session changes is forgotten.
    await signIn(reader, profileSite, "dora");
    await api.destroy(second.id);
    for (const name of ["made", "made again"]) {
      const { cdpUrl } = await sessions.create("anchor", { browser: { profile: { name } } });
      expect(await visitorOf(await firstPuppeteerPage(await clients.puppeteer(cdpUrl)), profileSite)).toBe("cleo");
    }
  });

  test("may hold tens of megabytes of one origin", async ({ api, sessions, clients, profileSite, expect }) => {
    const profileId = await createProfile(api, "large");
    const first = await sessions.create("meshbrow", { profileId });
    const writer = await firstPuppeteerPage(await clients.puppeteer(first.cdpUrl));
    await writer.goto(`${profileSite.origin("large")}/look`);
    await writer.evaluate(fillDatabase, LARGE_RECORDS);
    const before = await writer.evaluate(readDatabase);
    expect((await saveAndDestroy(api, first.id)).status).toBe(200);
    const { body: saved } = await api.call<ProfileBody>("meshbrow", `/v1/profiles/${profileId}`);
    expect(saved.size).toBeGreaterThan(LARGE_RECORDS * 100_000);
    const second = await sessions.create("meshbrow", { profileId });
    const reader = await firstPuppeteerPage(await clients.puppeteer(second.cdpUrl));
    await reader.goto(`${profileSite.origin("large")}/look`);
    expect(await reader.evaluate(readDatabase)).toEqual(before);
  });

  test("is refused by name when there is none", async ({ api, expect }) => {
    const body = { browser: { profile: { name: "nobody's" } } };
    const byName = await api.call("anchor", "/v1/sessions", { method: "POST", body });
    expect({ status: byName.status, body: byName.body }).toEqual({
      status: 404,
      body: { error: { code: 404, message: "profile nobody's not found" } },
    });
    const byId = await api.call<{ error: { message: string } }>("meshbrow", "/v1/sessions", {
      method: "POST",
      body: { profileId: "prof_nobody" },
    });
    expect(byId.status).toBe(404);
    expect(byId.body.error.message).toContain("prof_nobody");
  });
});

describe.concurrent("a session without a profile", () => {
  test("starts clean, whatever others left, and leaves nothing", async ({ sessions, clients, profileSite, expect }) => {
    const origin = profileSite.origin("isolated");
    const { cdpUrl: first } = await sessions.create("meshbrow");
    const writer = await firstPuppeteerPage(await clients.puppeteer(first));
    await write(writer, origin);
    const empty = { cookie: "", local: "[]", session: "[]", state: "", sent: [""] };
    const { cdpUrl: beside } = await sessions.create("meshbrow");
    expect(await look(await firstPuppeteerPage(await clients.puppeteer(beside)), origin)).toEqual(empty);
    // A context that a client makes is nobody's but that client's.
    const context = await (await clients.playwright(first)).newContext();
    expect(await look(await context.newPage(), origin)).toEqual(empty);
  });
});

describe.concurrent("Playwright's storage state", () => {
  test("is what Berth exports", async ({ api, sessions, clients, profileSite, expect }) => {
    const profileId = await createProfile(api, "exported");
    const { id, cdpUrl } = await sessions.create("meshbrow", { profileId });
    const page = await firstPuppeteerPage(await clients.puppeteer(cdpUrl));
    await signIn(page, profileSite, "emil");
    await write(page, profileSite.origin("exported"));
    await saveAndDestroy(api, id);
    const exported = await api.call<object>("meshbrow", `/v1/profiles/${profileId}/storage-state`);
    expect(exported.status).toBe(200);
    const other = await sessions.create("meshbrow");
    const playwright = await clients.playwright(other.cdpUrl);
    const context = await playwright.newContext({ storageState: exported.body as { cookies: []; origins: [] } });
    const reader = await context.newPage();
    expect(await visitorOf(reader, profileSite)).toBe("emil");
    expect((await look(reader, profileSite.origin("exported"))).state).toContain("person 119");
  });

  test("is what Berth imports", async ({ api, sessions, clients, profileSite, expect }) => {
    const { cdpUrl } = await sessions.create("meshbrow");
    const context = defaultContext(await clients.playwright(cdpUrl));
    const page = await context.newPage();
    await signIn(page, profileSite, "fay");
    const state = await context.storageState({ indexedDB: true });
    const profileId = await createProfile(api, "imported");
    const imported = await api.call<ProfileBody>("meshbrow", `/v1/profiles/${profileId}/storage-state`, {
      method: "PUT",
      body: state,
    });
    expect(imported).toMatchObject({ status: 200 });
    expect(imported.body.storageOrigins).toEqual([profileSite.origin("shop")]);
    const second = await sessions.create("meshbrow", { profileId });
    const reader = await firstPuppeteerPage(await clients.puppeteer(second.cdpUrl));
    expect(await visitorOf(reader, profileSite)).toBe("fay");
  });
});

describe.concurrent("cookies of a session", () => {
  test("come as JSON and as cookies.txt, and go into another one", async ({
    api,
    sessions,
    clients,
    profileSite,
    expect,
  }) => {
    const from = await sessions.create("meshbrow");
    const page = await firstPuppeteerPage(await clients.puppeteer(from.cdpUrl));
    await write(page, profileSite.origin("cookies"));
    const json = await api.call<readonly { name: string; httpOnly: boolean }[]>(
      "meshbrow",
      `/v1/sessions/${from.id}/cookies`,
    );
    expect(json.body).toHaveLength(COOKIES_OF_AN_ORIGIN);
    const { sent } = await look(page, profileSite.origin("cookies"));

    const to = await sessions.create("meshbrow");
    const path = `/v1/sessions/${to.id}/cookies/import`;
    const reader = await firstPuppeteerPage(await clients.puppeteer(to.cdpUrl));
    const imported = await api.call("meshbrow", path, { method: "POST", body: { cookies: json.body } });
    expect(imported).toMatchObject({ status: 200, body: { imported: COOKIES_OF_AN_ORIGIN } });
    expect((await look(reader, profileSite.origin("cookies"))).sent).toEqual(sent);

    const text = `cookies.localhost\tFALSE\t/\tFALSE\t0\tonly\tone\n`;
    const body = { cookies: text, format: "netscape" };
    expect((await api.call("meshbrow", path, { method: "POST", body })).body).toEqual({ imported: 1 });
    expect((await look(reader, profileSite.origin("cookies"))).sent).toEqual(["only=one"]);
    await api.call("meshbrow", path, {
      method: "POST",
      body: { cookies: text.replace("only", "more"), format: "netscape", merge: true },
    });
    expect((await look(reader, profileSite.origin("cookies"))).sent).toEqual(["more=one", "only=one"]);
    const invalid = [{ name: "a=b;", value: "\n", domain: "cookies.localhost" }];
    expect(await api.call("meshbrow", path, { method: "POST", body: { cookies: invalid } })).toMatchObject({
      status: 400,
      body: { error: { field: "cookies" } },
    });
    expect((await look(reader, profileSite.origin("cookies"))).sent).toEqual(["more=one", "only=one"]);
  });
});
