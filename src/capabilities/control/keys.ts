import type { KeyInput } from "@cloudflare/puppeteer";
import { ControlError } from "./control-error.ts";

/** What callers call keys, besides their names in `KeyboardEvent.key`. Lower case. */
const ALIASES: Readonly<Record<string, KeyInput>> = {
  ctrl: "Control",
  control: "Control",
  controlormeta: "Control",
  cmd: "Meta",
  command: "Meta",
  meta: "Meta",
  win: "Meta",
  super: "Meta",
  alt: "Alt",
  option: "Alt",
  shift: "Shift",
  enter: "Enter",
  return: "Enter",
  esc: "Escape",
  escape: "Escape",
  del: "Delete",
  delete: "Delete",
  backspace: "Backspace",
  tab: "Tab",
  space: "Space",
  up: "ArrowUp",
  down: "ArrowDown",
  left: "ArrowLeft",
  right: "ArrowRight",
  arrowup: "ArrowUp",
  arrowdown: "ArrowDown",
  arrowleft: "ArrowLeft",
  arrowright: "ArrowRight",
  home: "Home",
  end: "End",
  pageup: "PageUp",
  pagedown: "PageDown",
  insert: "Insert",
};

/**
 * Keys by the names that callers use for them.
 *
 * @throws ControlError naming the first that is none.
 */
export function keysOf(names: readonly string[]): readonly KeyInput[] {
  return names.map((name) => {
    const known = ALIASES[name.toLowerCase()];
    if (known !== undefined) return known;
    if (/^.$/su.test(name) || /^F(?:[1-9]|1\d|2[0-4])$/.test(name)) return name as KeyInput;
    throw new ControlError("invalid", `${JSON.stringify(name.slice(0, 40))} is no key`, "keys");
  });
}
