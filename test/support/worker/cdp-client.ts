import { openSocket } from "./api.ts";

export interface CdpMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
  readonly sessionId?: string;
}

/** A minimal CDP client of the tests' own: no more behaviour than the protocol has. */
export class CdpClient {
  readonly socket: WebSocket;
  readonly events: CdpMessage[] = [];
  /** Resolves with the close code and reason. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #pending = new Map<number, (message: CdpMessage) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data)) as CdpMessage));
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
  }

  static async connect(url: string): Promise<CdpClient> {
    return new CdpClient(await openSocket(url));
  }

  /** The whole answer, error or result. */
  call(method: string, params: object = {}, sessionId?: string): Promise<CdpMessage> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    });
  }

  /** The result; throws the protocol's error. */
  async send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const { result, error } = await this.call(method, params, sessionId);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** Pages that this client is told of. */
  async pages(): Promise<readonly { readonly targetId: string; readonly url: string }[]> {
    const { targetInfos } = await this.send("Target.getTargets");
    const targets = targetInfos as { targetId: string; url: string; type: string }[];
    return targets.filter(({ type }) => type === "page");
  }

  async attach(targetId: string): Promise<string> {
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    return String(sessionId);
  }

  async evaluate(expression: string, sessionId?: string): Promise<unknown> {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result } = await this.send("Runtime.evaluate", params, sessionId);
    return (result as { value: unknown }).value;
  }

  /** Answers all that a page requests with this document: there is no site. */
  async answerRequests(html: string, sessionId: string): Promise<void> {
    await this.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] }, sessionId);
    this.socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as CdpMessage;
      if (method !== "Fetch.requestPaused") return;
      const responseHeaders = [{ name: "content-type", value: "text/html" }];
      const answer = { requestId: params?.["requestId"], responseCode: 200, responseHeaders, body: btoa(html) };
      void this.call("Fetch.fulfillRequest", answer, sessionId);
    });
  }

  close(): void {
    this.socket.close(1000, "done");
  }

  #receive(message: CdpMessage): void {
    if (message.id === undefined) {
      this.events.push(message);
      return;
    }
    this.#pending.get(message.id)?.(message);
    this.#pending.delete(message.id);
  }
}
