import { WebSocket } from "ws";
import type { ViewerMessage, ViewMessage } from "../../../src/domain/live-view.ts";
import type { SocketClose } from "./cdp-socket.ts";

/** The socket of a live view without its page: it says exactly what a test tells it to. */
export class LiveSocket {
  /** Whether it says that it has drawn what it was shown. */
  isReading = true;
  frames = 0;
  readonly messages: ViewMessage[] = [];
  readonly closed: Promise<SocketClose>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) {
        this.messages.push(JSON.parse(data.toString()) as ViewMessage);
        return;
      }
      this.frames += 1;
      if (this.isReading) this.send({ type: "ack", frame: data.readUInt32LE(0) });
    });
  }

  /** @param liveViewUrl as the API answers it. */
  static async open(liveViewUrl: string): Promise<LiveSocket> {
    const url = new URL(liveViewUrl.replace(/^http/, "ws"));
    url.pathname += "/socket";
    const socket = new WebSocket(url.href);
    const opened = new LiveSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("error", reject);
    });
    return opened;
  }

  send(message: ViewerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  last<Type extends ViewMessage["type"]>(type: Type): Extract<ViewMessage, { type: Type }> | undefined {
    const isWanted = (message: ViewMessage): message is Extract<ViewMessage, { type: Type }> => message.type === type;
    return this.messages.findLast(isWanted);
  }

  close(): Promise<unknown> {
    this.#socket.close();
    return this.closed;
  }
}
