import type { TransportClose } from "./transport.ts";

/**
 * WebSocket close codes that clients may get; documented in docs/close-codes.md. 4xxx is the range that
 * RFC 6455 §7.4.2 leaves to applications.
 */
export const CLOSE_CODE = {
  normal: 1000,
  unsupportedData: 1003,
  messageTooBig: 1009,
  internal: 1011,
  ended: 4000,
  reconnect: 4001,
  expired: 4002,
  idle: 4003,
  engineClosed: 4004,
  crashed: 4005,
  capabilityFailed: 4006,
  launchFailed: 4007,
  slowReader: 4008,
  flood: 4009,
  refused: 4010,
} as const;

export const SLOW_READER: TransportClose = {
  code: CLOSE_CODE.slowReader,
  reason: "the client does not read: over 32 MiB wait for it",
};
export const FLOOD: TransportClose = {
  code: CLOSE_CODE.flood,
  reason: "the client sends faster than the browser reads: over 64 MiB wait",
};
export const BINARY_MESSAGE: TransportClose = {
  code: CLOSE_CODE.unsupportedData,
  reason: "CDP messages are text",
};
export const TARGET_GONE: TransportClose = { code: CLOSE_CODE.normal, reason: "the page was closed" };
export const TOO_BIG_FROM_CLIENT: TransportClose = {
  code: CLOSE_CODE.messageTooBig,
  reason: "a message was larger than 32 MiB, the platform's limit",
};
export const INTERNAL: TransportClose = {
  code: CLOSE_CODE.internal,
  reason: "Berth could not handle a message of this connection; connect again",
};
