import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { type Browser, connect, type ConnectionTransport } from "puppeteer-core";
import { WebSocket } from "ws";

const COMMAND_LIMIT_MS = 20_000;
/** How long a session may take to let its client in again. */
export const RECONNECT_LIMIT_MS = 15_000;
/** Above the time that Puppeteer itself gives a navigation. */
const WORK_LIMIT_MS = 40_000;
const RETRY_PAUSE_MS = 100;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Puppeteer on a socket that can also be dropped, which its own cannot. */
export class SoakConnection {
  readonly browser: Browser;
  /** Resolves with the close code, whoever closed. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(browser: Browser, socket: WebSocket, closed: Promise<number>) {
    this.browser = browser;
    this.#socket = socket;
    this.closed = closed;
  }

  static async open(url: string): Promise<SoakConnection> {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: RECONNECT_LIMIT_MS,
    });
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.on("error", reject);
    });
    const connecting = connect({
      transport: new SocketTransport(socket),
      defaultViewport: null,
      protocolTimeout: COMMAND_LIMIT_MS,
    });
    // Puppeteer waits for targets, and does not hear that the socket is gone meanwhile.
    const gone = closed.then((code) => Promise.reject(new Error(`closed with ${code} while connecting`)));
    return new SoakConnection(await Promise.race([connecting, gone]), socket, closed);
  }

  /**
   * Waits for work over this connection. Some of Puppeteer's promises never settle once the socket is gone.
   *
   * @throws Error when the connection is lost meanwhile, or the work takes longer than any does.
   */
  async whileOpen<T>(work: Promise<T>): Promise<T> {
    const lost = this.closed.then(async (code) => {
      // What the close has settled comes first.
      await immediate();
      throw new Error(`the connection closed with ${code}`);
    });
    return within(WORK_LIMIT_MS, Promise.race([work, lost]));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Drops the connection without a word, as a lost network does. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Says goodbye, and waits for the answer. */
  async close(): Promise<number> {
    this.#socket.close(1000);
    return this.closed;
  }
}

/** Puppeteer's side of the socket. */
class SocketTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.onmessage?.(data.toString()));
    socket.on("close", () => this.onclose?.());
  }

  send(message: string): void {
    this.#socket.send(message);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A connection, and how long it took from the first attempt to the browser's first answer. */
export interface Reconnected {
  readonly connection: SoakConnection;
  readonly ms: number;
}

/**
 * Connects as a client that lost its connection does: the same URL, again and again.
 *
 * @throws Error with the last refusal when it does not succeed in 15 s.
 */
export async function reconnect(url: string): Promise<Reconnected> {
  const startedAt = performance.now();
  const passed = (): number => performance.now() - startedAt;
  for (;;) {
    try {
      const connection = await within(RECONNECT_LIMIT_MS - passed(), connectAndAsk(url));
      return { connection, ms: passed() };
    } catch (error) {
      if (passed() + RETRY_PAUSE_MS > RECONNECT_LIMIT_MS) throw error;
      await sleep(RETRY_PAUSE_MS);
    }
  }
}

async function connectAndAsk(url: string): Promise<SoakConnection> {
  const connection = await SoakConnection.open(url);
  await connection.browser.version();
  return connection;
}

/** @throws Error when the work is not done in time. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${Math.round(ms)} ms`)), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
