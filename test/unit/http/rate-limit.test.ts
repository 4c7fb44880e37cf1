import { describe, it } from "vitest";
import { createRateLimit, takeFrom } from "../../../src/http/rate-limit.ts";
import { createTenant, FakeClock } from "../accounts/tenant.ts";
import { FakeLogger } from "../service/fake-sessions.ts";

const MINUTE = 60_000;
const START = 10 * MINUTE;

describe("a window", () => {
  it("opens at the whole minute and ends with it", ({ expect }) => {
    expect(takeFrom(undefined, 2, START + 59_999)).toEqual({
      window: { startsAt: START, taken: 1 },
      answer: { allowed: true, remaining: 1, resetAt: START + MINUTE },
    });
  });

  it("allows the last request and refuses the next, which does not count", ({ expect }) => {
    const last = takeFrom({ startsAt: START, taken: 1 }, 2, START);
    expect(last.answer).toEqual({ allowed: true, remaining: 0, resetAt: START + MINUTE });
    const over = takeFrom(last.window, 2, START + 59_999);
    expect(over.answer).toEqual({ allowed: false, remaining: 0, resetAt: START + MINUTE });
    expect(over.window).toEqual(last.window);
  });

  it("starts anew in the millisecond in which it ends", ({ expect }) => {
    const full = { startsAt: START, taken: 2 };
    expect(takeFrom(full, 2, START + MINUTE - 1).answer.allowed).toBe(false);
    expect(takeFrom(full, 2, START + MINUTE).window).toEqual({ startsAt: START + MINUTE, taken: 1 });
  });

  it("cannot be reopened by a clock that is behind", ({ expect }) => {
    const full = { startsAt: START, taken: 2 };
    expect(takeFrom(full, 2, START - 1)).toEqual({
      window: full,
      answer: { allowed: false, remaining: 0, resetAt: START + MINUTE },
    });
  });

  it("takes a limit that was lowered under what is taken", ({ expect }) => {
    expect(takeFrom({ startsAt: START, taken: 9 }, 5, START).answer).toMatchObject({ allowed: false, remaining: 0 });
  });
});

describe("a limiter that fails", () => {
  it("lets the request pass and says so in the log", async ({ expect }) => {
    const { principal } = await createTenant({ requestsPerMinute: 7 });
    const logger = new FakeLogger();
    const limiterOf = () => ({ take: () => Promise.reject(new Error("overloaded")) });
    const limit = createRateLimit({ limiterOf, clock: new FakeClock("2026-11-20T12:00:30.000Z"), logger });
    expect(await limit.take(principal)).toEqual({
      allowed: true,
      remaining: 6,
      resetAt: Date.parse("2026-11-20T12:01:00.000Z"),
    });
    expect(logger.events).toEqual(["rate_limit.unavailable"]);
  });
});
