import { element } from "../page-kit/elements.ts";
import { clockTime } from "./format.ts";
import type { Playback } from "./playback.ts";
import type { LogEvent } from "./recording.ts";
import { VirtualList } from "./virtual-list.ts";

const ROW_HEIGHT = 24;

/** What happened, in one line. */
function describe(event: LogEvent): string {
  const place = event.url === undefined ? "" : ` (${event.url}${event.line === undefined ? "" : `:${event.line}`})`;
  switch (event.type) {
    case "console":
    case "exception":
      return `${event.text ?? ""}${place}`;
    case "navigation":
      return event.url ?? "";
    case "click":
      return `${event.button ?? "left"} at ${event.x ?? 0}, ${event.y ?? 0}`;
    case "key":
      return event.key ?? "";
    default:
      return `${event.event ?? ""}${place}`;
  }
}

const kindOf = ({ type, level }: LogEvent): string => (type === "console" ? (level ?? "log") : type);

/** Everything that happened, and when. */
export class LogView {
  readonly root: HTMLElement;
  readonly #playback: Playback;
  readonly #startedAt: number;
  readonly #events: readonly LogEvent[];
  readonly #list: VirtualList<LogEvent>;
  #shown: readonly LogEvent[];
  #wanted = { type: "", words: "" };
  #last = -1;

  constructor(events: readonly LogEvent[], startedAt: number, playback: Playback) {
    this.#events = events;
    this.#shown = events;
    this.#startedAt = startedAt;
    this.#playback = playback;
    const render = (event: LogEvent, index: number): HTMLElement => this.#render(event, index);
    this.#list = new VirtualList({ label: "Events", rowHeight: ROW_HEIGHT, render });
    const types = ["", ...new Set(events.map(({ type }) => type))];
    const options = types.map((type) => element("option", { value: type }, type === "" ? "all events" : type));
    const select = element("select", { "aria-label": "Kind of event" }, ...options);
    select.addEventListener("change", () => this.#filter({ ...this.#wanted, type: select.value }));
    const words = element("input", { type: "search", placeholder: "Filter", "aria-label": "Filter by text" });
    words.addEventListener("input", () => this.#filter({ ...this.#wanted, words: words.value.toLowerCase() }));
    this.root = element(
      "section",
      { class: "pane log" },
      element("div", { class: "toolbar" }, select, words),
      this.#list.root,
    );
    this.#list.setRows(events);
    playback.onChange(() => this.#follow());
  }

  #filter(wanted: { readonly type: string; readonly words: string }): void {
    this.#wanted = wanted;
    const { type, words } = wanted;
    this.#shown = this.#events.filter(
      (event) =>
        (type === "" || event.type === type) && (words === "" || describe(event).toLowerCase().includes(words)),
    );
    this.#last = this.#lastPast();
    this.#list.setRows(this.#shown);
  }

  #follow(): void {
    const last = this.#lastPast();
    if (last === this.#last) return;
    this.#last = last;
    this.#list.refresh();
    if (this.#playback.isPlaying) this.#list.follow(last);
  }

  #lastPast(): number {
    const now = this.#startedAt + this.#playback.timeMs;
    return this.#shown.findLastIndex(({ at }) => at <= now);
  }

  #render(event: LogEvent, index: number): HTMLElement {
    const at = event.at - this.#startedAt;
    const state = index > this.#last ? "future" : index === this.#last ? "now" : "past";
    const seek = (): void => this.#playback.seek(at);
    return element(
      "div",
      { class: "row", role: "listitem", "data-state": state, "data-kind": kindOf(event), "data-testid": "log-row" },
      element("button", { type: "button", class: "time", click: seek }, clockTime(at, { tenths: true })),
      element("span", { class: "kind" }, kindOf(event)),
      element("span", { class: "text", title: describe(event) }, describe(event)),
    );
  }
}
