import type { GatedTarget } from "../../../cdp/target-gate.ts";
import { withoutPassword } from "./har-headers.ts";
import type { HarSink } from "./har-sink.ts";
import type { HarPage } from "./har-types.ts";
import type { RequestEvent } from "./hop.ts";

/** Seconds of the browser's monotonic clock and of the epoch, told together. */
export class MonotonicClock {
  #offset: number | undefined;

  /** Learns from an event that tells both. */
  learn({ timestamp, wallTime }: Pick<RequestEvent, "timestamp" | "wallTime">): void {
    this.#offset = wallTime - timestamp;
  }

  /** Epoch milliseconds; `undefined` while nothing has been learned. */
  toEpochMs(timestamp: number): number | undefined {
    return this.#offset === undefined ? undefined : (timestamp + this.#offset) * 1000;
  }
}

/** HAR's pages: each main-frame navigation of a tab begins one. */
export class HarPages {
  readonly #sink: HarSink;
  readonly #clock: MonotonicClock;
  readonly #current = new Map<string, HarPage>();
  #count: number;

  /** @param earlier what was recorded before, the oldest first: recording goes on from it. */
  constructor({ sink, clock, earlier }: { sink: HarSink; clock: MonotonicClock; earlier: readonly HarPage[] }) {
    this.#sink = sink;
    this.#clock = clock;
    this.#count = earlier.length;
    for (const page of earlier) this.#current.set(page._tab, page);
  }

  /** The page that a tab's requests belong to now. */
  idOf(tab: string | undefined): string | undefined {
    return tab === undefined ? undefined : this.#current.get(tab)?.id;
  }

  /** Before the request is looked at: it may begin a page. */
  asked({ info }: GatedTarget, event: RequestEvent): void {
    const { type, frameId, requestId, loaderId, redirectResponse, request, wallTime } = event;
    const navigates = type === "Document" && requestId === loaderId && redirectResponse === undefined;
    // The main frame of a page has its target's id.
    if (!navigates || info.type !== "page" || frameId !== info.targetId) return;
    this.#count += 1;
    this.#note({
      id: `page_${this.#count}`,
      startedDateTime: new Date(wallTime * 1000).toISOString(),
      title: withoutPassword(request.url),
      pageTimings: { onContentLoad: -1, onLoad: -1 },
      _tab: info.targetId,
    });
  }

  /** The main frame has come as far. */
  reached(tab: string, what: "onContentLoad" | "onLoad", timestamp: number): void {
    const page = this.#current.get(tab);
    const at = this.#clock.toEpochMs(timestamp);
    if (page === undefined || at === undefined || page.pageTimings[what] !== -1) return;
    const ms = Math.round((at - Date.parse(page.startedDateTime)) * 1000) / 1000;
    // A page that was there before the recording has no start to count from.
    if (ms >= 0) this.#note({ ...page, pageTimings: { ...page.pageTimings, [what]: ms } });
  }

  gone(tab: string): void {
    this.#current.delete(tab);
  }

  #note(page: HarPage): void {
    this.#current.set(page._tab, page);
    this.#sink.page(page);
  }
}
