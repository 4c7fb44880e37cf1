import type { ViewerMessage, ViewMessage } from "../../domain/live-view.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly onMessage: (message: ViewMessage) => void;
  readonly onFrame: (frame: ArrayBuffer) => void;
  readonly onState: (state: ConnectionState) => void;
}

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  /** There is nothing to connect to any more. */
  | { readonly kind: "over"; readonly reason: string };

/** docs/close-codes.md: the session has ended, or the link does not hold. */
const isFinal = (code: number): boolean => code === 4000 || (code >= 4002 && code <= 4007) || code === 4010;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

/** The socket to the session, opened again whenever it breaks. */
export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | undefined;
  #waitMs = FIRST_WAIT_MS;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#open();
  }

  send(message: ViewerMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #open(): void {
    const { url, onMessage, onFrame, onState } = this.#options;
    onState({ kind: "connecting" });
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer) return onFrame(data);
      // What comes over this socket the session has written.
      const message = JSON.parse(String(data)) as ViewMessage;
      if (message.type === "hello") {
        this.#waitMs = FIRST_WAIT_MS;
        onState({ kind: "connected" });
      }
      onMessage(message);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (isFinal(code)) return onState({ kind: "over", reason });
      onState({ kind: "connecting" });
      setTimeout(() => this.#open(), this.#waitMs);
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    });
  }
}
