import {
  createExecutionContext,
  createScheduledController,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import type { EndReason, SessionStatus } from "../../../src/domain/session-state.ts";
import { createTenant, type Tenant } from "../../support/worker/api.ts";
import { CdpClient } from "../../support/worker/cdp-client.ts";
import { faults } from "./faults.ts";
import worker from "./worker.ts";

/** Where in its life a session is when the fault happens. */
export const PHASES = ["launching", "ready", "active", "idle", "ending"] as const;
export type Phase = (typeof PHASES)[number];

/** What `GET` shows of a session. */
interface Shown {
  readonly status: SessionStatus;
  readonly endReason?: EndReason;
  readonly metrics: { readonly restores: number };
}

/** The tab that a client leaves. */
export const MARK = "data:text/html,<title>kept</title>";

const PROFILE = "profile";
const STATE_PATH = `/v1/profiles/${PROFILE}/storage-state`;

const cookieNamed = (name: string) => {
  const flags = { httpOnly: false, secure: false, sameSite: "Lax" };
  return { name, value: "x", domain: "a.test", path: "/", expires: 2_000_000_000, ...flags };
};

/** One account with one session, and everything that a test looks at. */
export class World {
  readonly tenant: Tenant;
  /** The answer to the create. */
  created: Promise<Response>;
  client: CdpClient | undefined;
  /** The answer to `DELETE`, in the phase "ending". */
  ended: Promise<Response> | undefined;
  #session: { id: string; cdpUrl: string } | undefined;

  private constructor(tenant: Tenant, created: Promise<Response>) {
    this.tenant = tenant;
    this.created = created;
    // A create that fails is looked at by whoever expects it to.
    this.created.catch(() => undefined);
  }

  /** @param bend sets faults up before the create begins. */
  static async launching(bend: () => void = () => undefined): Promise<World> {
    const tenant = await createTenant();
    bend();
    return new World(tenant, tenant.meshbrow("/v1/sessions", { method: "POST", body: "{}" }));
  }

  /** The same with a profile that holds a cookie, and is to be saved at the end. */
  static async launchingWithProfile(bend: () => void = () => undefined): Promise<World> {
    const tenant = await createTenant();
    await tenant.anchor("/v1/profiles", { method: "POST", body: JSON.stringify({ name: PROFILE }) });
    const state = { cookies: [cookieNamed("before")], origins: [] };
    await tenant.anchor(STATE_PATH, { method: "PUT", body: JSON.stringify(state) });
    bend();
    const body = JSON.stringify({ browser: { profile: { name: PROFILE, persist: true } } });
    return new World(tenant, tenant.anchor("/v1/sessions", { method: "POST", body }));
  }

  /** A session whose browser has another cookie than its profile had. */
  static async withProfile(): Promise<World> {
    const world = await World.launchingWithProfile();
    const { data } = await (await world.created).json<{ data: { id: string; cdp_url: string } }>();
    world.#session = { id: data.id, cdpUrl: data.cdp_url };
    const client = await CdpClient.connect(data.cdp_url);
    await client.send("Storage.setCookies", { cookies: [cookieNamed("during")] });
    client.close();
    return world;
  }

  /** A session that is recorded, and has shown a page. */
  static async recorded(): Promise<World> {
    const tenant = await createTenant();
    const body = JSON.stringify({ recording: { har: true, screenshots: true, video: true } });
    const world = new World(tenant, tenant.meshbrow("/v1/sessions", { method: "POST", body }));
    world.#session = await (await world.created).json();
    await world.connect();
    // Without a picture there is nothing to make a video of.
    await vi.waitFor(async () => expect(await world.#pictures()).toBeGreaterThan(0), { timeout: 60_000 });
    return world;
  }

  /** How many pictures its object has kept. */
  async #pictures(): Promise<number> {
    return runInDurableObject(this.object(), (_session, { storage }) =>
      Number(storage.sql.exec("SELECT count(*) AS n FROM frames").one()["n"]),
    );
  }

  /** Which recordings there are, and how they are. */
  async recordings(): Promise<readonly string[]> {
    const path = `/v1/sessions/${this.session.id}/recordings`;
    interface Listed {
      readonly recordings: readonly { readonly type: string; readonly status: string }[];
    }
    const { recordings } = await (await this.tenant.meshbrow(path)).json<Listed>();
    return recordings.map(({ type, status }) => `${type} ${status}`);
  }

  /** What the API answers who asks for the video, as often as it is told to come again. */
  async video(): Promise<number> {
    for (;;) {
      const { status } = await this.tenant.meshbrow(`/v1/sessions/${this.session.id}/recordings/video`);
      if (status !== 409) return status;
    }
  }

  /** Names of the cookies that the next session would have. */
  async savedCookies(): Promise<readonly string[]> {
    const { cookies } = await (await this.tenant.anchor(STATE_PATH)).json<{ cookies: { name: string }[] }>();
    return cookies.map(({ name }) => name).toSorted();
  }

  async countVersions(): Promise<number> {
    const path = `/v1/profiles/${PROFILE}/versions`;
    return (await (await this.tenant.anchor(path)).json<{ data: { count: number } }>()).data.count;
  }

  static async in(phase: Exclude<Phase, "launching">): Promise<World> {
    const world = await World.launching();
    const response = await world.created;
    expect(response.status).toBe(201);
    world.#session = await response.json();
    if (phase === "active" || phase === "idle") await world.connect();
    if (phase === "idle") await world.leave();
    return world;
  }

  get session(): { readonly id: string; readonly cdpUrl: string } {
    if (!this.#session) throw new Error("the session was not created");
    return this.#session;
  }

  get browserId(): string {
    return faults.launched.at(-1) ?? "";
  }

  /** Finds the session by its row: for tests in which the create did not answer. */
  async findSession(): Promise<string | undefined> {
    const sql = "SELECT id FROM sessions WHERE account_id = ? ORDER BY created_at DESC LIMIT 1";
    return (await env.DB.prepare(sql).bind(this.tenant.accountId).first<string>("id")) ?? undefined;
  }

  /** Ends the session by its id, whatever it is; answers the HTTP status. */
  async end(): Promise<number> {
    const id = await this.findSession();
    const { status } = await this.tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" });
    return status;
  }

  object(id = this.session.id) {
    return env.SESSIONS.getByName(id);
  }

  /** The tab that the last client left. */
  tabId = "";

  /** Connects a client and leaves a tab that is known again. */
  async connect(): Promise<CdpClient> {
    this.client = await CdpClient.connect(this.session.cdpUrl);
    const { client } = this;
    const { targetId } = await client.send("Target.createTarget", { url: MARK });
    this.tabId = String(targetId);
    // The answer comes while the URL is on its way, and what happens to a tab that is loading is another matter.
    const session = await client.attach(this.tabId);
    await expect.poll(() => client.evaluate("location.href", session)).toBe(MARK);
    await client.send("Target.detachFromTarget", { sessionId: session });
    return client;
  }

  async leave(): Promise<void> {
    this.client?.close();
    await expect.poll(async () => (await this.show()).status).toBe("idle");
  }

  /** The object loses its memory, as in an eviction, a deployment or an uncaught error. */
  async reset(id = this.session.id): Promise<void> {
    // The types of the bindings are those of production, whose sessions have no such method.
    const object = this.object(id) as unknown as { reset(): Promise<void> };
    await expect(object.reset()).rejects.toThrow("reset by the test");
  }

  delete(): Promise<Response> {
    this.ended = this.tenant.meshbrow(`/v1/sessions/${this.session.id}`, { method: "DELETE" });
    return this.ended;
  }

  async show(id = this.session.id): Promise<Shown> {
    return (await this.tenant.meshbrow(`/v1/sessions/${id}`)).json();
  }

  /** The object's alarm goes off, as often as told, at once. */
  async alarm(times = 1): Promise<void> {
    await runInDurableObject(this.object(), (session) =>
      Promise.all(Array.from({ length: times }, () => session.alarm())),
    );
  }

  /** Cuts the socket between Berth and the browser; the browser lives on. */
  async cutSocket(code?: number): Promise<void> {
    // The socket is the object's: nobody else may close it.
    await runInDurableObject(this.object(), () => faults.sockets.at(-1)?.cut(code));
  }

  /** A CDP socket of the test's own to the very browser, past Berth. */
  async toBrowser(): Promise<WebSocket> {
    const url = `https://x/v1/devtools/browser/${this.browserId}`;
    const { webSocket } = await env.BROWSER.fetch(url, { headers: { Upgrade: "websocket" } });
    if (!webSocket) throw new Error("the browser did not take a connection");
    webSocket.accept();
    return webSocket;
  }

  /** The browser's process dies at once. */
  async crashBrowser(): Promise<void> {
    const socket = await this.toBrowser();
    socket.send(JSON.stringify({ id: 1, method: "Browser.crash" }));
  }

  /** A client finds the tab that the first one left. */
  async expectTabsKept(): Promise<void> {
    const client = await CdpClient.connect(this.session.cdpUrl);
    expect((await client.pages()).map(({ url }) => url)).toContain(MARK);
    client.close();
  }

  async slots(): Promise<number> {
    const sql = "SELECT COUNT(*) AS held FROM sessions WHERE account_id = ? AND ended_at IS NULL";
    return (await env.DB.prepare(sql).bind(this.tenant.accountId).first<number>("held")) ?? 0;
  }

  /** The month's counters. */
  async usage(): Promise<{ readonly sessions: number; readonly browserMs: number }> {
    const sql = "SELECT sessions, browser_ms AS browserMs FROM usage_months WHERE account_id = ?";
    const row = await env.DB.prepare(sql).bind(this.tenant.accountId).first<{ sessions: number; browserMs: number }>();
    return row ?? { sessions: 0, browserMs: 0 };
  }
}

/** Browsers that Berth launched and that still run. */
export async function orphans(): Promise<readonly string[]> {
  const response = await env.BROWSER.fetch("https://x/v1/sessions");
  const { sessions } = await response.json<{ sessions: { sessionId: string }[] }>();
  return sessions.map(({ sessionId }) => sessionId).filter((id) => faults.launched.includes(id));
}

export async function endBrowser(id: string): Promise<void> {
  await env.BROWSER.fetch(`https://x/v1/devtools/browser/${id}`, { method: "DELETE" });
}

/** What the cron does every minute; it leaves sessions alone that have only just begun, so all are aged first. */
export async function runCron(): Promise<void> {
  await env.DB.prepare("UPDATE sessions SET created_at = created_at - 3600000, ended_at = ended_at - 3600000").run();
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController(), env, context);
  await waitOnExecutionContext(context);
}
