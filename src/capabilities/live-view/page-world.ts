import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import { PAGE_SCRIPT, type PageMethod } from "./page-script.ts";

const CALL = "function (method, ...args) { return this[method](...args); }";
/** A page that is busy answers later; by then the answer is of no use. */
const LIMIT_MS = 2000;

/** What can be asked of a page without its noticing: scripts of Berth's own, in a world that the page does not see. */
export class PageWorld {
  readonly #connection: CdpConnection;
  readonly #sessionId: string;
  readonly #frameId: string;
  #view: Promise<string> | undefined;

  /** @param frameId of the page's main frame: its target id. */
  constructor(connection: CdpConnection, sessionId: string, frameId: string) {
    this.#connection = connection;
    this.#sessionId = sessionId;
    this.#frameId = frameId;
  }

  /** `undefined` when the page cannot be asked now: it is being left, or busy. */
  async call(method: PageMethod, ...args: readonly (string | number)[]): Promise<unknown> {
    const before = this.#view;
    try {
      return await this.#call(method, args);
    } catch {
      this.#view = undefined;
    }
    if (before === undefined) return undefined;
    // The page that was asked before has been left.
    return this.#call(method, args).catch(() => undefined);
  }

  async #call(method: PageMethod, args: readonly (string | number)[]): Promise<unknown> {
    this.#view ??= this.#make();
    const { result, exceptionDetails } = await this.#connection.send(
      "Runtime.callFunctionOn",
      {
        functionDeclaration: CALL,
        objectId: await this.#view,
        arguments: [method, ...args].map((value) => ({ value })),
        returnByValue: true,
        silent: true,
      },
      this.#options,
    );
    if (exceptionDetails !== undefined) throw new Error("the page's script failed");
    return result.value;
  }

  get #options() {
    return { sessionId: this.#sessionId, timeoutMs: LIMIT_MS };
  }

  async #make(): Promise<string> {
    const world = { frameId: this.#frameId, worldName: "", grantUniveralAccess: false };
    const { executionContextId } = await this.#connection.send("Page.createIsolatedWorld", world, this.#options);
    const { result } = await this.#connection.send(
      "Runtime.evaluate",
      { expression: PAGE_SCRIPT, contextId: executionContextId, silent: true },
      this.#options,
    );
    if (result.objectId === undefined) throw new Error("the page has no script");
    return result.objectId;
  }
}
