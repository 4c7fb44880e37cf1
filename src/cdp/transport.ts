/** Why a socket closed, as RFC 6455 says it. */
export interface TransportClose {
  readonly code: number;
  readonly reason: string;
}

/** The raw text pipe under a CDP connection. */
export interface Transport {
  send(text: string): void;
  /** Bytes handed to `send` that the network has not taken yet. */
  readonly bufferedBytes: number;
  onMessage(handler: (text: string) => void): void;
  /** Called once, for either side's close and for a broken socket. */
  onClose(handler: (close: TransportClose) => void): void;
  close(close: TransportClose): void;
}

/** RFC 6455 §7.4.1: codes that a peer reports but that may not be sent. */
const UNSENDABLE = new Set([1004, 1005, 1006, 1015]);
const NORMAL_CLOSURE = 1000;
/** RFC 6455 §5.5: a close reason has at most 123 bytes of UTF-8. */
const MAX_REASON_BYTES = 123;

/** Closes a socket once, with a code and a reason that may be sent. */
export function closeSafely(socket: WebSocket, { code, reason }: TransportClose): void {
  if (socket.readyState === WebSocket.CLOSED) return;
  try {
    socket.close(UNSENDABLE.has(code) ? NORMAL_CLOSURE : code, fitReason(reason));
  } catch {
    // Closing a socket that broke meanwhile throws; it is closed either way.
  }
}

function fitReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  // A decoder in stream mode leaves an unfinished character out.
  return new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES), { stream: true });
}

/** The upstream socket: one that this Worker opened. */
export class WebSocketTransport implements Transport {
  readonly #socket: WebSocket;
  #closed = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    // Set before `accept`: with current compatibility dates a binary message is a Blob otherwise.
    socket.binaryType = "arraybuffer";
    socket.accept();
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    // Between the browser's close and the event that tells of it, `send` would throw.
    if (!this.#closed && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  onMessage(handler: (text: string) => void): void {
    this.#socket.addEventListener("message", ({ data }) => {
      // CDP is text only; a binary message from a browser has no meaning.
      if (typeof data === "string") handler(data);
    });
  }

  onClose(handler: (close: TransportClose) => void): void {
    const once = (close: TransportClose): void => {
      if (this.#closed) return;
      this.#closed = true;
      handler(close);
    };
    this.#socket.addEventListener("close", ({ code, reason }) => once({ code, reason }));
    // A message above the runtime's 32 MiB raises only `error`, without `close`.
    this.#socket.addEventListener("error", ({ message }) => {
      once({ code: 1009, reason: message || "the browser's connection broke" });
      closeSafely(this.#socket, { code: 1009, reason: "connection broken" });
    });
  }

  close(close: TransportClose): void {
    this.#closed = true;
    closeSafely(this.#socket, close);
  }
}
