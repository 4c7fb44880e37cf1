import { element } from "../page-kit/elements.ts";
import { byteSize, clockTime, duration, shortName } from "./format.ts";
import type { Playback } from "./playback.ts";
import type { HarEntry, NameAndValue } from "./recording.ts";
import { type Tense, VirtualList } from "./virtual-list.ts";

/** A request on the clock of the recording, in milliseconds from its start. */
interface Row {
  readonly entry: HarEntry;
  readonly from: number;
  readonly to: number;
}

const ROW_HEIGHT = 26;

/** The requests of a recording, over its time. */
export class Waterfall {
  readonly root: HTMLElement;
  readonly #playback: Playback;
  readonly #list: VirtualList<Row>;
  readonly #rows: readonly Row[];
  readonly #details = element("aside", { class: "details", hidden: true, "aria-label": "Request" });
  #states = "";

  constructor(entries: readonly HarEntry[], startedAt: number, playback: Playback) {
    this.#playback = playback;
    this.#rows = entries.map((entry) => {
      const from = Date.parse(entry.startedDateTime) - startedAt;
      return { entry, from, to: from + entry.time };
    });
    const render = (row: Row): HTMLElement => this.#render(row);
    this.#list = new VirtualList({ label: "Requests", rowHeight: ROW_HEIGHT, render });
    const count = element("span", {}, `${entries.length} requests`);
    const titles = ["Method", "Status", "Name", "Type", "Size", "Time line"].map((title) => element("span", {}, title));
    const head = element("div", { class: "row head", "aria-hidden": "true" }, ...titles);
    const bar = element("div", { class: "toolbar" }, count);
    this.root = element("section", { class: "pane waterfall" }, bar, head, this.#list.root, this.#details);
    this.#list.setRows(this.#rows);
    playback.onChange(() => this.#follow());
  }

  #follow(): void {
    const now = this.#playback.timeMs;
    const begun = this.#rows.findLastIndex(({ from }) => from <= now);
    const ended = this.#rows.filter(({ to }) => to <= now).length;
    const states = `${begun} ${ended}`;
    if (states === this.#states) return;
    this.#states = states;
    this.#list.refresh();
    if (this.#playback.isPlaying) this.#list.follow(begun);
  }

  #render(row: Row): HTMLElement {
    const { entry, from, to } = row;
    const { request, response } = entry;
    const state = tenseOf(row, this.#playback.timeMs);
    const { durationMs } = this.#playback;
    const isBad = response.status >= 400 || (response._error ?? null) !== null;
    const left = (100 * Math.max(0, from)) / Math.max(1, durationMs);
    const width = Math.max(0.4, (100 * (to - from)) / Math.max(1, durationMs));
    const bar = element("i", { class: "bar", style: `left:${left}%;width:${Math.min(width, 100 - left)}%` });
    const attributes = { class: "row", role: "listitem", tabindex: 0, "data-state": state, "data-testid": "har-row" };
    const made = element(
      "div",
      { ...attributes, "data-bad": isBad, title: request.url },
      element("span", {}, request.method),
      element("span", { class: "status" }, response.status > 0 ? String(response.status) : "failed"),
      element("span", { class: "name" }, shortName(request.url)),
      element("span", {}, entry._resourceType ?? "other"),
      element(
        "span",
        {},
        entry._fromCache === undefined ? byteSize(response.content.size) : `${entry._fromCache} cache`,
      ),
      element("span", { class: "track" }, bar),
    );
    made.addEventListener("click", () => this.#open(row));
    made.addEventListener("keydown", ({ key }) => key === "Enter" && this.#open(row));
    return made;
  }

  #open({ entry, from }: Row): void {
    const { request, response, timings } = entry;
    const close = element(
      "button",
      { type: "button", class: "quiet", click: () => (this.#details.hidden = true) },
      "Close",
    );
    const seek = element(
      "button",
      { type: "button", class: "quiet", click: () => this.#playback.seek(from) },
      `Go to ${clockTime(from, { tenths: true })}`,
    );
    const outcome = response._error ?? `${response.status} ${response.statusText}`;
    const phases = Object.entries(timings).filter(([, ms]) => ms >= 0);
    this.#details.replaceChildren(
      element("header", {}, seek, close),
      element("h2", {}, `${request.method} ${request.url}`),
      element("p", {}, `${outcome}, ${duration(entry.time)}, ${response.content.mimeType}`),
      ...table(
        "Timings",
        phases.map(([name, ms]) => ({ name, value: duration(ms) })),
      ),
      ...table("Request headers", request.headers),
      ...text("Posted", request.postData?.text),
      ...table("Response headers", response.headers),
      ...text("Body", response.content.encoding === undefined ? response.content.text : undefined),
      ...table(
        "Messages",
        (entry._webSocketMessages ?? []).map(({ type, data }) => ({ name: type, value: data })),
      ),
    );
    this.#details.hidden = false;
  }
}

const tenseOf = ({ from, to }: Row, now: number): Tense => (from > now ? "future" : to < now ? "past" : "now");

/** Rows of a table that are shown, and characters of a text. */
const MOST_ROWS = 500;
const MOST_TEXT = 100_000;

function table(title: string, rows: readonly NameAndValue[]): readonly HTMLElement[] {
  if (rows.length === 0) return [];
  const lines = rows
    .slice(0, MOST_ROWS)
    .map(({ name, value }) => element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)));
  return [element("h3", {}, title), element("table", {}, element("tbody", {}, ...lines))];
}

const text = (title: string, content: string | undefined): readonly HTMLElement[] =>
  content === undefined ? [] : [element("h3", {}, title), element("pre", {}, content.slice(0, MOST_TEXT))];
