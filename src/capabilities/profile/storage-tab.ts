import type { CdpConnection, CdpEvent } from "../../cdp/cdp-connection.ts";

/** A page with nothing in it, of an origin whose storage is wanted. */
export interface StoragePage {
  /** Calls a method of what the page was opened with. */
  call(method: string, ...args: readonly (string | number)[]): Promise<unknown>;
}

export interface StorageTabOptions {
  readonly connection: CdpConnection;
  /** A blank tab that clients do not see, in the context whose storage it is. */
  readonly open: () => Promise<{ readonly targetId: string }>;
}

/** Of one command: a database takes its time. */
const LIMIT_MS = 30_000;
const BLANK = "about:blank";
const CALL = "function (method, ...args) { return this[method](...args); }";

/**
 * A tab that stands on any origin without asking it for anything: every request of the tab is answered here, with an
 * empty page. Storage can be reached from documents of its origin only, and the session's own pages are not Berth's
 * to run scripts in.
 */
export class StorageTab {
  readonly #options: StorageTabOptions;
  /** Visits follow each other. */
  #last: Promise<unknown> = Promise.resolve();
  #session: Promise<string> | undefined;
  #targetId: string | undefined;

  constructor(options: StorageTabOptions) {
    this.#options = options;
  }

  /** Whether the frame is this tab's. */
  isOf(frameId: string): boolean {
    return this.#targetId === frameId;
  }

  /** Opens the tab ahead of its first use, which then takes less time. */
  async prepare(): Promise<void> {
    await this.#attached();
  }

  /**
   * Stands on an origin for as long as the work takes.
   *
   * @param expression what to evaluate there, once; its value is what `call` calls.
   * @throws CdpCommandError when the page cannot be had, or what it was asked to do failed.
   */
  visit<T>(origin: string, expression: string, work: (page: StoragePage) => Promise<T>): Promise<T> {
    const visiting = this.#last.then(() => this.#visit(origin, expression, work));
    this.#last = visiting.catch(() => undefined);
    return visiting;
  }

  async #visit<T>(origin: string, expression: string, work: (page: StoragePage) => Promise<T>): Promise<T> {
    const { connection } = this.#options;
    const on = { sessionId: await this.#attached(), timeoutMs: LIMIT_MS };
    try {
      const url = `${origin}/.well-known/${crypto.randomUUID()}`;
      const { errorText } = await connection.send("Page.navigate", { url }, on);
      if (errorText !== undefined) throw new Error(`a blank page of ${origin} could not be opened: ${errorText}`);
      const guarded = `location.origin === ${JSON.stringify(origin)} ? ${expression} : undefined`;
      const { result } = await connection.send("Runtime.evaluate", { expression: guarded }, on);
      const { objectId } = result;
      if (objectId === undefined) throw new Error(`a blank page of ${origin} could not be opened`);
      return await work({ call: (method, ...args) => this.#call(on, objectId, [method, ...args]) });
    } catch (error) {
      // The tab may have crashed; the next visit gets another one.
      this.#session = undefined;
      throw error;
    } finally {
      // Nobody waits for it; the browser takes commands in order.
      connection.send("Page.navigate", { url: BLANK }, on).catch(() => undefined);
    }
  }

  async #call(on: object, objectId: string, args: readonly (string | number)[]): Promise<unknown> {
    const { connection } = this.#options;
    const how = { functionDeclaration: CALL, awaitPromise: true, returnByValue: true };
    const called = { ...how, objectId, arguments: args.map((value) => ({ value })) };
    const { result, exceptionDetails } = await connection.send("Runtime.callFunctionOn", called, on);
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description?.split("\n", 1)[0] ?? exceptionDetails.text);
  }

  #attached(): Promise<string> {
    this.#session ??= this.#attach().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  async #attach(): Promise<string> {
    const { connection, open } = this.#options;
    const { targetId } = await open();
    this.#targetId = targetId;
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    connection.onEvent((event) => this.#fulfil(event, sessionId));
    const on = { sessionId };
    await Promise.all([
      connection.send("Fetch.enable", {}, on),
      // A service worker of the origin would see the request, and answer it.
      connection.send("Network.setBypassServiceWorker", { bypass: true }, on),
    ]);
    return sessionId;
  }

  #fulfil({ method, params, sessionId }: CdpEvent, own: string): void {
    if (sessionId !== own || method !== "Fetch.requestPaused") return;
    const { requestId } = params as { readonly requestId: string };
    const responseHeaders = [{ name: "content-type", value: "text/html" }];
    const response = { requestId, responseCode: 200, responseHeaders, body: "" };
    this.#options.connection.send("Fetch.fulfillRequest", response, { sessionId }).catch(() => undefined);
  }
}
