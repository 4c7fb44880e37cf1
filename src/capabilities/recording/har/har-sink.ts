import type { HarEntry, HarPage, SocketMessage } from "./har-types.ts";

/** Takes what there is to be written; called in no order of time. */
export interface HarSink {
  entry(entry: HarEntry): void;
  /** A WebSocket's, again whenever more of it is known. */
  socket(socketId: string, entry: HarEntry): void;
  message(socketId: string, message: SocketMessage): void;
  /** Again whenever more of it is known. */
  page(page: HarPage): void;
}

export interface HarOptions {
  readonly sink: HarSink;
  /** Headers whose values are not recorded, in lower case. */
  readonly redactedHeaders: ReadonlySet<string>;
  /** Bodies and messages up to this size are kept whole; larger bodies are left out. */
  readonly maxBodyBytes: number;
}
