import { CLOSE_CODE, TOO_BIG_FROM_CLIENT } from "../cdp/close-codes.ts";
import type { MuxClient } from "../cdp/mux-client.ts";
import type { SessionMux } from "../cdp/session-mux.ts";
import { closeSafely, type TransportClose } from "../cdp/transport.ts";

/** The clients' protocol sessions went with the socket to the browser that carried them. */
const RECONNECT: TransportClose = {
  code: CLOSE_CODE.reconnect,
  reason: "the session lost its connection to the browser; connect again to the same URL",
};

/** Clients whose socket to the browser is lost, until it is known what became of the browser. */
export interface HeldClients {
  /** Tells those that are still there to connect again; answers how many there were. */
  reconnect(): number;
}

interface Connected {
  readonly client: MuxClient;
  readonly mux: SessionMux;
}

/**
 * The client sockets of one session: accepted, counted, and closed with a reason. They do not use the
 * hibernation API: the socket to the browser keeps the object in memory anyway, and a message costs less.
 */
export class Downstreams {
  readonly #onLeft: () => void;
  readonly #connected = new Map<WebSocket, Connected>();
  /** Cut off, and still connected: a client that does not read gets no close frame, and its unread data stays. */
  readonly #cutOff = new Set<WebSocket>();
  /** Clients between their request and their upgrade: they count against the cap too. */
  #connecting = 0;
  /** Callers of the API that the browser works for now. */
  #working = 0;

  /** @param onLeft hears of every client that leaves by itself or is cut off. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  /** Clients that are served, or about to be. */
  get count(): number {
    return this.#connected.size + this.#connecting + this.#working;
  }

  /** Counts work that is done for somebody who has no socket. */
  async whileWorking<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
    }
  }

  /** What counts against the cap: whoever was cut off is in it until the socket is gone. */
  get seats(): number {
    return this.#connected.size + this.#connecting + this.#cutOff.size;
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
          close: (close) => {
            closeSafely(ours, close);
            if (this.#connected.has(ours)) this.#cutOff.add(ours);
            this.#left(ours);
          },
        },
        pageTargetId,
      );
      this.#listen(ours, { client, mux });
      return theirs;
    } finally {
      this.#connecting -= 1;
    }
  }

  closeAll(close: TransportClose): void {
    const all = [...this.#connected.values()];
    this.#connected.clear();
    for (const { client, mux } of all) {
      mux.detach(client);
      client.close(close);
    }
  }

  /** Call it when the socket to the browser is lost; clients that come later are not among these. */
  hold(): HeldClients {
    const held = [...this.#connected];
    return {
      reconnect: () => {
        const left = held.filter(([socket]) => this.#connected.delete(socket));
        for (const [, { client, mux }] of left) {
          mux.detach(client);
          client.close(RECONNECT);
        }
        return left.length;
      },
    };
  }

  #listen(socket: WebSocket, connected: Connected): void {
    const { client, mux } = connected;
    // Set before `accept`: with current compatibility dates a binary message is a Blob otherwise.
    socket.binaryType = "arraybuffer";
    socket.accept();
    this.#connected.set(socket, connected);
    socket.addEventListener("message", ({ data }) => mux.fromClient(client, data as string | ArrayBuffer));
    socket.addEventListener("close", ({ code, reason }) => {
      // The answering close frame is the object's to send; a client would wait for it.
      closeSafely(socket, { code, reason });
      this.#cutOff.delete(socket);
      this.#left(socket);
    });
    // A message above the platform's limit raises only `error`, and the socket reads no further.
    socket.addEventListener("error", () => {
      client.close(TOO_BIG_FROM_CLIENT);
      this.#cutOff.delete(socket);
    });
  }

  #left(socket: WebSocket): void {
    const connected = this.#connected.get(socket);
    if (!connected) return;
    this.#connected.delete(socket);
    connected.mux.detach(connected.client);
    this.#onLeft();
  }
}

function send(socket: WebSocket, text: string): void {
  // Between a client's close and the event that tells of it, `send` would throw.
  if (socket.readyState === WebSocket.OPEN) socket.send(text);
}
