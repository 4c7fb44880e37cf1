import type { Protocol } from "devtools-protocol";
import type { GatedTarget } from "../../../cdp/target-gate.ts";
import { requestCookies, responseCookies, toHeaders, withoutPassword } from "./har-headers.ts";
import type { NetworkLogOptions } from "./network-log.ts";
import type { HarEntry } from "./har-types.ts";

type Created = Protocol.Network.WebSocketCreatedEvent;
type Handshake = Protocol.Network.WebSocketWillSendHandshakeRequestEvent;
type Frame = Protocol.Network.WebSocketFrameReceivedEvent;

interface Socket {
  readonly created: Created;
  readonly tab: string | undefined;
  readonly type: string;
  handshake?: Handshake;
  answer?: Protocol.Network.WebSocketHandshakeResponseReceivedEvent;
  error?: string;
  /** Seconds of the monotonic clock. */
  closedAt?: number;
}

export interface SocketLogOptions extends NetworkLogOptions {
  /** Epoch milliseconds of a moment of the browser's monotonic clock. */
  readonly toEpochMs: (timestamp: number) => number | undefined;
}

const SWITCHING_PROTOCOLS = 101;

/** WebSockets: an entry for the handshake, and every message, each written as soon as it is known. */
export class SocketLog {
  readonly #options: SocketLogOptions;
  readonly #sockets = new Map<string, Socket>();

  constructor(options: SocketLogOptions) {
    this.#options = options;
  }

  handle(target: GatedTarget, method: string, params: unknown): void {
    switch (method) {
      case "Network.webSocketCreated":
        return this.#created(target, params as Created);
      case "Network.webSocketWillSendHandshakeRequest":
        return this.#change(params as Handshake, (socket) => (socket.handshake = params as Handshake));
      case "Network.webSocketHandshakeResponseReceived": {
        const answer = params as Protocol.Network.WebSocketHandshakeResponseReceivedEvent;
        return this.#change(answer, (socket) => (socket.answer = answer));
      }
      case "Network.webSocketFrameError": {
        const failed = params as Protocol.Network.WebSocketFrameErrorEvent;
        return this.#change(failed, (socket) => (socket.error = failed.errorMessage));
      }
      case "Network.webSocketFrameSent":
        return this.#message("send", params as Frame);
      case "Network.webSocketFrameReceived":
        return this.#message("receive", params as Frame);
      case "Network.webSocketClosed":
        return this.#closed(params as Protocol.Network.WebSocketClosedEvent);
      default:
    }
  }

  #created({ pageId, info }: GatedTarget, created: Created): void {
    const { requestId } = created;
    // Two sessions may tell of one.
    if (!this.#sockets.has(requestId)) this.#sockets.set(requestId, { created, tab: pageId, type: info.type });
  }

  #change({ requestId }: { readonly requestId: string }, change: (socket: Socket) => void): void {
    const socket = this.#sockets.get(requestId);
    if (socket === undefined) return;
    change(socket);
    this.#write(socket);
  }

  #closed(event: Protocol.Network.WebSocketClosedEvent): void {
    this.#change(event, (socket) => (socket.closedAt = event.timestamp));
    this.#sockets.delete(event.requestId);
  }

  /** Also of sockets that were opened before this object knew of any: their entry is there already. */
  #message(type: "send" | "receive", { requestId, timestamp, response }: Frame): void {
    const { opcode, payloadData } = response;
    const at = this.#options.toEpochMs(timestamp);
    if (at === undefined) return;
    const omitted = payloadData.length - this.#options.maxBodyBytes;
    this.#options.sink.message(requestId, {
      type,
      time: at / 1000,
      opcode,
      data: omitted > 0 ? payloadData.slice(0, this.#options.maxBodyBytes) : payloadData,
      ...(omitted > 0 && { _omitted: omitted }),
    });
  }

  #write(socket: Socket): void {
    const { handshake } = socket;
    // A socket that was never tried: a policy of the page forbade it.
    if (handshake === undefined) return;
    this.#options.sink.socket(socket.created.requestId, this.#toEntry(socket, handshake));
  }

  #toEntry(socket: Socket, { wallTime, timestamp, request }: Handshake): HarEntry {
    const { redactedHeaders: redacted, pageIdOf } = this.#options;
    const { created, answer, tab, type, error, closedAt } = socket;
    const headers = answer?.response.requestHeaders ?? request.headers;
    const url = withoutPassword(created.url);
    const wait = answer === undefined ? 0 : Math.max(0, (answer.timestamp - timestamp) * 1000);
    const receive = closedAt === undefined || answer === undefined ? 0 : (closedAt - answer.timestamp) * 1000;
    const pageref = pageIdOf(tab);
    return {
      ...(pageref !== undefined && { pageref }),
      startedDateTime: new Date(wallTime * 1000).toISOString(),
      time: wait + receive,
      request: {
        method: "GET",
        url,
        httpVersion: "HTTP/1.1",
        cookies: requestCookies(headers, redacted),
        headers: toHeaders(headers, redacted),
        queryString: [...new URL(url).searchParams].map(([name, value]) => ({ name, value })),
        headersSize: answer?.response.requestHeadersText?.length ?? -1,
        bodySize: 0,
      },
      response: toResponse(answer, error, redacted),
      cache: {},
      timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait, receive },
      _initiator: { type: created.initiator?.type ?? "other" },
      _resourceType: "websocket",
      ...(type !== "page" && type !== "iframe" && { _target: type }),
      ...(tab !== undefined && { _tab: tab }),
    };
  }
}

function toResponse(
  answer: Socket["answer"],
  error: string | undefined,
  redacted: ReadonlySet<string>,
): HarEntry["response"] {
  const { status = 0, statusText = "", headers = {}, headersText } = answer?.response ?? {};
  return {
    status,
    statusText: statusText === "" && status === SWITCHING_PROTOCOLS ? "Switching Protocols" : statusText,
    httpVersion: "HTTP/1.1",
    cookies: responseCookies(headers, redacted),
    headers: toHeaders(headers, redacted),
    content: { size: 0, mimeType: "x-unknown" },
    redirectURL: "",
    headersSize: headersText?.length ?? -1,
    bodySize: -1,
    _transferSize: headersText?.length ?? 0,
    _error: error ?? null,
  };
}
