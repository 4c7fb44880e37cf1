/** The tab in use: the one last opened, shown or driven. */
export class ActiveTab {
  /** The one in use is the last. */
  readonly #order: string[] = [];
  readonly #onChange: (tab: string | undefined) => void;

  constructor(onChange: (tab: string | undefined) => void) {
    this.#onChange = onChange;
  }

  get current(): string | undefined {
    return this.#order.at(-1);
  }

  opened(tab: string): void {
    if (this.#order.includes(tab)) return;
    this.#order.push(tab);
    this.#onChange(tab);
  }

  /** A tab that nobody has told of is none of the session's. */
  used(tab: string): void {
    const at = this.#order.indexOf(tab);
    if (at === -1 || at === this.#order.length - 1) return;
    this.#order.splice(at, 1);
    this.#order.push(tab);
    this.#onChange(tab);
  }

  closed(tab: string): void {
    const at = this.#order.indexOf(tab);
    if (at === -1) return;
    const wasCurrent = at === this.#order.length - 1;
    this.#order.splice(at, 1);
    if (wasCurrent) this.#onChange(this.current);
  }
}
