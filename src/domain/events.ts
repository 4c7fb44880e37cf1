import type { Result } from "./result.ts";
import type { Failure } from "./failure.ts";

/** What a signal carries: JSON. */
export type EventData = Readonly<Record<string, unknown>>;

/** Named events of one account: who waits for one is told when somebody signals it. */
export interface EventHub {
  /** Tells all who wait; the next one to come, where nobody does, is told for some minutes. */
  signal(name: string, data: EventData): Promise<void>;
  /** `timedOut` when nobody signals it in time. */
  wait(name: string, timeoutMs: number): Promise<Result<EventData, Failure>>;
}
