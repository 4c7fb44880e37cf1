import type { D1Database, DurableObjectNamespace, DurableObjectState, Fetcher } from "@cloudflare/workers-types";

/**
 * The yardstick: the least that a Worker with a Durable Object can do to give out browsers. No accounts, no
 * checks, no parsing; two sockets and two `message` listeners. `/query` is no part of that: it asks D1, so that what
 * the local D1 keeps of a query can be told apart.
 */
interface Env {
  readonly BROWSER: Fetcher;
  readonly SESSIONS: DurableObjectNamespace;
  readonly DB: D1Database;
}

type Socket = NonNullable<Awaited<ReturnType<Fetcher["fetch"]>>["webSocket"]>;
declare const WebSocketPair: new () => Record<0 | 1, Socket>;

const BROWSERS = "https://browser.run/v1/devtools/browser";

export class PipeSession {
  readonly #storage: DurableObjectState["storage"];
  readonly #browser: Fetcher;

  constructor({ storage }: DurableObjectState, { BROWSER }: Env) {
    this.#storage = storage;
    this.#browser = BROWSER;
  }

  async fetch(request: Request): Promise<unknown> {
    if (request.method === "POST") return this.#launch();
    const url = `${BROWSERS}/${this.#storage.kv.get<string>("browser")}`;
    if (request.method === "DELETE") return this.#browser.fetch(url, { method: "DELETE" });
    const { webSocket: upstream } = await this.#browser.fetch(url, { headers: { Upgrade: "websocket" } });
    if (!upstream) return new Response("the browser is gone", { status: 502 });
    return new Response(null, { status: 101, webSocket: join(upstream) } as ResponseInit);
  }

  async #launch(): Promise<Response> {
    const response = await this.#browser.fetch(`${BROWSERS}?keep_alive=600000`, { method: "POST" });
    const { sessionId } = await response.json<{ sessionId: string }>();
    this.#storage.kv.put("browser", sessionId);
    return new Response();
  }
}

/** Joins the browser's socket with a new one, whose other end is answered. */
function join(upstream: Socket): Socket {
  const { 0: theirs, 1: ours } = new WebSocketPair();
  upstream.accept();
  ours.accept();
  upstream.addEventListener("message", ({ data }) => ours.send(data));
  ours.addEventListener("message", ({ data }) => upstream.send(data));
  upstream.addEventListener("close", () => ours.close());
  ours.addEventListener("close", () => {
    upstream.close();
    ours.close();
  });
  return theirs;
}

export default {
  async fetch(request: Request, { SESSIONS, DB }: Env): Promise<unknown> {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return new Response();
    if (pathname === "/query") return Response.json(await DB.prepare("SELECT 1").first());
    const id = pathname.split("/")[2] ?? crypto.randomUUID();
    const answer = await SESSIONS.getByName(id).fetch(request as never);
    return request.method === "POST" ? Response.json({ id }) : answer;
  },
};
