/** What a session waits for. */
export const DEADLINES = ["launch", "expiry", "idle", "heartbeat", "checkpoint", "finalise"] as const;
export type DeadlineName = (typeof DEADLINES)[number];

type Schedule = Partial<Record<DeadlineName, number>>;

const SCHEDULE_KEY = "deadlines";

/** Named deadlines over the one alarm that a Durable Object has. Times are epoch milliseconds. */
export class Deadlines {
  readonly #storage: DurableObjectStorage;
  #schedule: Schedule | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  async set(changes: Partial<Record<DeadlineName, number | null>>): Promise<void> {
    const schedule: Schedule = { ...this.#read() };
    for (const name of DEADLINES) {
      const at = changes[name];
      if (at === null) delete schedule[name];
      else if (at !== undefined) schedule[name] = at;
    }
    await this.#save(schedule);
  }

  /** Drops every deadline but those given. */
  async replace(schedule: Schedule): Promise<void> {
    await this.#save(schedule);
  }

  /** Takes what is due at `now` off the schedule, the earliest first, and arms the alarm for the rest. */
  async take(now: number): Promise<readonly DeadlineName[]> {
    const schedule = this.#read();
    const due = DEADLINES.filter((name) => (schedule[name] ?? Infinity) <= now);
    const left: Schedule = { ...schedule };
    for (const name of due) delete left[name];
    await this.#save(left);
    return due.toSorted((a, b) => (schedule[a] ?? 0) - (schedule[b] ?? 0));
  }

  /** Forgets what memory holds, after the storage was cleared. */
  forget(): void {
    this.#schedule = {};
  }

  #read(): Schedule {
    this.#schedule ??= this.#storage.kv.get<Schedule>(SCHEDULE_KEY) ?? {};
    return this.#schedule;
  }

  async #save(schedule: Schedule): Promise<void> {
    this.#storage.kv.put(SCHEDULE_KEY, schedule);
    this.#schedule = schedule;
    const next = Math.min(...Object.values(schedule));
    if (Number.isFinite(next)) await this.#storage.setAlarm(next);
    else await this.#storage.deleteAlarm();
  }
}
