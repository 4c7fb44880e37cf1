import { assertNever } from "./result.ts";

/** The six documented statuses of a session, in the order of a life. */
export const SESSION_STATUSES = ["launching", "ready", "active", "idle", "destroyed", "failed"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Why a session ended. Kept with the session, and sent to each open socket before it closes. */
export const END_REASONS = [
  "expired",
  "idle",
  "requested",
  "engine_closed",
  "crashed",
  "launch_failed",
  "capability_failed",
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** What can happen to a session. */
export type SessionEvent =
  | { readonly type: "launched" }
  | { readonly type: "clientConnected" }
  | { readonly type: "lastClientLeft" }
  | { readonly type: "ended"; readonly reason: EndReason };

export const isTerminal = (status: SessionStatus): boolean => status === "destroyed" || status === "failed";

/** `requested`, `expired` and `idle` are ends that somebody asked for; the others are failures. */
export function statusAfterEnd(reason: EndReason): "destroyed" | "failed" {
  switch (reason) {
    case "expired":
    case "idle":
    case "requested":
      return "destroyed";
    case "engine_closed":
    case "crashed":
    case "launch_failed":
    case "capability_failed":
      return "failed";
    default:
      return assertNever(reason);
  }
}

/**
 * The transition table: the status after `event`, or `undefined` when the event does not apply
 * (late, duplicate or out of place), in which case the caller must change nothing.
 */
export function transition(status: SessionStatus, event: SessionEvent): SessionStatus | undefined {
  if (isTerminal(status)) return undefined;
  switch (event.type) {
    case "launched":
      return status === "launching" ? "ready" : undefined;
    case "clientConnected":
      return status === "ready" || status === "idle" ? "active" : undefined;
    case "lastClientLeft":
      return status === "active" ? "idle" : undefined;
    case "ended":
      return statusAfterEnd(event.reason);
    default:
      return assertNever(event);
  }
}
