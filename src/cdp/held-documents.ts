import type { CdpConnection } from "./cdp-connection.ts";
import type { PausedRequest, RequestHandler } from "./fetch-broker.ts";
import type { MuxSession } from "./mux-client.ts";

const PAUSED = '{"method":"Fetch.requestPaused"';

/**
 * Documents that a client answers itself (`Fetch.fulfillRequest`) never come to the browser's own level: Chromium asks
 * the page's sessions first. What has to happen before a document therefore happens before its client hears of it.
 */
export class HeldDocuments {
  /** Whoever has a say in documents; nobody at first. */
  rule: RequestHandler["rule"] | undefined;
  readonly #connection: CdpConnection;
  readonly #deliver: (session: MuxSession, text: string) => void;

  constructor(connection: CdpConnection, deliver: (session: MuxSession, text: string) => void) {
    this.#connection = connection;
    this.#deliver = deliver;
  }

  /** Answers whether the event comes later, or not at all: a request that fails needs no answer of its client's. */
  takes(session: MuxSession, text: string): boolean {
    if (this.rule === undefined || !text.startsWith(PAUSED)) return false;
    const { params } = JSON.parse(text) as { readonly params: PausedRequest & { readonly resourceType: string } };
    const ruling = params.resourceType === "Document" ? this.rule(params) : undefined;
    if (!(ruling instanceof Promise)) return false;
    const fail = (): void => {
      const { requestId } = params;
      const on = { sessionId: session.id };
      // The client or its page may be gone.
      this.#connection.send("Fetch.failRequest", { requestId, errorReason: "Failed" }, on).catch(() => undefined);
    };
    ruling.then((ruled) => (ruled?.fails !== undefined ? fail() : this.#deliver(session, text)), fail);
    return true;
  }
}
