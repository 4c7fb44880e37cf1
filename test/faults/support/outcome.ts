import type { EndReason, SessionStatus } from "../../../src/domain/session-state.ts";
import type { Phase, World } from "./world.ts";

/** What must be true after a fault, once things have settled. */
export interface Outcome {
  /** `none`: the session was never admitted, and nothing of it is left. */
  readonly state: SessionStatus | "none";
  readonly reason?: EndReason;
  /** What a client that was connected is told; `stays`: it notices nothing. */
  readonly close?: number | "stays";
  /** Sessions that the month counts. */
  readonly usage: 0 | 1;
}

/** One fault at one moment of a session's life. */
export interface Fault {
  readonly name: string;
  readonly phase: Phase;
  /** Brings the session to its phase, makes the fault happen, and does what a user would do then. */
  readonly happen: () => Promise<World>;
  readonly outcome: Outcome;
}
