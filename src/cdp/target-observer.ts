import type { GatedTarget } from "./target-gate.ts";

/** Somebody who watches all targets of a session, through the gate's own sessions. */
export interface TargetObserver {
  /** Whether it reads the Network domain's events; others may then not have them thrown away. */
  readonly readsNetwork: boolean;
  /**
   * Sends what it needs of a new target before its first script. What rejects while the target is there ends the
   * session: whoever can do without a command catches its failure.
   */
  setUp(target: GatedTarget): readonly Promise<unknown>[];
  handle(target: GatedTarget, method: string, params: unknown): void;
  gone(target: GatedTarget): void;
  /** Takes back what it has given a target, which has turned out to be a tab of Berth's own. */
  leave?(targetId: string): Promise<unknown>;
}
