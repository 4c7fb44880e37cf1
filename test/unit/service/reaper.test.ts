import { describe, expect, it } from "vitest";
import type { SessionEnd } from "../../../src/accounts/session-slots.ts";
import type { SessionId } from "../../../src/domain/ids.ts";
import type { SessionStatus } from "../../../src/domain/session-state.ts";
import { createLogger } from "../../../src/observability/logger.ts";
import { reapSessions } from "../../../src/service/reaper.ts";
import { FakeClock } from "../../support/worker/fake-clock.ts";

interface Row {
  readonly id: SessionId;
  readonly createdAt: number;
  readonly status: SessionStatus;
}

const MINUTE = 60_000;

/** Sessions in the index, and what their Durable Objects say of themselves. */
function setUp(rows: readonly Row[], reap: (id: SessionId) => Promise<boolean>) {
  const clock = new FakeClock();
  const ends: SessionEnd[] = [];
  const run = () =>
    reapSessions({
      index: {
        unendedOlderThan: async (at, limit, after) => {
          const old = rows.filter(({ createdAt }) => createdAt < at);
          const from = after === undefined ? 0 : old.findIndex(({ id }) => id === after.id) + 1;
          return old.slice(from, from + limit);
        },
        recordEnd: async (end) => {
          ends.push(end);
          return true;
        },
      },
      sessionObject: (id) => ({ reap: () => reap(id) }),
      clock,
      logger: createLogger({ sink: () => undefined }),
    });
  return { run, ends, clock };
}

const row = (n: number, createdAt: number, status: SessionStatus = "ready"): Row => ({
  id: `ses_${n}` as SessionId,
  createdAt,
  status,
});

describe("the reaper", () => {
  it("leaves sessions alone that live", async () => {
    const { clock } = setUp([], async () => true);
    const { run, ends } = setUp([row(1, clock.now() - 2 * MINUTE)], async () => true);
    expect(await run()).toEqual([]);
    expect(ends).toEqual([]);
  });

  it("frees the slot of a session whose object has lost it, and counts its browser time", async () => {
    const now = new FakeClock().now();
    const { run, ends } = setUp([row(1, now - 3 * MINUTE, "active")], async () => false);
    expect(await run()).toEqual([{ id: "ses_1", reason: "engine_closed" }]);
    expect(ends).toMatchObject([
      { status: "failed", endReason: "engine_closed", browserMs: 3 * MINUTE, refund: false },
    ]);
  });

  it("refunds a session that never began to launch", async () => {
    const now = new FakeClock().now();
    const { run, ends } = setUp([row(1, now - 3 * MINUTE, "launching")], async () => false);
    await run();
    expect(ends).toMatchObject([{ endReason: "launch_failed", browserMs: 0, refund: true }]);
  });

  it("does not touch a session that may still be on its way to its object", async () => {
    const now = new FakeClock().now();
    const { run, ends } = setUp([row(1, now - MINUTE + 1, "launching")], async () => false);
    await run();
    expect(ends).toEqual([]);
  });

  it("reaches every session, however many and whatever one of them does", async () => {
    const now = new FakeClock().now();
    const rows = Array.from({ length: 250 }, (_, n) => row(n, now - 10 * MINUTE + n));
    const { run, ends } = setUp(rows, async (id) => {
      if (id === "ses_7") throw new Error("overloaded");
      return false;
    });
    expect(await run()).toHaveLength(249);
    expect(new Set(ends.map(({ id }) => id)).size).toBe(249);
  });
});
