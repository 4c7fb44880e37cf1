import type { Browser, ConnectOptions, ConnectionTransport } from "@cloudflare/puppeteer";
import type { MuxClient } from "../../cdp/mux-client.ts";
import type { SessionMux } from "../../cdp/session-mux.ts";

/** Puppeteer in the session's own object: one more client of its browser. */
export interface ControlClient {
  readonly browser: Browser;
  /** Lets the browser go. */
  close(): void;
  /** Whether it has been let go, or the browser has gone. */
  readonly isClosed: boolean;
}

/** Less than an action has. */
const COMMAND_LIMIT_MS = 60_000;

/** Attaches Puppeteer through the mux. Its code is loaded by the first session that needs it. */
export async function attachControl(mux: SessionMux): Promise<ControlClient> {
  const puppeteer = await import("@cloudflare/puppeteer");
  const transport = new MuxTransport(mux);
  await transport.open();
  const options: ConnectOptions = { transport, defaultViewport: null, protocolTimeout: COMMAND_LIMIT_MS };
  try {
    const browser = await puppeteer.connect(options);
    return {
      browser,
      close: () => transport.close(),
      get isClosed() {
        return transport.isClosed;
      },
    };
  } catch (error) {
    transport.close();
    throw error;
  }
}

/** A client's socket without a socket. */
class MuxTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  isClosed = false;
  readonly #mux: SessionMux;
  #client: MuxClient | undefined;

  constructor(mux: SessionMux) {
    this.#mux = mux;
  }

  async open(): Promise<void> {
    const downstream = {
      // Never within the call that it answers, as with a socket.
      send: (text: string) => queueMicrotask(() => this.onmessage?.(text)),
      bufferedBytes: 0,
      close: () => this.#closed(),
    };
    this.#client = await this.#mux.attach(downstream);
    this.#client.isOwn = true;
  }

  send(message: string): void {
    if (this.#client !== undefined && !this.isClosed) this.#mux.fromClient(this.#client, message);
  }

  close(): void {
    if (this.isClosed) return;
    if (this.#client !== undefined) this.#mux.detach(this.#client);
    this.#closed();
  }

  #closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    queueMicrotask(() => this.onclose?.());
  }
}
