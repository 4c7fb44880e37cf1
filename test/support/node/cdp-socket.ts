import { WebSocket } from "ws";

export interface CdpMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
  readonly sessionId?: string;
}

export interface SocketClose {
  readonly code: number;
  readonly reason: string;
}

/** The status of an upgrade that was refused, and the body that came with it. */
export class UpgradeRefused extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`HTTP ${status}: ${body}`);
    this.status = status;
  }
}

/** The server may leave the connection under a closed socket open: the close frame is what counts. */
const CLOSE_TIMEOUT_MS = 500;
const ANSWER_TIMEOUT_MS = 30_000;

/** A CDP client without a library: it says exactly what a test tells it to. */
export class CdpSocket {
  readonly #socket: WebSocket;
  readonly #messages: CdpMessage[] = [];
  readonly #waiting = new Set<() => void>();
  /** Far from the ids that tests write by hand. */
  #nextId = 1000;
  /** Resolves when the socket has closed, by whichever side. */
  readonly closed: Promise<SocketClose>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on("message", (data) => {
      this.#messages.push(JSON.parse(data.toString()) as CdpMessage);
      for (const check of this.#waiting) check();
    });
    // A broken connection is followed by "close", which is what tests look at.
    socket.on("error", () => undefined);
  }

  /**
   * Connects.
   *
   * @throws UpgradeRefused when the server answers without an upgrade.
   */
  static open(url: string): Promise<CdpSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        maxPayload: 64 * 1024 * 1024,
        closeTimeout: CLOSE_TIMEOUT_MS,
        // What a test leaves unread shall be as large as it looks. Playwright offers compression.
        perMessageDeflate: false,
      });
      const client = new CdpSocket(socket);
      socket.once("open", () => resolve(client));
      socket.once("error", reject);
      socket.once("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => reject(new UpgradeRefused(response.statusCode ?? 0, body)));
      });
    });
  }

  /** What has arrived so far. */
  get messages(): readonly CdpMessage[] {
    return this.#messages;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends anything at all. */
  sendRaw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** Sends a command and answers its response, be it a result or an error. */
  async send(method: string, params: object = {}, sessionId?: string): Promise<CdpMessage> {
    const id = this.#nextId++;
    this.sendRaw(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    return this.waitFor((message) => message.id === id, `answer to ${method}`);
  }

  /** The first message, past or future, that `matches`. */
  waitFor(
    matches: (message: CdpMessage) => boolean,
    what = "such message",
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<CdpMessage> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        settle();
      };
      const check = () => {
        const found = this.#messages.find(matches);
        if (found) finish(() => resolve(found));
      };
      const timer = setTimeout(() => finish(() => reject(new Error(`no ${what} in ${timeoutMs} ms`))), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** Reads nothing more, and so takes nothing more from the server once the system's buffers are full. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  /** Breaks the connection without saying goodbye. */
  terminate(): void {
    this.#socket.terminate();
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

/** How the server answers an upgrade that it must refuse. */
export async function refusalOf(url: string): Promise<number> {
  try {
    const socket = await CdpSocket.open(url);
    await socket.close();
    return 101;
  } catch (error) {
    if (error instanceof UpgradeRefused) return error.status;
    throw error;
  }
}
