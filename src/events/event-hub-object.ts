import { DurableObject } from "cloudflare:workers";
import { systemClock } from "../platform.ts";
import type { EventData, EventHub } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";

interface Kept {
  readonly data: EventData;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** A signal that nobody waits for is kept this long. */
const KEPT_MS = 10 * 60_000;
/** Of one account. The oldest give way. */
const MOST_KEPT = 1000;

/** The events of one account. Whoever waits keeps the object alive; what nobody waits for is stored. */
export class EventHubObject extends DurableObject implements EventHub {
  readonly #waiting = new Map<string, Set<(data: EventData) => void>>();

  async signal(name: string, data: EventData): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      for (const tell of waiting) tell(data);
      return;
    }
    await this.#keep(name, data);
  }

  async wait(name: string, timeoutMs: number): Promise<Result<EventData, Failure>> {
    const kept = this.#take(name);
    if (kept !== undefined) return succeed(kept);
    const told = Promise.withResolvers<EventData | undefined>();
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(told.resolve));
    const timer = setTimeout(() => told.resolve(undefined), timeoutMs);
    try {
      const data = await told.promise;
      if (data !== undefined) return succeed(data);
      return fail({ kind: "timedOut", what: "event", message: `nobody has signalled ${name} within ${timeoutMs} ms` });
    } finally {
      clearTimeout(timer);
      waiting.delete(told.resolve);
      if (waiting.size === 0) this.#waiting.delete(name);
    }
  }

  override async alarm(): Promise<void> {
    const { kv } = this.ctx.storage;
    const now = this.#now();
    const times = [...kv.list<Kept>()].map(([name, { until }]) => ({ name, until }));
    for (const { name, until } of times) if (until <= now) kv.delete(name);
    const next = Math.min(...times.map(({ until }) => until).filter((until) => until > now));
    if (Number.isFinite(next)) await this.ctx.storage.setAlarm(next);
  }

  async #keep(name: string, data: EventData): Promise<void> {
    const { storage } = this.ctx;
    const others = [...storage.kv.list<Kept>()].filter(([each]) => each !== name);
    const tooMany = others.toSorted(([, a], [, b]) => a.until - b.until).slice(0, others.length - MOST_KEPT + 1);
    if (others.length >= MOST_KEPT) for (const [each] of tooMany) storage.kv.delete(each);
    storage.kv.put(name, { data, until: this.#now() + KEPT_MS });
    if ((await storage.getAlarm()) === null) await storage.setAlarm(this.#now() + KEPT_MS);
  }

  #take(name: string): EventData | undefined {
    const { kv } = this.ctx.storage;
    const kept = kv.get<Kept>(name);
    if (kept === undefined) return undefined;
    kv.delete(name);
    return kept.until > this.#now() ? kept.data : undefined;
  }

  #now(): number {
    return systemClock.now();
  }
}
