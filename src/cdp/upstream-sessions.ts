import type { CdpConnection } from "./cdp-connection.ts";
import type { MuxClient } from "./mux-client.ts";

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

  /** Of a client that has left. What it kept paused is let run first: Chromium would leave it so for ever. */
  letGo({ root, paused }: MuxClient): void {
    // The browser may be gone, or the page may have closed first: nothing is left to do then.
    const gone = (): undefined => undefined;
    for (const sessionId of paused) {
      this.#connection.send("Runtime.runIfWaitingForDebugger", undefined, { sessionId }).catch(gone);
    }
    this.#connection.send("Target.detachFromTarget", { sessionId: root.id }).catch(gone);
  }

  async #attach(): Promise<string> {
    return (await this.#connection.send("Target.attachToBrowserTarget", undefined)).sessionId;
  }
}
