import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

const START = 600_000;

describe("the limiter's Durable Object", () => {
  it("counts to the limit within a minute, and afresh in the next", async ({ expect }) => {
    const limiter = env.RATE_LIMITS.getByName("counts");
    expect(await limiter.take(2, START)).toEqual({ allowed: true, remaining: 1, resetAt: START + 60_000 });
    expect(await limiter.take(2, START + 1)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limiter.take(2, START + 2)).toMatchObject({ allowed: false, remaining: 0 });
    expect(await limiter.take(2, START + 60_000)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it("lets exactly the limit through of a parallel burst", async ({ expect }) => {
    const limiter = env.RATE_LIMITS.getByName("burst");
    const takes = await Promise.all(Array.from({ length: 25 }, () => limiter.take(10, START)));
    expect(takes.filter(({ allowed }) => allowed)).toHaveLength(10);
  });

  it("remembers the window through an eviction", async ({ expect }) => {
    const limiter = env.RATE_LIMITS.getByName("evicted");
    await limiter.take(1, START);
    await evictDurableObject(limiter);
    expect(await limiter.take(1, START)).toMatchObject({ allowed: false });
  });

  it("keeps one value and no alarm, however many windows pass", async ({ expect }) => {
    const limiter = env.RATE_LIMITS.getByName("small");
    for (let minute = 0; minute < 20; minute += 1) await limiter.take(5, minute * 60_000);
    await runInDurableObject(limiter, async (_instance, { storage }) => {
      expect([...storage.kv.list()]).toHaveLength(1);
      expect(await storage.getAlarm()).toBeNull();
    });
  });

  it("counts accounts apart", async ({ expect }) => {
    await env.RATE_LIMITS.getByName("one").take(1, START);
    expect(await env.RATE_LIMITS.getByName("other").take(1, START)).toMatchObject({ allowed: true });
  });
});
