import { describe, expect, it } from "vitest";
import {
  END_REASONS,
  isTerminal,
  SESSION_STATUSES,
  type SessionEvent,
  type SessionStatus,
  statusAfterEnd,
  transition,
} from "../../../src/domain/session-state.ts";

const LAUNCHED: SessionEvent = { type: "launched" };
const CONNECTED: SessionEvent = { type: "clientConnected" };
const LEFT: SessionEvent = { type: "lastClientLeft" };

/** Every pair that changes something; all others must not. */
const MOVES: ReadonlyArray<readonly [SessionStatus, SessionEvent, SessionStatus]> = [
  ["launching", LAUNCHED, "ready"],
  ["ready", CONNECTED, "active"],
  ["idle", CONNECTED, "active"],
  ["active", LEFT, "idle"],
];

describe("the session state machine", () => {
  it.for(MOVES)("goes from %s on %o to %s", ([from, event, to], { expect }) => {
    expect(transition(from, event)).toBe(to);
  });

  const others = SESSION_STATUSES.flatMap((from) =>
    [LAUNCHED, CONNECTED, LEFT]
      .filter((event) => !MOVES.some(([status, move]) => status === from && move === event))
      .map((event) => [from, event.type, event] as const),
  );
  it.for(others)("stays %s on %s", ([from, , event], { expect }) => {
    expect(transition(from, event)).toBeUndefined();
  });

  it.for(END_REASONS)("ends from every live status with reason %s", (reason, { expect }) => {
    for (const from of SESSION_STATUSES.filter((status) => !isTerminal(status))) {
      expect(transition(from, { type: "ended", reason })).toBe(statusAfterEnd(reason));
    }
  });

  it("ends only once, whatever the second reason", () => {
    for (const from of ["destroyed", "failed"] as const) {
      for (const reason of END_REASONS) expect(transition(from, { type: "ended", reason })).toBeUndefined();
    }
  });

  it("calls an end that somebody asked for destroyed, and the rest failed", () => {
    const destroyed = END_REASONS.filter((reason) => statusAfterEnd(reason) === "destroyed");
    expect(destroyed).toEqual(["expired", "idle", "requested"]);
  });
});
