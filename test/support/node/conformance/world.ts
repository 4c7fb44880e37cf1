import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { runDir } from "../../../../scripts/local/paths.ts";
import { type Answer, Api, createAdmin, type Dialect } from "../api.ts";
import { startBerthServer } from "../berth-server.ts";
import { serveSolving } from "../captchas/solving-service.ts";
import { EXITS, serveExitCheck } from "../proxies/exit-check.ts";
import { startHttpProxy } from "../proxies/test-proxies.ts";
import { extensionZip } from "../../zip/extensions.ts";
import { uploadExtension } from "../extensions.ts";
import { serveConnect } from "../secrets/connect-server.ts";

const SERVICE_KEY = "key-of-the-service";
const TOKEN = "token-of-the-store";
const POOLED = ["residential", "datacenter", "isp", "mobile", "gov"];

/** A deployment that has everything that the documents speak of, and an account on it. */
export class World {
  readonly api: Api;
  readonly admin: ReturnType<typeof createAdmin>;
  /** `PROTOCOL://HOST:PORT` of a proxy that asks for nothing. */
  readonly proxyServer: string;
  readonly integrationId: string;
  readonly extensionId: string;
  readonly #shown = new Map<string, Promise<unknown>>();
  readonly #closers: (() => unknown)[];

  private constructor(
    parts: Pick<World, "api" | "admin" | "proxyServer" | "integrationId" | "extensionId">,
    closers: (() => unknown)[],
  ) {
    this.api = parts.api;
    this.admin = parts.admin;
    this.proxyServer = parts.proxyServer;
    this.integrationId = parts.integrationId;
    this.extensionId = parts.extensionId;
    this.#closers = closers;
  }

  static async open(): Promise<World> {
    const check = await serveExitCheck();
    const service = await serveSolving(SERVICE_KEY);
    const proxy = await startHttpProxy({ exit: EXITS["127.0.0.2"].ip });
    const connect = await serveConnect({ token: TOKEN, vault: "v" });
    const { server, stop } = await startBerthServer(join(runDir(), `conformance-${check.port}`), undefined, {
      EXIT_CHECK_URL: check.url,
      CAPTCHA_SOLVER_URL: service.url,
      CAPTCHA_SOLVER_KEY: SERVICE_KEY,
    });
    const admin = createAdmin(server);
    for (const type of POOLED) {
      const takes = { username: "u[-{country}][-{region}][-{city}]", password: "p" };
      const places = { countries: ["US"], hasRegions: true, hasCities: true, ...takes };
      await admin.addPool({ name: type, type, host: "127.0.0.1", port: proxy.port, ...places });
    }
    const api = new Api(server);
    const credentials = { type: "connect", data: { host: connect.origin, token: TOKEN } };
    const integration = await api.call<{ data: { integration: { id: string } } }>("anchor", "/v1/integrations", {
      method: "POST",
      body: { name: "store", type: "1PASSWORD", credentials },
    });
    const { id: integrationId } = integration.body.data.integration;
    const extensionId = await uploadExtension(api, await extensionZip());
    const closers = [stop, () => connect.close(), () => proxy.crash(), () => service.close(), () => check.close()];
    return new World({ api, admin, proxyServer: proxy.server, integrationId, extensionId }, closers);
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }

  /** What the dialect shows of a session that was asked for so; asked for once, however many rows look at it. */
  shown(dialect: Dialect, body?: object): Promise<unknown> {
    const key = `${dialect} ${JSON.stringify(body)}`;
    const known = this.#shown.get(key) ?? this.#show(dialect, body);
    this.#shown.set(key, known);
    return known;
  }

  /** An account that has used up what its plan covers. */
  async spent(): Promise<Api> {
    const name = `spent-${crypto.randomUUID().slice(0, 8)}`;
    await this.admin.savePlan(name, {
      monthlySessions: 0,
      overageMicros: null,
      concurrentSessions: 1,
      requestsPerMinute: 600,
      maxLifetimeMs: null,
      proxyTypes: [],
    });
    return (await this.admin.createAccount(name)).api;
  }

  create(dialect: Dialect, body?: unknown): Promise<Answer> {
    return this.api.call(dialect, "/v1/sessions", { method: "POST", ...(body !== undefined && { body }) });
  }

  async #show(dialect: Dialect, body: object | undefined): Promise<unknown> {
    const created = await this.create(dialect, body);
    const id = idOf(created.body);
    if (id === undefined) throw new Error(`refused with ${created.status}: ${JSON.stringify(created.body)}`);
    try {
      return (await this.api.call(dialect, `/v1/sessions/${id}`)).body;
    } finally {
      await this.api.destroy(id);
    }
  }
}

export function idOf(body: unknown): string | undefined {
  const { id, data } = body as { id?: string; data?: { id?: string } };
  return id ?? data?.id;
}

/** The value at a dotted path. */
export function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

/** @throws with both values, where they differ. */
export function mustBe(what: string, found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted)) {
    throw new Error(`${what} is ${JSON.stringify(found)}, and should be ${JSON.stringify(wanted)}`);
  }
}
