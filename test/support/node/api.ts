import { createAdminClient } from "../../../scripts/local/admin-client.ts";
import type { BerthServer } from "./berth-server.ts";

export type Dialect = "meshbrow" | "anchor";

/** An HTTP answer, read to its end. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text already. */
  readonly body?: unknown;
}

/** What pages observe about a session's browser. */
export interface Fingerprint {
  readonly platform: string;
  readonly userAgent: string;
  readonly locale: string;
  readonly timezone: string;
}

/** The way out that a session shows. */
export interface ShownProxy {
  readonly type: string;
  readonly country?: string;
  readonly region?: string;
  readonly city?: string;
  readonly ip?: string;
  readonly mode: string;
  readonly status: string;
}

/** A session as Meshbrow's dialect describes it; either dialect may read any session of its account. */
export interface SessionBody {
  readonly id: string;
  readonly status: string;
  readonly cdpUrl: string | null;
  readonly stealth: string;
  readonly fingerprint: Fingerprint;
  readonly proxy: ShownProxy | null;
  readonly profileId: string | null;
  readonly profile?: {
    readonly id: string;
    readonly savedAt: string | null;
    readonly safeAt: string | null;
    readonly saveError: string | null;
  };
  readonly expiresAt: string;
  readonly endReason?: string;
  readonly endDetail?: string;
  readonly metrics: {
    readonly pagesVisited: number;
    readonly cdpMessages: number;
    readonly droppedMessages: number;
    readonly reconnects: number;
    readonly restores: number;
    readonly proxyBytes: number;
  };
}

/** What a create answers, whatever the dialect. */
export interface CreatedSession {
  readonly id: string;
  readonly cdpUrl: string;
  /** Anchor's dialect only. */
  readonly liveViewUrl?: string;
}

/** The credential header of a dialect, which also selects it. */
export const credential = (dialect: Dialect, apiKey: string): Record<string, string> =>
  dialect === "meshbrow" ? { authorization: `Bearer ${apiKey}` } : { "anchor-api-key": apiKey };

/** One account's use of the public API. */
export class Api {
  readonly url: string;
  readonly apiKey: string;

  constructor({ url, apiKey }: { readonly url: string; readonly apiKey: string }) {
    this.url = url;
    this.apiKey = apiKey;
  }

  async call<Body>(
    dialect: Dialect,
    path: string,
    { method = "GET", headers, body }: ApiRequest = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...credential(dialect, this.apiKey),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === "" ? undefined : JSON.parse(text)) as Body,
    };
  }

  /** Creates a session or throws with the refusal. */
  async create(dialect: Dialect, body: object = {}): Promise<CreatedSession> {
    const answer = await this.call<{
      readonly id: string;
      readonly cdpUrl: string;
      readonly data: { readonly id: string; readonly cdp_url: string; readonly live_view_url: string };
    }>(dialect, "/v1/sessions", { method: "POST", body });
    if (answer.status >= 300) throw new Error(`no session: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (dialect === "meshbrow") return { id: answer.body.id, cdpUrl: answer.body.cdpUrl };
    const { id, cdp_url: cdpUrl, live_view_url: liveViewUrl } = answer.body.data;
    return { id, cdpUrl, liveViewUrl };
  }

  async describe(id: string): Promise<SessionBody> {
    return (await this.call<SessionBody>("meshbrow", `/v1/sessions/${id}`)).body;
  }

  destroy(id: string): Promise<Answer> {
    return this.call("meshbrow", `/v1/sessions/${id}`, { method: "DELETE" });
  }

  /** A new scoped token for CDP, and its URL in Anchor's form. */
  async mintToken(id: string): Promise<{ readonly token: string; readonly url: string }> {
    const answer = await this.call<{
      readonly data: { readonly tokens: readonly [{ readonly token: string; readonly url: string }] };
    }>("anchor", `/v1/sessions/${id}/tokens`, { method: "POST", body: { scopes: ["cdp"] } });
    return answer.body.data.tokens[0];
  }

  /** How many sessions of the account hold a slot. */
  async countActive(): Promise<number> {
    return (await this.call<{ readonly active: number }>("meshbrow", "/v1/billing/usage")).body.active;
  }
}

/** The limits of a plan. */
export interface Plan {
  readonly monthlySessions: number;
  readonly overageMicros: number | null;
  readonly concurrentSessions: number;
  readonly requestsPerMinute: number;
  readonly maxLifetimeMs: number | null;
  readonly proxyTypes: readonly string[];
}

/** Operators' requests. */
export function createAdmin({ url, adminToken }: BerthServer) {
  const admin = createAdminClient(url, adminToken);
  return {
    savePlan: (name: string, plan: Plan) => admin.request("PUT", `/admin/plans/${name}`, plan),

    /** A new account on a plan, with one key. */
    async createAccount(
      plan = "scale",
    ): Promise<{ readonly api: Api; readonly accountId: string; readonly keyId: string }> {
      const { id: accountId } = await admin.request<{ id: string }>("POST", "/admin/accounts", {
        name: "another",
        plan,
      });
      const { id: keyId, key } = await admin.request<{ id: string; key: string }>(
        "POST",
        `/admin/accounts/${accountId}/keys`,
        { name: "test" },
      );
      return { api: new Api({ url, apiKey: key }), accountId, keyId };
    },

    /** The new pool's id. */
    addPool: async (pool: object): Promise<string> =>
      (await admin.request<{ id: string }>("POST", "/admin/proxy-pools", pool)).id,
    changePool: (id: string, change: object) => admin.request("PATCH", `/admin/proxy-pools/${id}`, change),
    testPool: (id: string, place: object) => admin.request<object>("POST", `/admin/proxy-pools/${id}/test`, place),
    removePool: (id: string) => admin.request("DELETE", `/admin/proxy-pools/${id}`),

    revokeKey: (keyId: string) => admin.request("DELETE", `/admin/keys/${keyId}`),
  };
}
