import type { ViewedTab, ViewerMessage, ViewMessage } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";

export interface ToolbarOptions {
  readonly send: (message: ViewerMessage) => void;
  readonly onKeyboard: () => void;
  readonly onTouch: (isTouching: boolean) => void;
}

type PageMessage = Extract<ViewMessage, { type: "page" }>;

const button = (label: string, sign: string, click: () => void): HTMLButtonElement =>
  element("button", { type: "button", "aria-label": label, title: label, click }, sign);

/** Tabs, the address, and how well the view keeps up. */
export class Toolbar {
  readonly root: HTMLElement;
  readonly #options: ToolbarOptions;
  readonly #tabs = element("div", { class: "tabs", role: "tablist", "aria-label": "Tabs" });
  readonly #address = element("input", {
    type: "text",
    class: "address",
    "aria-label": "Address",
    spellcheck: "false",
    autocapitalize: "off",
    autocomplete: "off",
    enterkeyhint: "go",
  });
  readonly #back: HTMLButtonElement;
  readonly #forward: HTMLButtonElement;
  readonly #reload: HTMLButtonElement;
  readonly #touch: HTMLButtonElement;
  readonly #health = element("output", { class: "health", "data-testid": "health" });
  readonly #badge = element("span", { class: "badge", hidden: true }, "Watching");
  #isLoading = false;
  #isReadOnly = true;
  #isTouching = false;

  constructor(options: ToolbarOptions) {
    this.#options = options;
    const { send } = options;
    this.#back = button("Back", "←", () => send({ type: "back" }));
    this.#forward = button("Forward", "→", () => send({ type: "forward" }));
    this.#reload = button("Reload", "⟳", () => send({ type: this.#isLoading ? "stop" : "reload" }));
    this.#touch = button("Fingers touch", "☝", () => this.#setTouch(!this.#isTouching));
    const keys = button("Keyboard", "⌨", () => options.onKeyboard());
    for (const one of [keys, this.#touch]) one.classList.add("phone");
    this.#address.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#go();
      if (event.key === "Escape") this.#address.blur();
    });
    this.#address.addEventListener("focus", () => this.#address.select());
    const whole = button("Full screen", "⇲", () => toggleFullScreen());
    const bar = element("div", { class: "bar" }, this.#back, this.#forward, this.#reload, this.#address);
    bar.append(this.#badge, keys, this.#touch, this.#health, whole);
    this.root = element("header", { class: "top" }, this.#tabs, bar);
  }

  setReadOnly(isReadOnly: boolean): void {
    this.#isReadOnly = isReadOnly;
    this.#badge.hidden = !isReadOnly;
    this.#address.readOnly = isReadOnly;
    for (const one of [this.#back, this.#forward, this.#reload]) one.disabled = isReadOnly;
    this.root.classList.toggle("read-only", isReadOnly);
  }

  setTabs(tabs: readonly ViewedTab[], shown: string | null): void {
    const made = tabs.map((tab) => this.#tab(tab, tab.id === shown));
    const open = button("New tab", "+", () => this.#options.send({ type: "openTab" }));
    this.#tabs.replaceChildren(...made, ...(this.#isReadOnly ? [] : [open]));
    document.title = tabs.find(({ id }) => id === shown)?.title || "Live view";
  }

  setPage({ url, canGoBack, canGoForward, isLoading }: PageMessage): void {
    this.#isLoading = isLoading;
    this.#back.disabled = this.#isReadOnly || !canGoBack;
    this.#forward.disabled = this.#isReadOnly || !canGoForward;
    this.#reload.textContent = isLoading ? "✕" : "⟳";
    this.root.classList.toggle("loading", isLoading);
    // What somebody is writing there is theirs.
    if (document.activeElement !== this.#address) this.#address.value = url === "about:blank" ? "" : url;
  }

  setHealth(text: string): void {
    this.#health.textContent = text;
  }

  #tab({ id, title, url }: ViewedTab, isShown: boolean): HTMLElement {
    const { send } = this.#options;
    const label = title || url;
    const name = element(
      "button",
      { type: "button", role: "tab", "aria-selected": String(isShown), title: url, class: "name" },
      label,
    );
    name.addEventListener("click", () => send({ type: "watch", tab: id }));
    const close = button(`Close ${label}`, "×", () => send({ type: "closeTab", tab: id }));
    const parts = this.#isReadOnly ? [name] : [name, close];
    return element("div", { class: isShown ? "tab shown" : "tab", "data-tab": id }, ...parts);
  }

  #go(): void {
    const url = this.#address.value;
    if (this.#isReadOnly || url.trim() === "") return;
    this.#options.send({ type: "goto", url });
    this.#address.blur();
  }

  #setTouch(isTouching: boolean): void {
    this.#isTouching = isTouching;
    this.#touch.setAttribute("aria-pressed", String(isTouching));
    this.#options.onTouch(isTouching);
  }
}

function toggleFullScreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  // A page that embeds the view may not allow it.
  done.catch(() => undefined);
}
