import type { Protocol } from "devtools-protocol";
import type { CdpConnection, CdpEvent } from "../../cdp/cdp-connection.ts";
import { PLAIN_PATH } from "../../domain/extension-link.ts";
import { matchesAny } from "../../domain/match-pattern.ts";
import type { EmulatedExtension } from "./emulated-extension.ts";
import { mediaTypeOf } from "./media-types.ts";
import { backgroundSource, linkExpression } from "./page-code.ts";
import type { FoundLink, Places, Send } from "./places.ts";

/** A tab of Berth's own, by its page and by itself. */
export interface BackgroundTabIds {
  readonly targetId: string;
  readonly tabId: string | null;
}

export interface BackgroundTabOptions {
  readonly connection: CdpConnection;
  readonly extension: EmulatedExtension;
  /** Source of what plays the browser's part in pages. */
  readonly kit: string;
  readonly places: Places;
  /** Opens a tab that clients do not see, in the session's context. */
  readonly openTab: () => Promise<BackgroundTabIds>;
  readonly userAgent: () => Protocol.Emulation.SetUserAgentOverrideRequest | undefined;
  readonly onFault: (error: unknown) => void;
}

/** The protocol session with the tab's page. */
interface OwnSession {
  readonly own: string;
  readonly targetId: string;
  readonly send: Send;
}

/** The name that Chrome gives such a page. */
const PAGE = "_generated_background_page.html";
/** A script that takes longer goes on all the same. */
const START_LIMIT_MS = 10_000;
/** A background that ends by itself, by a crash, is opened again; one that cannot live is not. */
const MOST_TABS = 4;

/** The background of an extension: a page of its own origin, which Berth serves, in a tab that nobody sees. */
export class BackgroundTab {
  readonly #options: BackgroundTabOptions;
  #opened = 0;
  #ready = Promise.withResolvers<void>();
  #link: FoundLink | undefined;

  constructor(options: BackgroundTabOptions) {
    this.#options = options;
  }

  /** Settles when it listens, or cannot. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * Has it run; answers when its script has.
   *
   * @param earlier the tab of an earlier connection, which is taken into use again if it is still there.
   */
  async start(earlier: BackgroundTabIds | undefined): Promise<void> {
    try {
      const again = earlier && (await this.#enter(earlier.targetId, false).catch(() => undefined));
      await this.#use(again ?? (await this.#open()));
    } finally {
      this.#ready.resolve();
    }
  }

  async #open(): Promise<FoundLink> {
    this.#opened += 1;
    const { targetId } = await this.#options.openTab();
    return this.#enter(targetId, true);
  }

  /** Has it remember something for whoever connects next. */
  async keep(text: string): Promise<void> {
    await this.#call("function (text) { this.keep(text); }", [{ value: text }]);
  }

  /** What it remembers; `undefined` for nothing. */
  async kept(): Promise<string | undefined> {
    const kept = await this.#call("function () { return this.kept(); }", []);
    return typeof kept === "string" ? kept : undefined;
  }

  async #call(functionDeclaration: string, given: { value: string }[]): Promise<unknown> {
    if (this.#link === undefined) return undefined;
    const { send, objectId } = this.#link;
    const how = { functionDeclaration, objectId, arguments: given, returnByValue: true };
    return (await send("Runtime.callFunctionOn", how)).result.value;
  }

  /** From the beginning: its script may ask for something while it runs. */
  async #use(link: FoundLink): Promise<void> {
    this.#link = link;
    const { extension, places } = this.#options;
    const where = { extension, isForeign: false, url: `${extension.origin}/${PAGE}` };
    const { promise: met, resolve } = Promise.withResolvers<void>();
    void places.follow(where, Promise.resolve(link), resolve).then(() => this.#ended());
    const { send, objectId } = link;
    const started = { functionDeclaration: "function () { return this.started(); }", objectId, awaitPromise: true };
    const ran = send("Runtime.callFunctionOn", started, { timeoutMs: START_LIMIT_MS });
    await Promise.all([met, ran.catch(() => undefined)]);
  }

  /** Never rejects. */
  async #ended(): Promise<void> {
    const { connection, onFault } = this.#options;
    if (connection.isClosed || this.#opened >= MOST_TABS) return;
    this.#ready = Promise.withResolvers();
    try {
      await this.#use(await this.#open());
    } catch (error) {
      if (!connection.isClosed) onFault(error);
    } finally {
      this.#ready.resolve();
    }
  }

  async #enter(targetId: string, isNew: boolean): Promise<FoundLink> {
    const { connection, extension, kit } = this.#options;
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const send: Send = (method, params, options) => connection.send(method, params, { ...options, sessionId });
    const stop = connection.onEvent((event) => this.#onEvent(event, { own: sessionId, targetId, send }));
    try {
      const userAgent = this.#options.userAgent();
      await Promise.all([
        send("Page.enable", undefined),
        send("Fetch.enable", { patterns: patternsFor(extension) }),
        send("Page.addScriptToEvaluateOnNewDocument", { source: backgroundSource(extension, kit) }),
        // Nobody ever looks at it, and its timers are to run as a worker's do.
        send("Emulation.setFocusEmulationEnabled", { enabled: true }),
        userAgent && send("Emulation.setUserAgentOverride", userAgent),
      ]);
      if (isNew) await send("Page.navigate", { url: `${extension.origin}/${PAGE}` });
      const { result } = await send("Runtime.evaluate", { expression: linkExpression, silent: true });
      const { objectId } = result;
      if (objectId === undefined) throw new Error(`The background of ${extension.id} did not start`);
      return { send, objectId };
    } catch (error) {
      stop();
      throw error;
    }
  }

  #onEvent({ method, params, sessionId }: CdpEvent, { own, targetId, send }: OwnSession): void {
    const { connection } = this.#options;
    // What waits for a page that has crashed would wait for ever.
    if (method === "Target.targetCrashed" && (params as { targetId: string }).targetId === targetId) {
      connection.detached(own);
      connection.send("Target.closeTarget", { targetId }).catch(() => undefined);
    }
    if (sessionId !== own || method !== "Fetch.requestPaused") return;
    const paused = params as Protocol.Fetch.RequestPausedEvent;
    // A request that was given up meanwhile needs no answer.
    this.#answer(paused, send).catch(() => undefined);
  }

  #answer(paused: Protocol.Fetch.RequestPausedEvent, send: Send): Promise<unknown> {
    const { requestId, request, responseStatusCode: responseCode, responseHeaders = [] } = paused;
    const { origin, permissions } = this.#options.extension;
    if (request.url.startsWith(`${origin}${PLAIN_PATH}`)) {
      return this.#passPlain(requestId, decodeURIComponent(request.url.slice(origin.length + PLAIN_PATH.length)), send);
    }
    if (request.url.startsWith(`${origin}/`))
      return send("Fetch.fulfillRequest", { requestId, ...this.#file(request.url) });
    const isOpen = matchesAny(permissions, request.url);
    if (isOpen && responseCode !== undefined) {
      const headers = [...responseHeaders.filter(({ name }) => !CORS.test(name)), ...allowing(origin, responseHeaders)];
      return send("Fetch.continueResponse", { requestId, responseCode, responseHeaders: headers });
    }
    // Extensions ask for no leave where they have a permission, and servers need not know how to give it.
    if (isOpen && paused.resourceType === "Preflight") {
      const responseHeaders = preflight(origin, request.headers);
      return send("Fetch.fulfillRequest", { requestId, responseCode: 204, responseHeaders });
    }
    return send("Fetch.continueRequest", { requestId });
  }

  /** To where it is meant for, if the extension may ask there. */
  #passPlain(requestId: string, url: string, send: Send): Promise<unknown> {
    return matchesAny(this.#options.extension.permissions, url)
      ? send("Fetch.continueRequest", { requestId, url })
      : send("Fetch.failRequest", { requestId, errorReason: "AccessDenied" });
  }

  #file(url: string) {
    const { files, worker } = this.#options.extension;
    const path = decodeURIComponent(new URL(url).pathname.slice(1));
    if (path === PAGE) return answerWith(new TextEncoder().encode(pageFor(worker)), path);
    const file = files.get(path);
    return file === undefined ? { responseCode: 404 } : answerWith(file, path);
  }
}

const answerWith = (file: Uint8Array, path: string) => ({
  responseCode: 200,
  responseHeaders: [{ name: "Content-Type", value: mediaTypeOf(path) }],
  body: file.toBase64(),
});

function pageFor(worker: EmulatedExtension["worker"]): string {
  if (worker === undefined) return "<!doctype html>";
  const path = encodeURI(worker.path).replaceAll(/["?#]/g, encodeURIComponent);
  // A worker's relative addresses begin at its script.
  const start = `<!doctype html><meta charset="utf-8"><base href="/${path}">`;
  return `${start}<script src="/${path}"${worker.isModule ? ' type="module"' : ""}></script>`;
}

function patternsFor({ origin, permissions }: EmulatedExtension): Protocol.Fetch.RequestPattern[] {
  const own = { urlPattern: `${origin}/*` };
  const hasHosts = permissions.some((each) => each === "<all_urls>" || each.includes("://"));
  // Of preflights alone Chromium can tell nobody.
  return hasHosts ? [{ requestStage: "Request" }, { requestStage: "Response" }] : [own];
}

const CORS = /^access-control-/i;

function allowing(origin: string, headers: readonly Protocol.Fetch.HeaderEntry[]): Protocol.Fetch.HeaderEntry[] {
  const exposed = [...new Set(headers.map(({ name }) => name))].join(", ");
  return [
    { name: "Access-Control-Allow-Origin", value: origin },
    { name: "Access-Control-Allow-Credentials", value: "true" },
    { name: "Access-Control-Expose-Headers", value: exposed },
  ];
}

function preflight(origin: string, headers: Protocol.Network.Headers): Protocol.Fetch.HeaderEntry[] {
  const asked = (name: string): string =>
    Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? "";
  return [
    { name: "Access-Control-Allow-Origin", value: origin },
    { name: "Access-Control-Allow-Credentials", value: "true" },
    { name: "Access-Control-Allow-Methods", value: asked("access-control-request-method") },
    { name: "Access-Control-Allow-Headers", value: asked("access-control-request-headers") },
  ];
}
