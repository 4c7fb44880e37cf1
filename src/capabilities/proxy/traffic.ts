import type { GatedTarget, TargetGate } from "../../cdp/target-gate.ts";

/** Hears of a session's traffic through its proxy. */
export interface TrafficListener {
  /** A response, or a WebSocket message, came or went whole. */
  onBytes(bytes: number): void;
  /** A request failed for want of the proxy; `errorText` is Chromium's, such as `net::ERR_PROXY_CONNECTION_FAILED`. */
  onProxyError(errorText: string): void;
}

/** Of Chromium's network errors those that a proxy is the reason of (`net/base/net_error_list.h`). */
const PROXY_ERRORS =
  /ERR_(PROXY_|TUNNEL_CONNECTION_FAILED|SOCKS_CONNECTION|INVALID_AUTH_CREDENTIALS|UNEXPECTED_PROXY_AUTH|NO_SUPPORTED_PROXIES|MANDATORY_PROXY)/;

/** What the domain tells, too, and is not counted. */
export const UNREAD_TRAFFIC = [
  "dataReceived",
  "policyUpdated",
  "requestServedFromCache",
  "requestWillBeSent",
  "requestWillBeSentExtraInfo",
  "resourceChangedPriority",
  "responseReceivedEarlyHints",
  "responseReceivedExtraInfo",
  "webSocketClosed",
  "webSocketCreated",
  "webSocketHandshakeResponseReceived",
  "webSocketWillSendHandshakeRequest",
].map((event) => `Network.${event}`);

/** Nothing is kept of what passes: a body would stay in the renderer's memory for whoever asks for it. */
const NO_BUFFERS = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };

/** Has a target tell of its requests. Pages do not notice. */
export const countTraffic = ({ send }: GatedTarget): Promise<unknown> => send("Network.enable", NO_BUFFERS);

interface ResponseReceived {
  readonly requestId: string;
  readonly response: {
    /** Absent for what needs none. */
    readonly protocol?: string;
    readonly fromServiceWorker?: boolean;
    readonly fromDiskCache?: boolean;
  };
}

/** Of the network: `http/1.1`, `h2`. Data URLs, blobs and the browser's own error pages have other names, or none. */
const NETWORK_PROTOCOLS = /^(http|h\d)/;

/** What a service worker answers it has asked for itself, and been counted for. */
const isFromNetwork = ({ response }: ResponseReceived): boolean =>
  NETWORK_PROTOCOLS.test(response.protocol ?? "") && !response.fromServiceWorker && !response.fromDiskCache;

/** Counts what targets that {@link countTraffic} was called for tell. */
export function listenToTraffic(gate: TargetGate, listener: TrafficListener): void {
  const coming = new Set<string>();
  gate.onEvent(({ sessionId }, method, params) => {
    const nameOf = ({ requestId }: { requestId: string }): string => `${sessionId} ${requestId}`;
    switch (method) {
      case "Network.responseReceived":
        if (isFromNetwork(params as ResponseReceived)) coming.add(nameOf(params as ResponseReceived));
        return;
      case "Network.loadingFinished": {
        const finished = params as { requestId: string; encodedDataLength: number };
        // Headers and body as they came, compressed.
        if (coming.delete(nameOf(finished))) listener.onBytes(finished.encodedDataLength);
        return;
      }
      case "Network.loadingFailed": {
        const failed = params as { requestId: string; errorText: string };
        coming.delete(nameOf(failed));
        if (PROXY_ERRORS.test(failed.errorText)) listener.onProxyError(failed.errorText);
        return;
      }
      case "Network.webSocketFrameReceived":
      case "Network.webSocketFrameSent":
        listener.onBytes((params as { response: { payloadData: string } }).response.payloadData.length);
        return;
      case "Network.webSocketFrameError": {
        const { errorMessage } = params as { errorMessage: string };
        if (PROXY_ERRORS.test(errorMessage)) listener.onProxyError(errorMessage);
        return;
      }
      default:
    }
  });
}
