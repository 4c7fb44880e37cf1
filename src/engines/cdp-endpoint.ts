import { type Transport, WebSocketTransport } from "../cdp/transport.ts";
import { type BrowserEngine, type EngineBrowser, EngineError } from "./engine.ts";

/** Any browser that speaks CDP: a Chrome of the operator's own, or another vendor's. */
export interface CdpEndpointOptions {
  /** `http(s)://HOST:PORT` of a DevTools server, or the `ws(s)://` URL of a browser. */
  readonly endpoint: string;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
}

/** Answers the same browser to every session; each keeps to browser contexts of its own. */
export class CdpEndpointEngine implements BrowserEngine {
  readonly name = "cdp-endpoint";
  readonly features = { sharesBrowser: true };
  readonly #endpoint: URL;
  readonly #fetch: CdpEndpointOptions["fetch"];

  constructor({ endpoint, fetch }: CdpEndpointOptions) {
    this.#endpoint = new URL(endpoint);
    this.#fetch = fetch;
  }

  async launch(signal: AbortSignal): Promise<EngineBrowser> {
    return this.resume(await this.#browserId(signal));
  }

  resume(browserId: string): EngineBrowser {
    return {
      browserId,
      connect: () => this.#connect(browserId),
      // The contexts are the session's to dispose of; the browser is not.
      close: () => Promise.resolve(),
    };
  }

  /** The path of the browser's socket: it changes when the browser restarts. */
  async #browserId(signal?: AbortSignal): Promise<string> {
    if (this.#endpoint.protocol.startsWith("ws")) return this.#endpoint.pathname;
    const url = new URL("json/version", withSlash(this.#endpoint));
    const response = await this.#fetch(url.href, signal ? { signal } : {});
    const version: unknown = response.ok ? await response.json() : undefined;
    if (typeof version === "object" && version !== null && "webSocketDebuggerUrl" in version) {
      return new URL(String(version.webSocketDebuggerUrl)).pathname;
    }
    throw new EngineError(`the CDP endpoint answered ${response.status} to json/version`);
  }

  /** `fetch` takes http(s) URLs only, for upgrades too. */
  #httpEndpoint(): URL {
    return new URL(this.#endpoint.href.replace(/^ws/, "http"));
  }

  async #connect(browserId: string): Promise<Transport> {
    if ((await this.#browserId()) !== browserId) throw new EngineError("the browser behind the CDP endpoint restarted");
    // The endpoint's host stands: the browser may know itself by another.
    const url = this.#httpEndpoint();
    url.pathname = browserId;
    const response = await this.#fetch(url.href, { headers: { Upgrade: "websocket" } });
    if (!response.webSocket) throw new EngineError(`the CDP endpoint answered ${response.status} to an upgrade`);
    return new WebSocketTransport(response.webSocket);
  }
}

function withSlash(url: URL): URL {
  const copy = new URL(url.href);
  if (!copy.pathname.endsWith("/")) copy.pathname += "/";
  return copy;
}
