import { CLOSE_CODE } from "../cdp/close-codes.ts";
import type { TransportClose } from "../cdp/transport.ts";
import { assertNever } from "../domain/result.ts";
import type { EndReason } from "../domain/session-state.ts";

/** What an open socket is told when its session ends. */
export function closeFor(reason: EndReason): TransportClose {
  switch (reason) {
    case "requested":
      return { code: CLOSE_CODE.ended, reason: "the session was destroyed on request" };
    case "expired":
      return { code: CLOSE_CODE.expired, reason: "the session reached its maximum duration" };
    case "idle":
      return { code: CLOSE_CODE.idle, reason: "the session was idle for too long" };
    case "engine_closed":
      return { code: CLOSE_CODE.engineClosed, reason: "the browser was closed by its engine" };
    case "crashed":
      return { code: CLOSE_CODE.crashed, reason: "the browser crashed or stopped answering" };
    case "capability_failed":
      return { code: CLOSE_CODE.capabilityFailed, reason: "a feature that the session needs failed" };
    case "launch_failed":
      return { code: CLOSE_CODE.launchFailed, reason: "the browser could not be launched" };
    default:
      return assertNever(reason);
  }
}
