import type { CdpConnection } from "./cdp-connection.ts";

/** Gets clients their own protocol sessions from the browser. */
export class UpstreamSessions {
  readonly #connection: CdpConnection;
  /** The one that the next client takes; nothing when asking for it failed. */
  #prepared: Promise<string | undefined> | undefined;

  constructor(connection: CdpConnection) {
    this.#connection = connection;
  }

  /** Asks for the first client's session before it comes: a browser that is starting takes its time to answer. */
  prepare(): void {
    this.#prepared = this.#attach().catch(() => undefined);
  }

  /** A session of the whole browser. */
  async ofBrowser(): Promise<string> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    return (await prepared) ?? this.#attach();
  }

  async ofPage(targetId: string): Promise<string> {
    return (await this.#connection.send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  }

  async #attach(): Promise<string> {
    return (await this.#connection.send("Target.attachToBrowserTarget", undefined)).sessionId;
  }
}
