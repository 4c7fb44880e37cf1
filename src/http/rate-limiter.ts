import { DurableObject } from "cloudflare:workers";
import type { RateLimiterObject, RateTake, RateWindow } from "./rate-limit.ts";
import { takeFrom } from "./rate-limit.ts";

const WINDOW_KEY = "window";

/**
 * Counts one account's requests in fixed minutes. One stored value, replaced window by window: eviction
 * forgets nothing, nothing grows, and no alarm is needed.
 */
export class RateLimiter extends DurableObject implements RateLimiterObject {
  async take(limit: number, now: number): Promise<RateTake> {
    const { kv } = this.ctx.storage;
    const stored = kv.get<RateWindow>(WINDOW_KEY);
    const { window, answer } = takeFrom(stored, limit, now);
    // A refused request changes nothing, so a flood costs no writes.
    if (answer.allowed) kv.put(WINDOW_KEY, window);
    return answer;
  }
}
