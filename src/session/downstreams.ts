import type { MuxClient } from "../cdp/mux-client.ts";
import type { SessionMux } from "../cdp/session-mux.ts";
import { closeSafely, type TransportClose } from "../cdp/transport.ts";
import { CLOSE_CODE } from "../cdp/close-codes.ts";

/** Sockets whose owner was lost with the memory of an earlier instance. */
const RECONNECT: TransportClose = {
  code: CLOSE_CODE.reconnect,
  reason: "the session's host was replaced; connect again to the same URL",
};

interface Connected {
  readonly client: MuxClient;
  readonly mux: SessionMux;
}

/** The client sockets of one session: accepted, matched to their clients, counted, and closed with a reason. */
export class Downstreams {
  readonly #context: DurableObjectState;
  readonly #connected = new Map<WebSocket, Connected>();
  /** Clients between their request and their upgrade: they count against the cap too. */
  #connecting = 0;

  constructor(context: DurableObjectState) {
    this.#context = context;
  }

  get count(): number {
    return this.#connected.size + this.#connecting;
  }

  /** Attaches a client (to one page, if given) and answers the socket for its upgrade response. */
  async accept(mux: SessionMux, pageTargetId?: string): Promise<WebSocket> {
    this.#connecting += 1;
    try {
      const { 0: theirs, 1: ours } = new WebSocketPair();
      const client = await mux.attach(
        {
          send: (text) => send(ours, text),
          get bufferedBytes() {
            return ours.bufferedAmount;
          },
          close: (close) => closeSafely(ours, close),
        },
        pageTargetId,
      );
      this.#context.acceptWebSocket(ours);
      this.#connected.set(ours, { client, mux });
      return theirs;
    } finally {
      this.#connecting -= 1;
    }
  }

  onMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const connected = this.#connected.get(socket);
    if (connected) connected.mux.fromClient(connected.client, data);
    else closeSafely(socket, RECONNECT);
  }

  /** A client left, or was cut off. Answers whether it was still counted. */
  onClose(socket: WebSocket): boolean {
    const connected = this.#connected.get(socket);
    if (!connected) return false;
    this.#connected.delete(socket);
    connected.mux.detach(connected.client);
    return true;
  }

  closeAll(close: TransportClose): void {
    for (const { client, mux } of this.#connected.values()) {
      mux.detach(client);
      client.close(close);
    }
    this.#connected.clear();
    this.#closeOrphans(close);
  }

  /** After the upstream socket was replaced: the clients' protocol sessions are gone with the old one. */
  reconnectAll(): void {
    this.closeAll(RECONNECT);
  }

  #closeOrphans(close: TransportClose): void {
    for (const socket of this.#context.getWebSockets()) closeSafely(socket, close);
  }
}

function send(socket: WebSocket, text: string): void {
  // Between a client's close and the event that tells of it, `send` would throw.
  if (socket.readyState === WebSocket.OPEN) socket.send(text);
}
