import { slopeOf } from "../stats.ts";
import { type InspectedWorker, liveHeapKib } from "../targets/live-heap.ts";
import { residentMib } from "../targets/processes.ts";

const SAMPLE_MS = 10_000;
/** After so many, code is compiled and every session is at work. */
const WARM_SAMPLES = 3;
const MS_PER_MINUTE = 60_000;
/** In the first part the heap is still finding its size. */
const SETTLED_SHARE = 0.25;

/** The runtime's memory over a soak. */
export interface MemoryFacts {
  readonly firstMib: number;
  readonly lastMib: number;
  /** By least squares, without the first quarter. */
  readonly mibPerMinute: number;
  /** At minute 5, 10, and so on. */
  readonly every5Minutes: readonly (readonly [minute: number, mib: number])[];
  /** Live objects in Berth's isolate, half a minute after the start and at the end, with the sessions at work. */
  readonly heapFirstKib: number;
  readonly heapLastKib: number;
}

export interface MemoryWatchOptions {
  readonly pids: readonly number[];
  readonly inspected: InspectedWorker;
  /** Hears of every full minute. */
  readonly onMinute: (minute: number, mib: number) => void;
}

/** Reads the memory of processes every ten seconds until it is stopped. */
export class MemoryWatch {
  readonly #pids: readonly number[];
  readonly #inspected: InspectedWorker;
  #heapFirst: Promise<number> | undefined;
  readonly #samples: [minute: number, mib: number][] = [];
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor({ pids, inspected, onMinute }: MemoryWatchOptions) {
    this.#pids = pids;
    this.#inspected = inspected;
    this.#sample();
    this.#timer = setInterval(() => {
      const [minute, mib] = this.#sample();
      if (this.#samples.length > WARM_SAMPLES) this.#heapFirst ??= liveHeapKib(inspected).catch(() => Number.NaN);
      const isFull = Math.round((minute * MS_PER_MINUTE) / SAMPLE_MS) % (MS_PER_MINUTE / SAMPLE_MS) === 0;
      if (isFull) onMinute(Math.round(minute), mib);
    }, SAMPLE_MS);
  }

  async stop(): Promise<MemoryFacts> {
    clearInterval(this.#timer);
    this.#sample();
    const heapLastKib = await liveHeapKib(this.#inspected);
    const minutes = this.#samples.at(-1)?.[0] ?? 0;
    const settled = this.#samples.filter(([minute]) => minute >= minutes * SETTLED_SHARE);
    return {
      firstMib: this.#samples[0]?.[1] ?? Number.NaN,
      lastMib: this.#samples.at(-1)?.[1] ?? Number.NaN,
      mibPerMinute: slopeOf(settled),
      every5Minutes: this.#every5Minutes(),
      heapFirstKib: (await this.#heapFirst) ?? Number.NaN,
      heapLastKib,
    };
  }

  #sample(): readonly [minute: number, mib: number] {
    const sample: [number, number] = [(performance.now() - this.#startedAt) / MS_PER_MINUTE, residentMib(this.#pids)];
    this.#samples.push(sample);
    return sample;
  }

  #every5Minutes(): [minute: number, mib: number][] {
    const found = new Map<number, number>();
    for (const [minute, mib] of this.#samples) {
      const mark = Math.floor(minute / 5) * 5;
      if (mark > 0 && !found.has(mark)) found.set(mark, mib);
    }
    return [...found];
  }
}
