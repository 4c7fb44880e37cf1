/** The only source of time. Everything that needs "now" takes one, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** The only source of randomness. */
export interface IdSource {
  /** `length` bytes from a cryptographically secure generator. */
  bytes(length: number): Uint8Array;
  /** A random RFC 9562 version 4 UUID, lower case. */
  uuid(): string;
}
