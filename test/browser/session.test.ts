import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { callWorker, createTenant, type Tenant } from "../support/worker/api.ts";
import { CdpClient } from "../support/worker/cdp-client.ts";
import { evict } from "../support/worker/evict.ts";

interface Created {
  readonly id: string;
  readonly cdpUrl: string;
  readonly fingerprint: { readonly userAgent: string; readonly platform: string; readonly locale: string };
}

let tenant: Tenant;
const open: string[] = [];

beforeAll(async () => {
  tenant = await createTenant();
});

afterEach(async () => {
  for (const id of open.splice(0)) await tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" });
});

async function create(body: object = {}): Promise<Created> {
  const response = await tenant.meshbrow("/v1/sessions", { method: "POST", body: JSON.stringify(body) });
  expect(response.status).toBe(201);
  const created = await response.json<Created>();
  open.push(created.id);
  return created;
}

const statusOf = async (id: string): Promise<unknown> =>
  (await (await tenant.meshbrow(`/v1/sessions/${id}`)).json<{ status: string }>()).status;

const objectOf = (id: string) => env.SESSIONS.getByName(id);

describe("a session's browser", () => {
  it("has exactly one open page, in the default context", async () => {
    const { cdpUrl } = await create();
    const client = await CdpClient.connect(cdpUrl);
    expect(await client.pages()).toMatchObject([{ url: "about:blank" }]);
  });

  it("looks as the answer to the create said", async () => {
    const { cdpUrl, fingerprint } = await create();
    const client = await CdpClient.connect(cdpUrl);
    const [page] = await client.pages();
    const session = await client.attach(page?.targetId ?? "");
    const seen = await client.evaluate(
      "({platform: navigator.platform, userAgent: navigator.userAgent, locale: navigator.language," +
        " timezone: Intl.DateTimeFormat().resolvedOptions().timeZone})",
      session,
    );
    expect(seen).toEqual(fingerprint);
  });

  it("does not show Chrome's own surfaces or another client's private context", async () => {
    const { cdpUrl } = await create();
    const [maker, other] = [await CdpClient.connect(cdpUrl), await CdpClient.connect(cdpUrl)];
    const { browserContextId } = await maker.send("Target.createBrowserContext");
    const { targetId } = await maker.send("Target.createTarget", { url: "about:blank", browserContextId });
    const idsSeenBy = async (client: CdpClient) => (await client.pages()).map((page) => page.targetId);
    expect(await idsSeenBy(maker)).toContain(targetId);
    expect(await idsSeenBy(other)).not.toContain(targetId);
    const { targetInfos } = await other.send("Target.getTargets", { filter: [{}] });
    expect((targetInfos as { type: string }[]).map(({ type }) => type)).not.toContain("browser_ui");
  });

  it("keeps the commands of two clients apart on one page", async () => {
    const { cdpUrl } = await create();
    const [first, second] = [await CdpClient.connect(cdpUrl), await CdpClient.connect(cdpUrl)];
    const [page] = await first.pages();
    const sessions = [await first.attach(page?.targetId ?? ""), await second.attach(page?.targetId ?? "")];
    await first.send("Runtime.enable", {}, sessions[0]);
    await second.evaluate("console.log('only the first listens')", sessions[1]);
    await expect.poll(() => first.events.map(({ method }) => method)).toContain("Runtime.consoleAPICalled");
    expect(second.events.map(({ method }) => method)).not.toContain("Runtime.consoleAPICalled");
  });

  it("passes an 8 MB result whole", async () => {
    const { cdpUrl } = await create();
    const client = await CdpClient.connect(cdpUrl);
    const [page] = await client.pages();
    const session = await client.attach(page?.targetId ?? "");
    const text = await client.evaluate("'x'.repeat(8_000_000)", session);
    expect(text).toHaveLength(8_000_000);
  });
});

describe("status", () => {
  it("follows clients: ready, active, idle, active", async () => {
    const { id, cdpUrl } = await create();
    expect(await statusOf(id)).toBe("ready");
    const client = await CdpClient.connect(cdpUrl);
    expect(await statusOf(id)).toBe("active");
    client.close();
    await expect.poll(() => statusOf(id)).toBe("idle");
    await CdpClient.connect(cdpUrl);
    expect(await statusOf(id)).toBe("active");
  });
});

describe("the end of a session", () => {
  it("tells connected clients why, closes the browser and frees the slot", async () => {
    const { id, cdpUrl } = await create();
    const client = await CdpClient.connect(cdpUrl);
    const deleted = await tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" });
    expect(await deleted.json()).toMatchObject({ id, status: "destroyed" });
    expect(await client.closed).toEqual({ code: 4000, reason: "the session was destroyed on request" });
    const { sessions } = await env.BROWSER.fetch("https://x/v1/sessions").then((r) => r.json<{ sessions: object[] }>());
    expect(sessions).toEqual([]);
    const usage = await tenant.meshbrow("/v1/billing/usage");
    expect(await usage.json()).toMatchObject({ active: 0 });
    expect((await tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" })).status).toBe(404);
  });

  it("comes when the time is up, client or not", async () => {
    const { id, cdpUrl } = await create({ timeout: 10 });
    const client = await CdpClient.connect(cdpUrl);
    expect(await client.closed).toEqual({ code: 4002, reason: "the session reached its maximum duration" });
    await expect.poll(() => statusOf(id)).toBe("destroyed");
  });

  it("follows a client's Browser.close", async () => {
    const { id, cdpUrl } = await create();
    const [first, second] = [await CdpClient.connect(cdpUrl), await CdpClient.connect(cdpUrl)];
    expect(await first.call("Browser.close")).toEqual({ id: 1, result: {} });
    expect((await second.closed).code).toBe(4000);
    await expect.poll(() => statusOf(id)).toBe("destroyed");
  });

  it("is named when the engine closes the browser", async () => {
    const { id, cdpUrl } = await create();
    const client = await CdpClient.connect(cdpUrl);
    const { sessions } = await env.BROWSER.fetch("https://x/v1/sessions").then((r) =>
      r.json<{ sessions: { sessionId: string }[] }>(),
    );
    await env.BROWSER.fetch(`https://x/v1/devtools/browser/${sessions[0]?.sessionId}`, { method: "DELETE" });
    const { code } = await client.closed;
    // Locally the engine keeps no record of why a browser ended; its last signs tell, when they come in time.
    expect([4004, 4005]).toContain(code);
    const view = await tenant.meshbrow(`/v1/sessions/${id}`).then((r) => r.json<object>());
    expect(view).toMatchObject({ status: "failed", endReason: code === 4004 ? "engine_closed" : "crashed" });
  });

  it("leaves no state in the Durable Object", async () => {
    const { id } = await create();
    await tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" });
    await runInDurableObject(objectOf(id), async (_instance, state) => {
      expect([...state.storage.kv.list()]).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });
});

const KEPT = "data:text/html,<title>kept</title>";

describe("after the Durable Object lost its memory", () => {
  it("the same URL leads to the same tabs", async () => {
    const { id, cdpUrl } = await create();
    const before = await CdpClient.connect(cdpUrl);
    await before.send("Target.createTarget", { url: KEPT });
    const urls = async (client: CdpClient) => (await client.pages()).map(({ url }) => url);
    await expect.poll(() => urls(before)).toContain(KEPT);
    await evict(id);
    await before.closed;
    const after = await CdpClient.connect(cdpUrl);
    expect(await urls(after)).toContain(KEPT);
  });
});

/** Why a page of the session's cannot load an image of an ad server. */
async function whyNoAd(client: CdpClient): Promise<unknown> {
  const [page] = await client.pages();
  const session = await client.attach(page?.targetId ?? "");
  await client.send("Network.enable", {}, session);
  await client.send(
    "Page.navigate",
    { url: 'data:text/html,<img src="http://ad.doubleclick.net/pixel.gif">' },
    session,
  );
  const failure = () => client.events.find(({ method }) => method === "Network.loadingFailed")?.params;
  await expect.poll(failure).toBeDefined();
  return failure()?.["errorText"];
}

describe("what a session does about its pages", () => {
  it("holds again after the Durable Object lost its memory", async () => {
    const response = await tenant.anchor("/v1/sessions", { method: "POST" });
    const { data } = await response.json<{ data: { id: string; cdp_url: string } }>();
    open.push(data.id);
    const before = await CdpClient.connect(data.cdp_url);
    expect(await whyNoAd(before)).toContain("ERR_BLOCKED_BY_CLIENT");
    await evict(data.id);
    await before.closed;
    expect(await whyNoAd(await CdpClient.connect(data.cdp_url))).toContain("ERR_BLOCKED_BY_CLIENT");
  });
});

describe("ways in", () => {
  it.for(["", "?token=", "?token=ct_wrong", "?token=ct_0000000000000000000000000000000000000000000"])(
    "refuses %o with 401 before the upgrade",
    async (query, { expect }) => {
      const { id } = await create();
      const response = await callWorker(`/cdp/${id}${query}`, { headers: { Upgrade: "websocket" } });
      expect(response.status).toBe(401);
      expect(response.webSocket).toBeNull();
    },
  );

  it("answers an unknown session like a wrong token", async () => {
    const unknown = await callWorker("/cdp/ses_aaaaaaaaaaaaaaaaaaaaaaaaaa?token=ct_wrong", {
      headers: { Upgrade: "websocket" },
    });
    expect(unknown.status).toBe(401);
  });

  it("has a limit of four clients", async () => {
    const { cdpUrl } = await create();
    for (let n = 0; n < 4; n += 1) await CdpClient.connect(cdpUrl);
    await expect(CdpClient.connect(cdpUrl)).rejects.toThrow(/429.*limit of 4/);
  });

  it("serves the DevTools endpoints, and page sockets that know one page only", async () => {
    const { id, cdpUrl } = await create();
    const { search } = new URL(cdpUrl);
    const json = async <T>(path: string, method = "GET"): Promise<T> =>
      (await callWorker(`/cdp/${id}${path}${search}`, { method })).json<T>();
    const version = await json<{ Browser: string; webSocketDebuggerUrl: string }>("/json/version");
    expect(version.Browser).toMatch(/^(Headless)?Chrome\//);
    expect(new URL(version.webSocketDebuggerUrl).pathname).toBe(`/cdp/${id}`);
    const [page] = await json<{ id: string; webSocketDebuggerUrl: string }[]>("/json/list");
    const client = await CdpClient.connect(page?.webSocketDebuggerUrl ?? "");
    expect(await client.evaluate("location.href")).toBe("about:blank");
    const protocol = await json<{ domains: object[] }>("/json/protocol");
    expect(protocol.domains.length).toBeGreaterThan(30);
    await callWorker(`/cdp/${id}/json/close/${page?.id}${search}`);
    expect((await client.closed).reason).toBe("the page was closed");
  });

  it("opens pages over /json/new, but none of the browser's machine", async () => {
    const { id, cdpUrl } = await create();
    const token = new URL(cdpUrl).searchParams.get("token");
    const openPage = (url: string) => callWorker(`/cdp/${id}/json/new?${url}&token=${token}`, { method: "PUT" });
    expect(await (await openPage("data:text/html,new")).json()).toMatchObject({ url: "data:text/html,new" });
    expect((await openPage("file:///etc/passwd")).status).toBe(400);
  });
});
