import { element } from "../page-kit/elements.ts";

export interface VirtualListOptions<Row> {
  readonly label: string;
  readonly rowHeight: number;
  readonly render: (row: Row, index: number) => HTMLElement;
}

/** Rows beyond the edges that are there before they are seen. */
const MARGIN = 8;
/** After somebody has scrolled, the list follows nothing for so long. */
const PATIENCE_MS = 4000;

/** A list of any length: only what is seen of it is in the page. */
export class VirtualList<Row> {
  readonly root: HTMLElement;
  readonly #options: VirtualListOptions<Row>;
  readonly #space: HTMLElement;
  #rows: readonly Row[] = [];
  #isScheduled = false;
  /** The rows are others than those that are in the page. */
  #isNew = true;
  #scrolledAt = -Infinity;
  #followed = -1;

  constructor(options: VirtualListOptions<Row>) {
    this.#options = options;
    this.#space = element("div", { class: "list-space", role: "list", "aria-label": options.label });
    this.root = element("div", { class: "list", tabindex: 0 }, this.#space);
    this.root.addEventListener("scroll", () => this.refresh(), { passive: true });
    for (const event of ["wheel", "pointerdown", "keydown"]) {
      this.root.addEventListener(event, () => (this.#scrolledAt = performance.now()), { passive: true });
    }
    new ResizeObserver(() => this.refresh()).observe(this.root);
  }

  /** Draws at once: what was there may have nothing to do with what is there now. */
  setRows(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#isNew = true;
    this.#space.style.height = `${rows.length * this.#options.rowHeight}px`;
    this.#draw();
  }

  /** Draws what is seen anew, soon. */
  refresh(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  /** Brings a row into sight, unless somebody is looking elsewhere. */
  follow(index: number): void {
    if (index === this.#followed || performance.now() - this.#scrolledAt < PATIENCE_MS) return;
    this.#followed = index;
    const { rowHeight } = this.#options;
    const top = Math.max(0, index) * rowHeight;
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) {
      this.root.scrollTop = top - clientHeight / 2;
    }
  }

  #draw(): void {
    const { rowHeight, render } = this.#options;
    const first = Math.max(0, Math.floor(this.root.scrollTop / rowHeight) - MARGIN);
    const count = Math.ceil(this.root.clientHeight / rowHeight) + 2 * MARGIN;
    const shown = this.#rows.slice(first, first + count).map((row, offset) => {
      const made = render(row, first + offset);
      made.style.top = `${(first + offset) * rowHeight}px`;
      made.style.height = `${rowHeight}px`;
      return made;
    });
    this.#replace(shown);
  }

  /** What is as it was stays: somebody may be about to click on it. */
  #replace(shown: readonly HTMLElement[]): void {
    const before = [...this.#space.children];
    if (before.length !== shown.length || this.#isNew) {
      this.#isNew = false;
      return this.#space.replaceChildren(...shown);
    }
    for (const [index, made] of shown.entries()) {
      const old = before[index];
      if (old !== undefined && !old.isEqualNode(made)) old.replaceWith(made);
    }
  }
}

export type Tense = "past" | "now" | "future";
