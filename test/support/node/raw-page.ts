import type { Clients } from "./clients.ts";
import type { CdpSocket } from "./cdp-socket.ts";

/** A tab that a client without a library is attached to. */
export class RawPage {
  readonly socket: CdpSocket;
  readonly targetId: string;
  readonly sessionId: string;

  private constructor(socket: CdpSocket, targetId: string, sessionId: string) {
    this.socket = socket;
    this.targetId = targetId;
    this.sessionId = sessionId;
  }

  /** The session's first tab. */
  static async first(socket: CdpSocket): Promise<RawPage> {
    const { result } = await socket.send("Target.getTargets");
    const infos = result?.["targetInfos"] as readonly { readonly type: string; readonly targetId: string }[];
    const targetId = infos.find(({ type }) => type === "page")?.targetId;
    if (targetId === undefined) throw new Error("the session has no page");
    return RawPage.#attach(socket, targetId);
  }

  /** A new tab, in the default context unless told otherwise. */
  static async open(socket: CdpSocket, browserContextId?: string): Promise<RawPage> {
    const context = browserContextId !== undefined && { browserContextId };
    const { result } = await socket.send("Target.createTarget", { url: "about:blank", ...context });
    return RawPage.#attach(socket, result?.["targetId"] as string);
  }

  static async #attach(socket: CdpSocket, targetId: string): Promise<RawPage> {
    const { result } = await socket.send("Target.attachToTarget", { targetId, flatten: true });
    return new RawPage(socket, targetId, result?.["sessionId"] as string);
  }

  async navigate(url: string): Promise<void> {
    await this.socket.send("Page.navigate", { url }, this.sessionId);
  }

  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result, error } = await this.socket.send("Runtime.evaluate", params, this.sessionId);
    if (error) throw new Error(error.message);
    return (result?.["result"] as { readonly value?: unknown } | undefined)?.value;
  }

  /** Sends a command and waits for nothing. */
  post(id: number, method: string, params: object = {}): void {
    this.socket.sendRaw(JSON.stringify({ id, method, params, sessionId: this.sessionId }));
  }
}

/** An answer that is larger than the runtime takes breaks the socket to the browser. */
export async function loseBrowserSocket(clients: Clients, cdpUrl: string): Promise<void> {
  const page = await RawPage.first(await clients.socket(cdpUrl));
  page.post(1, "Runtime.evaluate", { expression: "'x'.repeat(40e6)", returnByValue: true });
}
