import type { Picker, PickerInput } from "../../domain/live-view.ts";

// What runs in pages, in a world of its own. The functions are handed over by their source: each may name its
// parameters, the page's globals, and other functions of this file that are handed over with it.

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
}
interface PageElement {
  readonly shadowRoot: PageRoot | null;
  readonly parentElement: PageElement | null;
  readonly contentDocument?: PageRoot | null;
  readonly isContentEditable?: boolean;
  getBoundingClientRect(): Box;
  matches(selector: string): boolean;
  closest(selector: string): PageElement | null;
}
interface PageRoot {
  elementFromPoint(x: number, y: number): PageElement | null;
}
interface PageOption extends PageElement {
  readonly label: string;
  readonly disabled: boolean;
  readonly hidden: boolean;
  readonly selected: boolean;
}
interface PageSelect extends PageElement {
  readonly options: ArrayLike<PageOption>;
  readonly selectedIndex: number;
  readonly multiple: boolean;
  readonly size: number;
}
interface PageInput extends PageElement {
  readonly type: string;
  readonly min: string;
  readonly max: string;
  readonly step: string;
  value: string;
  dispatchEvent(event: unknown): void;
}
declare const document: PageRoot & { readonly activeElement: unknown; getSelection(): { toString(): string } | null };
declare const getComputedStyle: (element: PageElement) => { readonly cursor: string; readonly appearance: string };

/** What the functions keep between calls. */
interface View {
  picked: PageElement | null;
}

/** The innermost element at a place of the viewport, through shadow roots and frames of the same site. */
function deepest(x: number, y: number): { readonly found: PageElement; readonly x: number } | null {
  let root: PageRoot = document;
  let [left, top] = [0, 0];
  for (;;) {
    const found: PageElement | null = root.elementFromPoint(x - left, y - top);
    if (found === null) return null;
    const inner = found.contentDocument ?? null;
    if (inner !== null) {
      const box = found.getBoundingClientRect();
      left += box.left;
      top += box.top;
      root = inner;
    } else if (found.shadowRoot !== null && found.shadowRoot !== root) root = found.shadowRoot;
    else return { found, x: x - left };
  }
}

/** The CSS cursor that the page shows there. */
function cursorAt(x: number, y: number): string {
  const { found } = deepest(x, y) ?? {};
  if (found === undefined) return "default";
  const { cursor } = getComputedStyle(found);
  if (cursor !== "auto") return cursor;
  const isField = found.matches("textarea, input:not([type=button], [type=submit], [type=checkbox], [type=radio])");
  if (isField || found.isContentEditable === true) return "text";
  return found.closest("a[href]") === null ? "default" : "pointer";
}

const isChoice = (option: PageOption | undefined): boolean =>
  option !== undefined && !option.hidden && !option.matches(":disabled");

/** What is to be picked there, if Chromium opens a picker that is not in the page's picture. */
function pickerAt(this: View, x: number, y: number): Picker | null {
  const { found, x: inside = 0 } = deepest(x, y) ?? {};
  this.picked = null;
  if (found === undefined || found.matches(":disabled, input[readonly]:not([type=color])")) return null;
  if (found.matches("select")) {
    const select = found as PageSelect;
    const isList = select.multiple || select.size > 1;
    if (isList || getComputedStyle(found).appearance === "base-select") return null;
    this.picked = found;
    const options = Array.from(select.options, (option) => {
      const group = option.parentElement?.closest("optgroup") as { readonly label?: string } | null | undefined;
      return {
        label: option.label,
        group: group?.label ?? "",
        isDisabled: !isChoice(option),
        isSelected: option.selected,
      };
    });
    return { kind: "select", options };
  }
  const kinds = ["date", "time", "datetime-local", "month", "week", "color"];
  const { type, value, min, max, step } = found as PageInput;
  if (!found.matches("input") || !kinds.includes(type)) return null;
  // The rest of such a field is written in.
  const indicator = 32;
  if (type !== "color" && inside < found.getBoundingClientRect().right - indicator) return null;
  this.picked = found;
  return { kind: type as PickerInput, value, min, max, step };
}

/** How often the arrow keys take the open list to another option: up when negative, `null` when they cannot. */
function stepsTo(this: View, index: number): number | null {
  if (this.picked?.matches("select") !== true) return null;
  const { options: all, selectedIndex: from } = this.picked as PageSelect;
  const options = Array.from(all);
  if (!isChoice(options[index])) return null;
  const between = index > from ? options.slice(from + 1, index + 1) : options.slice(index, from);
  const steps = between.filter(isChoice).length;
  return index > from ? steps : -steps;
}

/** Gives the picked `<input>` a value. Whether that is one of its values is the page's to say. */
function setPicked(this: View, value: string): void {
  if (this.picked?.matches("input") !== true) return;
  const input = this.picked as PageInput;
  if (input.value === value) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** What is selected on the page, or in the field that is written in. */
function selectedText(): string {
  const field = document.activeElement as { value?: string; selectionStart?: number | null; selectionEnd?: number };
  const { value, selectionStart, selectionEnd } = field ?? {};
  if (value !== undefined && typeof selectionStart === "number") return value.slice(selectionStart, selectionEnd);
  return document.getSelection()?.toString() ?? "";
}

const functions = [deepest, cursorAt, pickerAt, stepsTo, setPicked, selectedText].map(String).join("\n");
const choice = `const ${isChoice.name} = ${String(isChoice)};`;
const methods = [cursorAt, pickerAt, stepsTo, setPicked, selectedText].map(({ name }) => name).join(", ");

/** An expression whose value has the functions as methods, by the names of {@link PageMethod}. */
export const PAGE_SCRIPT = `(() => {
${choice}
${functions}
const [cursorAt_, pickerAt_, stepsTo_, setPicked_, selected_] = [${methods}];
return {
  picked: null,
  cursorAt: cursorAt_,
  pickerAt: pickerAt_,
  stepsTo: stepsTo_,
  setPicked: setPicked_,
  selectedText: selected_,
};
})()`;

export type PageMethod = "cursorAt" | "pickerAt" | "stepsTo" | "setPicked" | "selectedText";
