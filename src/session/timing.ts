/** The waits and bounds of a session, in milliseconds. One object, so that tests can make them short. */
export interface SessionTiming {
  /** Time for a browser to start, waits for the engine's capacity included; and the same again for it to answer. */
  readonly launchLimitMs: number;
  /** Between two heartbeats: well inside the shortest idle window of Browser Run (60 s without a command). */
  readonly heartbeatMs: number;
  /** Time for a browser to answer one, before its socket is given up. */
  readonly heartbeatLimitMs: number;
  /** Time for one attempt to connect to a browser that has answered before, and learn its targets. */
  readonly attemptLimitMs: number;
  /** Waits between attempts to reach an engine that does not answer as it should; then the browser is given up. */
  readonly reachWaitsMs: readonly number[];
  /** Between the end of a session and the next attempt at whatever of its teardown failed. */
  readonly teardownRetryMs: number;
  /** Time that closing the browser may take before the session hands the rest to its alarm. */
  readonly closeLimitMs: number;
  /**
   * How long clients are kept, with errors for their commands, until it is known what became of the browser. Longer
   * than one attempt: a browser that answers none has crashed, and its clients must not be told to come back.
   */
  readonly holdMs: number;
  /** Between two checkpoints of a profile that is saved at the end: a crash loses less than a minute. */
  readonly checkpointMs: number;
  /** How long a client that connects waits for a restore, before it is told to try again. */
  readonly doorWaitMs: number;
}

export const DEFAULT_TIMING: SessionTiming = {
  launchLimitMs: 30_000,
  heartbeatMs: 30_000,
  heartbeatLimitMs: 10_000,
  attemptLimitMs: 10_000,
  reachWaitsMs: [100, 200, 400, 800, 1500, 3000, 6000, 12_000, 24_000],
  teardownRetryMs: 15_000,
  closeLimitMs: 10_000,
  holdMs: 11_000,
  checkpointMs: 45_000,
  doorWaitMs: 15_000,
};
