import Anchorbrowser, { AuthenticationError, BadRequestError, ConflictError, NotFoundError } from "anchorbrowser";
import { describe, expect } from "vitest";
import { defaultContext, firstPlaywrightPage } from "../support/node/clients.ts";
import { test as base } from "../support/node/test.ts";

/** An account of its own, because `sessions.all` acts on every session of the account. */
const test = base
  .extend("account", { scope: "file" }, async ({ admin, api: { url } }) => {
    const { api } = await admin.createAccount();
    return { url, apiKey: api.apiKey };
  })
  .extend("sdk", async ({ account: { url, apiKey } }, { onCleanup }) => {
    const sdk = new Anchorbrowser({ apiKey, baseURL: url, maxRetries: 0 });
    onCleanup(async () => void (await sdk.sessions.all.delete()));
    return sdk;
  });

/** The SDK types everything in an answer as possibly absent. */
async function create(sdk: Anchorbrowser, body: Parameters<typeof sdk.sessions.create>[0] = {}): Promise<string> {
  const { data } = await sdk.sessions.create(body);
  if (!data?.id) throw new Error("the answer names no session");
  return data.id;
}

describe("the official Anchor SDK", () => {
  test("creates a session with the documented three fields", async ({ sdk }) => {
    const { data } = await sdk.sessions.create();
    expect(Object.keys(data ?? {}).toSorted()).toEqual(["cdp_url", "id", "live_view_url"]);
    expect(data?.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(data?.cdp_url).toContain(`sessionId=${data?.id}`);
  });

  test("creates with every option that its types offer and the deployment has", async ({ sdk, site }) => {
    const id = await create(sdk, {
      session: {
        initial_url: `${site.origin}/second`,
        timeout: { max_duration: 10, idle_timeout: 3 },
        recording: { active: false },
      },
      browser: { adblock: { active: false }, popup_blocker: { active: false }, headless: { active: true } },
    });
    const { data } = await sdk.sessions.retrieve(id);
    expect(data?.configuration).toMatchObject({
      session: { initial_url: `${site.origin}/second`, timeout: { max_duration: 10, idle_timeout: 3 } },
    });
  });

  test("retrieves a session before and after its end", async ({ sdk }) => {
    const id = await create(sdk);
    expect((await sdk.sessions.retrieve(id)).data).toMatchObject({ session_id: id, status: "running" });
    expect(await sdk.sessions.delete(id)).toEqual({ data: { status: "success" } });
    expect((await sdk.sessions.retrieve(id)).data).toMatchObject({ session_id: id, status: "completed" });
    await expect(sdk.sessions.delete(id)).rejects.toBeInstanceOf(NotFoundError);
  });

  test("lists and ends all sessions", async ({ sdk }) => {
    const ids = await Promise.all([create(sdk), create(sdk)]);
    const { data } = await sdk.sessions.all.status();
    expect(data?.count).toBe(2);
    expect(data?.items?.map(({ session_id: id }) => id).toSorted()).toEqual(ids.toSorted());
    const listed = await sdk.get<{ data: { sessions: { id: string }[] } }>("/v1/sessions?limit=50&status=running");
    expect(listed.data.sessions.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    await sdk.sessions.all.delete();
    expect((await sdk.sessions.all.status()).data?.count).toBe(0);
  });

  test("connects a browser by session id", async ({ sdk, clients, site }) => {
    const id = await create(sdk);
    const browser = await sdk.browser.connect(id);
    clients.own(() => browser.close());
    const [context] = browser.contexts();
    const [page] = context?.pages() ?? [];
    await page?.goto(`${site.origin}/second`);
    expect(await page?.title()).toBe("Second");
  });

  test("creates and connects in one call", async ({ sdk, clients, site }) => {
    const browser = await sdk.browser.create({ sessionOptions: { session: { initial_url: `${site.origin}/third` } } });
    clients.own(() => browser.close());
    const page = browser.contexts()[0]?.pages()[0];
    await page?.waitForURL(`${site.origin}/third`);
    expect(await page?.title()).toBe("Third");
  });

  test("shares a session with a plain client of its cdp_url", async ({ sdk, clients, site }) => {
    const { data } = await sdk.sessions.create();
    const connected = await sdk.browser.connect(data?.id ?? "");
    clients.own(() => connected.close());
    const plain = await clients.playwright(data?.cdp_url ?? "");
    await connected.contexts()[0]?.pages()[0]?.goto(`${site.origin}/second`);
    await firstPlaywrightPage(plain).waitForURL("**/second");
    expect(defaultContext(plain).pages()).toHaveLength(1);
  });

  test("makes, loads, lists and deletes profiles", async ({ sdk, site, clients }) => {
    const { data: first } = await sdk.sessions.create();
    const page = firstPlaywrightPage(await clients.playwright(first?.cdp_url ?? ""));
    await page.goto(site.origin);
    await page.evaluate(() => localStorage.setItem("token", "kept"));
    const made = { name: "of the SDK", description: "one", source: "session", session_id: first?.id ?? "" } as const;
    expect(await sdk.profiles.create(made)).toEqual({ data: { status: "success" } });
    await expect(sdk.profiles.create(made)).rejects.toBeInstanceOf(ConflictError);
    const shown = { name: "of the SDK", description: "one", source: "session", session_id: first?.id, status: "ready" };
    expect((await sdk.profiles.retrieve("of the SDK")).data).toMatchObject(shown);
    expect((await sdk.profiles.list()).data).toMatchObject({ count: 1, items: [shown] });

    const { data: second } = await sdk.sessions.create({ browser: { profile: { name: "of the SDK" } } });
    const reader = firstPlaywrightPage(await clients.playwright(second?.cdp_url ?? ""));
    await reader.goto(site.origin);
    expect(await reader.evaluate(() => localStorage.getItem("token"))).toBe("kept");
    expect(await sdk.profiles.delete("of the SDK")).toEqual({ data: { status: "success" } });
    await expect(sdk.profiles.retrieve("of the SDK")).rejects.toBeInstanceOf(NotFoundError);
  });

  test("throws its typed errors", async ({ account, sdk }) => {
    const stranger = new Anchorbrowser({ apiKey: "mb_live_wrong", baseURL: account.url, maxRetries: 0 });
    await expect(stranger.sessions.create()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(sdk.sessions.retrieve("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({
      status: 404,
      error: { error: { code: 404 } },
    });
    await expect(sdk.sessions.create({ session: { timeout: { max_duration: 0 } } })).rejects.toBeInstanceOf(
      BadRequestError,
    );
  });
});
