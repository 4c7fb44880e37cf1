import { element } from "../page-kit/elements.ts";

export interface Tab {
  readonly name: string;
  readonly label: string;
  readonly pane: HTMLElement;
}

/** Panes of which one is shown; arrow keys go from one to the next (WAI-ARIA, "Tabs"). */
export function tabList(tabs: readonly Tab[]): HTMLElement {
  const buttons = tabs.map(({ name, label, pane }) => {
    pane.id = `pane-${name}`;
    pane.setAttribute("role", "tabpanel");
    return element(
      "button",
      { type: "button", role: "tab", "aria-controls": pane.id, "data-testid": `tab-${name}` },
      label,
    );
  });
  const show = (index: number): void => {
    for (const [at, { pane }] of tabs.entries()) {
      pane.hidden = at !== index;
      buttons[at]?.setAttribute("aria-selected", String(at === index));
      buttons[at]?.setAttribute("tabindex", at === index ? "0" : "-1");
    }
  };
  for (const [index, button] of buttons.entries()) {
    button.addEventListener("click", () => show(index));
    button.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (step === 0) return;
      event.stopPropagation();
      const next = (index + step + tabs.length) % tabs.length;
      show(next);
      buttons[next]?.focus();
    });
  }
  show(0);
  const list = element("div", { role: "tablist", class: "tabs", "aria-label": "Details" }, ...buttons);
  return element("div", { class: "panes" }, list, ...tabs.map(({ pane }) => pane));
}
