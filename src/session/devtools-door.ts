import { isTerminal } from "../domain/session-state.ts";
import type { ConnectTokens } from "./connect-tokens.ts";
import { describeTarget, type DevtoolsAddress } from "./devtools-json.ts";
import { DOOR_HEADER } from "./door-request.ts";
import type { Downstreams } from "./downstreams.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionController } from "./session-controller.ts";
import type { SessionStore } from "./session-store.ts";
import type { SessionId } from "../domain/ids.ts";
import { settledWithin } from "../domain/within.ts";

export interface DevtoolsDoorOptions {
  readonly id: SessionId;
  readonly controller: SessionController;
  readonly downstreams: Downstreams;
  readonly store: SessionStore;
  readonly tokens: ConnectTokens;
  readonly maxClients: number;
  /** What `/json/protocol` answers. */
  readonly protocol: () => Promise<Response>;
  /** How long a client waits while the session finds its browser again, in milliseconds. */
  readonly waitMs: number;
}

const BLANK = "about:blank";

/**
 * The way in for CDP clients: the browser's socket, page sockets, and the HTTP endpoints that a DevTools
 * server has (`/json/version`, `/json/list`, `/json/protocol`, `/json/new`, …).
 */
export class DevtoolsDoor {
  readonly #options: DevtoolsDoorOptions;

  constructor(options: DevtoolsDoorOptions) {
    this.#options = options;
  }

  async handle(request: Request): Promise<Response> {
    const { controller, waitMs } = this.#options;
    if (!(await this.#isAllowed(request.headers))) return refusal(401, "unauthorized", "a valid token is required");
    if (this.#hasEnded()) return sessionEnded();
    const live = await settledWithin(waitMs, controller.browser());
    if (!live) return this.#hasEnded() ? sessionEnded() : notYet();
    const { pathname } = new URL(request.url);
    if (request.headers.get("Upgrade")?.toLowerCase() === "websocket") return this.#upgrade(live, pathname);
    return this.#answer(live, request);
  }

  async #isAllowed(headers: Headers): Promise<boolean> {
    const { id, store, tokens } = this.#options;
    const token = headers.get(DOOR_HEADER.token);
    if (token !== null) return (await tokens.scopeOf(id, token)) === "cdp";
    const record = store.read();
    return record !== undefined && !record.tokenOnly && record.accountId === headers.get(DOOR_HEADER.account);
  }

  #hasEnded(): boolean {
    const record = this.#options.store.read();
    return !record || isTerminal(record.status);
  }

  async #upgrade(live: LiveBrowser, pathname: string): Promise<Response> {
    const { downstreams, maxClients, controller } = this.#options;
    const target = /^\/(?:devtools\/)?page\/([^/]+)$/.exec(pathname)?.[1];
    if (target === undefined && pathname !== "/" && !pathname.startsWith("/devtools/browser")) return noSuchPath();
    if (target !== undefined && !live.pages().some(({ targetId }) => targetId === target)) return noSuchTarget(target);
    if (downstreams.seats >= maxClients) {
      return refusal(429, "too_many_clients", `the session has its limit of ${maxClients} connected clients`);
    }
    try {
      const socket = await downstreams.accept(live.mux, target);
      await controller.clientConnected();
      return new Response(null, { status: 101, webSocket: socket });
    } catch {
      // The browser or the page went while the client came in. It may have been the last one that counted.
      await controller.idleIfAlone();
      return this.#hasEnded() ? sessionEnded() : notYet();
    }
  }

  async #answer(live: LiveBrowser, request: Request): Promise<Response> {
    const url = new URL(request.url);
    const address = addressOf(request.headers);
    const [, json, command, argument] = url.pathname.split("/");
    if (json !== "json") return noSuchPath();
    switch (command ?? "") {
      case "version":
        return Response.json(await this.#version(live, address));
      case "":
      case "list":
        return Response.json((await live.describePages()).map((page) => describeTarget(page, address)));
      case "protocol":
        return this.#options.protocol();
      case "new":
        return request.method === "PUT" ? this.#open(live, url, address) : putOnly();
      case "activate":
        return this.#onPage(live, argument, async (targetId) => {
          await live.connection.send("Target.activateTarget", { targetId });
          return new Response("Target activated");
        });
      case "close":
        return this.#onPage(live, argument, async (targetId) => {
          await live.connection.send("Target.closeTarget", { targetId });
          return new Response("Target is closing");
        });
      default:
        return noSuchPath();
    }
  }

  async #version(live: LiveBrowser, address: DevtoolsAddress): Promise<object> {
    const version = await live.connection.send("Browser.getVersion", undefined);
    return {
      Browser: version.product,
      "Protocol-Version": version.protocolVersion,
      "User-Agent": version.userAgent,
      "V8-Version": version.jsVersion,
      "WebKit-Version": version.revision,
      webSocketDebuggerUrl: address.socketUrl(""),
    };
  }

  async #open(live: LiveBrowser, url: URL, address: DevtoolsAddress): Promise<Response> {
    const opened = await live.openPage(wantedUrl(url.search));
    if (opened === undefined) return refusal(400, "invalid_request", "url: sessions do not open this kind of URL");
    return Response.json(describeTarget(opened, address));
  }

  async #onPage(
    live: LiveBrowser,
    targetId: string | undefined,
    run: (targetId: string) => Promise<Response>,
  ): Promise<Response> {
    const known = live.pages().some((page) => page.targetId === targetId);
    return known && targetId !== undefined ? run(targetId) : noSuchTarget(targetId ?? "");
  }
}

/** `PUT /json/new?{url}`: a DevTools server takes the whole query for the address. `?url=` works too. */
function wantedUrl(search: string): string {
  const query = search.replace(/^\?(?:url=)?/, "");
  try {
    return decodeURIComponent(query) || BLANK;
  } catch {
    return query;
  }
}

function addressOf(headers: Headers): DevtoolsAddress {
  const base = headers.get(DOOR_HEADER.base) ?? "";
  const token = headers.get(DOOR_HEADER.token);
  const query = token === null ? "" : `?token=${encodeURIComponent(token)}`;
  return { socketUrl: (path) => `${base}${path}${query}` };
}

/** Errors before an upgrade: no dialect is in play yet, so the shape is the one with string codes. */
function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}

const sessionEnded = (): Response => refusal(410, "session_ended", "the session has ended");
/** The browser is starting, or the session is looking for it after it lost its socket. */
const notYet = (): Response => {
  const response = refusal(503, "browser_unavailable", "the browser did not accept the connection; try again");
  response.headers.set("Retry-After", "1");
  return response;
};
const noSuchPath = (): Response => refusal(404, "not_found", "there is no such DevTools path");
const noSuchTarget = (id: string): Response => refusal(404, "not_found", `there is no page with id ${id}`);
const putOnly = (): Response => {
  const response = refusal(405, "method_not_allowed", "json/new takes PUT");
  response.headers.set("Allow", "PUT");
  return response;
};
