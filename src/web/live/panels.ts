import type { Picker, PickerOption, ViewerMessage, ViewMessage } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";
import type { Screen } from "./screen.ts";

export interface PanelsOptions {
  readonly screen: Screen;
  readonly send: (message: ViewerMessage) => void;
}

type Message<Type extends ViewMessage["type"]> = Extract<ViewMessage, { type: Type }>;

const NOTICE_MS = 6000;

/** What a tab asks, in windows over its picture. */
export class Panels {
  readonly root = element("div", { class: "panels" });
  readonly #options: PanelsOptions;
  readonly #notices = element("div", { class: "notices", role: "status" });
  readonly #downloads = new Set<string>();
  #dialog: HTMLElement | undefined;
  #picker: HTMLElement | undefined;

  constructor(options: PanelsOptions) {
    this.#options = options;
    this.root.append(this.#notices);
  }

  dialog({ kind, message, defaultText }: Message<"dialog">, isReadOnly: boolean): void {
    this.dialogClosed();
    const field = element("input", { type: "text", value: defaultText, "aria-label": "Answer" });
    const answer = (accept: boolean): void => {
      this.#options.send({ type: "dialog", accept, text: accept ? field.value : "" });
    };
    const text = kind === "beforeunload" ? "The page asks whether it may be left." : message;
    const accept = element(
      "button",
      { type: "submit", disabled: isReadOnly },
      kind === "beforeunload" ? "Leave" : "OK",
    );
    const refuse = element("button", { type: "button", disabled: isReadOnly, click: () => answer(false) }, "Cancel");
    const form = element("form", { class: "dialog" }, element("p", {}, text));
    if (kind === "prompt") form.append(field);
    form.append(element("div", { class: "choices" }, accept, ...(kind === "alert" ? [] : [refuse])));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(true);
    });
    this.#dialog = element("div", { class: "cover", role: "alertdialog", "aria-label": "The page says" }, form);
    this.root.append(this.#dialog);
    (kind === "prompt" ? field : accept).focus();
  }

  dialogClosed(): void {
    this.#dialog?.remove();
    this.#dialog = undefined;
  }

  picker({ id, picker, x, y }: Message<"picker">): void {
    this.closePicker();
    const pick = (choice: number | string | null): void => {
      this.closePicker();
      this.#options.send({ type: "pick", picker: id, choice });
    };
    const cover = element("div", { class: "cover clear", role: "dialog", "aria-label": "Choose" });
    cover.addEventListener("pointerdown", (event) => {
      if (event.target === cover) pick(null);
    });
    cover.addEventListener("keydown", (event) => {
      if (event.key === "Escape") pick(null);
    });
    const body = picker.kind === "select" ? optionList(picker.options, pick) : valueField(picker, pick);
    const at = this.#options.screen.toWindow({ x, y });
    Object.assign(body.style, { left: `${at.x}px`, top: `${at.y}px` });
    cover.append(body);
    this.root.append(cover);
    this.#picker = cover;
    keepInside(body);
    const first =
      body.querySelector<HTMLElement>("[aria-selected=true]") ?? body.querySelector<HTMLElement>("input, button");
    first?.focus();
  }

  closePicker(): void {
    this.#picker?.remove();
    this.#picker = undefined;
  }

  /** A page may not write to a clipboard by itself: where it may not, the text is offered. */
  async clipboard(text: string): Promise<void> {
    if (text === "") return;
    try {
      await navigator.clipboard.writeText(text);
      this.notice("Copied.");
    } catch {
      const copy = element("button", { type: "button" }, "Copy");
      const note = this.notice("Copied in the session.", copy);
      copy.addEventListener("click", () => {
        navigator.clipboard.writeText(text).then(
          () => note.remove(),
          () => this.notice(text),
        );
      });
    }
  }

  /** It stays until it is fetched, or sent away. */
  download({ name, url }: Message<"download">): void {
    // A view that comes back is told again.
    if (this.#downloads.has(url)) return;
    this.#downloads.add(url);
    const link = element("a", { href: url, download: name, target: "_blank", rel: "noopener" }, name);
    const close = element("button", { type: "button", "aria-label": "Dismiss" }, "×");
    const note = element("p", { class: "notice", "data-testid": "download" }, "Downloaded: ", link, close);
    for (const one of [link, close]) one.addEventListener("click", () => note.remove());
    this.#notices.append(note);
  }

  notice(text: string, ...more: readonly HTMLElement[]): HTMLElement {
    const note = element("p", { class: "notice" }, text, ...more);
    this.#notices.append(note);
    setTimeout(() => note.remove(), NOTICE_MS);
    return note;
  }
}

function optionList(options: readonly PickerOption[], pick: (choice: number) => void): HTMLElement {
  const list = element("div", { class: "picker", role: "listbox" });
  let group = "";
  options.forEach(({ label, group: own, isDisabled, isSelected }, index) => {
    if (own !== group) list.append(element("div", { class: "group" }, own));
    group = own;
    const option = element(
      "button",
      { type: "button", role: "option", "aria-selected": String(isSelected), disabled: isDisabled },
      label,
    );
    option.addEventListener("click", () => pick(index));
    list.append(option);
  });
  list.addEventListener("keydown", ({ key }) => {
    const by = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    const choices = [...list.querySelectorAll<HTMLElement>("[role=option]:not(:disabled)")];
    choices[choices.findIndex((choice) => choice === document.activeElement) + by]?.focus();
  });
  return list;
}

function valueField(
  { kind, value, min, max, step }: Exclude<Picker, { kind: "select" }>,
  pick: (choice: string) => void,
): HTMLElement {
  const field = element("input", { type: kind, value, min, max, step, "aria-label": "Value" });
  const set = element("button", { type: "submit" }, "Set");
  const form = element("form", { class: "picker value" }, field, set);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pick(field.value);
  });
  return form;
}

/** What would reach over the window's edge is moved back. */
function keepInside(panel: HTMLElement): void {
  const { left, top, width, height } = panel.getBoundingClientRect();
  const inside = (from: number, size: number, room: number): number => Math.max(8, Math.min(from, room - size - 8));
  panel.style.left = `${inside(left, width, innerWidth)}px`;
  panel.style.top = `${inside(top, height, innerHeight)}px`;
}
