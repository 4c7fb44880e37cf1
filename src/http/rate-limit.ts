import type { Clock } from "../domain/clock.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Principal } from "../domain/plan.ts";
import type { Logger } from "../observability/logger.ts";

/** Windows begin at whole minutes of UTC, so that every Worker agrees on them. */
export const RATE_WINDOW_MS = 60_000;

/** Requests counted in one window. */
export interface RateWindow {
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly taken: number;
}

/** How a request stands against the limit. */
export interface RateTake {
  readonly allowed: boolean;
  readonly remaining: number;
  /** End of the window in epoch milliseconds. */
  readonly resetAt: number;
}

/** The RPC surface of one account's `RateLimiter` object. */
export interface RateLimiterObject {
  take(limit: number, now: number): Promise<RateTake>;
}

/** Counts the requests of accounts. */
export interface RateLimit {
  take(principal: Pick<Principal, "accountId" | "plan">): Promise<RateTake>;
}

/** Takes one request from the window, or from the next one when its time is over. Refused requests do not count. */
export function takeFrom(
  window: RateWindow | undefined,
  limit: number,
  now: number,
): { readonly window: RateWindow; readonly answer: RateTake } {
  const current = now - (now % RATE_WINDOW_MS);
  // Workers' clocks differ a little: one that is behind must not open an earlier window anew.
  const open = window !== undefined && window.startsAt >= current ? window : { startsAt: current, taken: 0 };
  const allowed = open.taken < limit;
  const taken = allowed ? open.taken + 1 : open.taken;
  const remaining = Math.max(0, limit - taken);
  return {
    window: { startsAt: open.startsAt, taken },
    answer: { allowed, remaining, resetAt: open.startsAt + RATE_WINDOW_MS },
  };
}

export interface RateLimitDeps {
  readonly limiterOf: (accountId: AccountId) => RateLimiterObject;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Limits by Durable Object. A limiter that fails lets requests pass: it protects, it does not decide. */
export function createRateLimit({ limiterOf, clock, logger }: RateLimitDeps): RateLimit {
  return {
    async take({ accountId, plan }) {
      const now = clock.now();
      try {
        return await limiterOf(accountId).take(plan.requestsPerMinute, now);
      } catch (error) {
        logger.error("rate_limit.unavailable", { accountId, error });
        return takeFrom(undefined, plan.requestsPerMinute, now).answer;
      }
    },
  };
}
