import { type Transport, WebSocketTransport } from "../cdp/transport.ts";
import { type BrowserEngine, BrowserGoneError, type EngineBrowser, EngineError, type ListedBrowser } from "./engine.ts";

/** Any browser that speaks CDP: a Chrome of the operator's own, or another vendor's. */
export interface CdpEndpointOptions {
  /** `http(s)://HOST:PORT` of a DevTools server, or the `ws(s)://` URL of a browser. */
  readonly endpoint: string;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
}

/** Answers the same browser to every session; each keeps to browser contexts of its own. */
export class CdpEndpointEngine implements BrowserEngine {
  readonly name = "cdp-endpoint";
  readonly features = { sharesBrowser: true, hasLocations: false };
  readonly #endpoint: URL;
  readonly #fetch: CdpEndpointOptions["fetch"];

  constructor({ endpoint, fetch }: CdpEndpointOptions) {
    this.#endpoint = new URL(endpoint);
    this.#fetch = (url, init) => fetch(url, init).catch(withoutAddress);
  }

  async launch(): Promise<EngineBrowser> {
    return this.resume(await this.#browserId());
  }

  resume(browserId: string): EngineBrowser {
    return {
      browserId,
      connect: () => this.#connect(browserId),
      // The contexts are the session's to dispose of; the browser is not.
      close: () => Promise.resolve(),
    };
  }

  list(): Promise<readonly ListedBrowser[]> {
    return Promise.resolve([]);
  }

  /** The path of the browser's socket: it changes when the browser restarts. */
  async #browserId(): Promise<string> {
    if (this.#endpoint.protocol.startsWith("ws")) return this.#endpoint.pathname;
    const url = new URL("json/version", withSlash(this.#endpoint));
    const response = await this.#fetch(url.href);
    const version: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
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
    if ((await this.#browserId()) !== browserId) {
      throw new BrowserGoneError("the browser behind the CDP endpoint restarted", { crashed: true });
    }
    // The endpoint's host stands: the browser may know itself by another.
    const url = this.#httpEndpoint();
    url.pathname = browserId;
    const response = await this.#fetch(url.href, { headers: { Upgrade: "websocket" } });
    if (!response.webSocket) throw new EngineError(`the CDP endpoint answered ${response.status} to an upgrade`);
    return new WebSocketTransport(response.webSocket);
  }
}

/** An engine's message reaches callers; the platform's may quote the address, and the credential in it. */
function withoutAddress(error: unknown): never {
  if (error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError")) throw error;
  throw new EngineError("the CDP endpoint could not be reached", { cause: error });
}

function withSlash(url: URL): URL {
  const copy = new URL(url.href);
  if (!copy.pathname.endsWith("/")) copy.pathname += "/";
  return copy;
}
