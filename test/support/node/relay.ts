import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";

/** A stretch of network between clients and the server that can be cut: libraries own their sockets. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Passes everything on to `target`. */
  static async to(target: URL): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on("connection", (near) => {
      const far = connect(Number(target.port), target.hostname);
      relay.#join(near, far);
      relay.#join(far, near);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  /** The same URL by way of this relay. */
  urlOf(url: string): string {
    const via = new URL(url);
    via.hostname = "127.0.0.1";
    via.port = String((this.#server.address() as AddressInfo).port);
    return via.href;
  }

  /** Every connection breaks, on both sides and without a WebSocket close frame. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.pipe(to);
    // "close" follows.
    from.on("error", () => undefined);
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
