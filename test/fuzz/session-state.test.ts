import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  END_REASONS,
  isTerminal,
  SESSION_STATUSES,
  type SessionEvent,
  type SessionStatus,
  transition,
} from "../../src/domain/session-state.ts";
import { runCampaign, SHARE } from "./support/campaign.ts";

const event: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.constantFrom<SessionEvent>({ type: "launched" }, { type: "clientConnected" }, { type: "lastClientLeft" }),
  { weight: 1, arbitrary: fc.constantFrom(...END_REASONS).map((reason): SessionEvent => ({ type: "ended", reason })) },
);

/** What must hold of one step, whatever went before. */
function expectStep(from: SessionStatus, what: SessionEvent, to: SessionStatus): void {
  expect(SESSION_STATUSES).toContain(to);
  if (isTerminal(from)) expect(to).toBe(from);
  if (to === "active" && from !== "active") expect(what.type).toBe("clientConnected");
  if (from === "active" && to !== "active") expect(["lastClientLeft", "ended"]).toContain(what.type);
  if (to === "idle" && from !== "idle") expect([from, what.type]).toEqual(["active", "lastClientLeft"]);
  if (from === "launching" && to !== "launching") expect(["launched", "ended"]).toContain(what.type);
  if (from !== "launching") expect(to).not.toBe("launching");
  if (isTerminal(to) && from !== to) expect(what.type).toBe("ended");
  if (what.type === "ended") expect(isTerminal(to)).toBe(true);
}

it("every life of a session stays within the documented states", (context) =>
  runCampaign(context, {
    name: "session lives",
    share: SHARE.lives,
    arbitrary: fc.array(event, { maxLength: 40 }),
    check: (events) => {
      let status: SessionStatus = "launching";
      const ends: SessionEvent[] = [];
      for (const what of events) {
        const next = transition(status, what);
        // An event that does not apply changes nothing, and one that applies changes something.
        expect(next).not.toBe(status);
        if (what.type === "ended" && next !== undefined) ends.push(what);
        expectStep(status, what, next ?? status);
        status = next ?? status;
      }
      expect(ends.length).toBe(isTerminal(status) ? 1 : 0);
    },
  }));
