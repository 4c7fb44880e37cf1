// The parts in use of packages that come without types.

declare module "ws" {
  import type { EventEmitter } from "node:events";
  import type { ClientRequest, IncomingMessage, Server } from "node:http";

  export class WebSocketServer extends EventEmitter<{ connection: [socket: WebSocket, request: IncomingMessage] }> {
    constructor(options: { server: Server });
    close(): void;
  }

  export class WebSocket extends EventEmitter<{
    open: [];
    message: [data: Buffer, isBinary: boolean];
    close: [code: number, reason: Buffer];
    error: [error: Error];
    "unexpected-response": [request: ClientRequest, response: IncomingMessage];
  }> {
    static readonly OPEN: number;
    static readonly CLOSED: number;
    readonly readyState: number;
    constructor(
      url: string,
      options?: { maxPayload?: number; closeTimeout?: number; handshakeTimeout?: number; perMessageDeflate?: boolean },
    );
    send(data: string | Uint8Array): void;
    close(code?: number, reason?: string): void;
    pause(): void;
    resume(): void;
    terminate(): void;
  }
}

declare module "chrome-remote-interface" {
  import type { ProtocolProxyApi } from "devtools-protocol/types/protocol-proxy-api.js";

  namespace CDP {
    interface Options {
      host?: string;
      port?: number;
      alterPath?: (path: string) => string;
      useHostName?: boolean;
      local?: boolean;
      target?: string;
    }

    interface Target {
      id: string;
      type: string;
      title: string;
      url: string;
      webSocketDebuggerUrl: string;
    }

    interface Version {
      Browser: string;
      "Protocol-Version": string;
      "User-Agent": string;
      webSocketDebuggerUrl: string;
    }

    interface Client extends ProtocolProxyApi.ProtocolApi {
      close(): Promise<void>;
      on(event: "disconnect", listener: () => void): void;
    }

    function List(options: Options): Promise<Target[]>;
    function Version(options: Options): Promise<Version>;
    function Protocol(options: Options): Promise<{ domains: { domain: string }[] }>;
    function New(options: Options & { url?: string }): Promise<Target>;
    function Activate(options: Options & { id: string }): Promise<void>;
    function Close(options: Options & { id: string }): Promise<void>;
  }

  function CDP(options: CDP.Options): Promise<CDP.Client>;
  export = CDP;
}

declare module "har-validator" {
  /** Rejects with an error whose `errors` say what is wrong. */
  export function har(data: object): Promise<object>;
}

declare module "chrome-har" {
  export function harFromMessages(messages: readonly object[]): object;
}
