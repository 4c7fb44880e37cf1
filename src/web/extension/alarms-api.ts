import { methods } from "./answers.ts";
import { ExtensionEvent } from "./events.ts";

interface AlarmInfo {
  readonly when?: number;
  readonly delayInMinutes?: number;
  readonly periodInMinutes?: number;
}

interface SetAlarm {
  readonly name: string;
  scheduledTime: number;
  readonly periodInMinutes?: number;
  timer: ReturnType<typeof setTimeout>;
}

const MINUTE_MS = 60_000;
/** A timer of a browser counts no further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `chrome.alarms`: timers of the background, which lives as long as the session. */
export function alarmsApi(now: () => number = () => performance.timeOrigin + performance.now()) {
  const alarms = new Alarms(now);
  return {
    onAlarm: alarms.onAlarm,
    ...methods({
      create: (...given: readonly unknown[]) => {
        const info = given.find((each) => typeof each === "object" && each !== null) ?? {};
        alarms.create(typeof given[0] === "string" ? given[0] : "", info);
      },
      get: (name = "") => alarms.list().find((alarm) => alarm.name === name),
      getAll: () => alarms.list(),
      clear: (name = "") => alarms.clear(name),
      clearAll: () => alarms.list().map(({ name }) => alarms.clear(name)).length > 0,
    }),
  };
}

class Alarms {
  readonly onAlarm = new ExtensionEvent();
  readonly #now: () => number;
  readonly #alarms = new Map<string, SetAlarm>();

  constructor(now: () => number) {
    this.#now = now;
  }

  create(name: string, { when, delayInMinutes, periodInMinutes }: AlarmInfo): void {
    if (when !== undefined && delayInMinutes !== undefined) throw new Error("Cannot set both when and delayInMinutes.");
    const delay = delayInMinutes ?? periodInMinutes;
    if (when === undefined && delay === undefined) {
      throw new Error("Must set at least one of when, delayInMinutes, or periodInMinutes.");
    }
    this.clear(name);
    const scheduledTime = when ?? this.#now() + (delay ?? 0) * MINUTE_MS;
    const alarm = { name, scheduledTime, ...(periodInMinutes !== undefined && { periodInMinutes }), timer: 0 };
    this.#alarms.set(name, alarm);
    this.#wait(alarm);
  }

  list(): readonly Omit<SetAlarm, "timer">[] {
    return [...this.#alarms.values()].map(({ timer: _timer, ...alarm }) => alarm);
  }

  clear(name: string): boolean {
    clearTimeout(this.#alarms.get(name)?.timer);
    return this.#alarms.delete(name);
  }

  #wait(alarm: SetAlarm): void {
    const left = Math.max(0, alarm.scheduledTime - this.#now());
    alarm.timer = setTimeout(() => this.#ring(alarm), Math.min(left, LONGEST_TIMER_MS));
  }

  #ring(alarm: SetAlarm): void {
    if (this.#now() < alarm.scheduledTime) return this.#wait(alarm);
    const { timer: _timer, ...told } = alarm;
    if (alarm.periodInMinutes === undefined) this.#alarms.delete(alarm.name);
    else {
      alarm.scheduledTime = Math.max(alarm.scheduledTime + alarm.periodInMinutes * MINUTE_MS, this.#now());
      this.#wait(alarm);
    }
    this.onAlarm.tell(told);
  }
}
