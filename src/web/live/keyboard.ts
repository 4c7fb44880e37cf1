import type { KeyMessage, ViewerMessage } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";
import type { Point } from "./screen.ts";

interface WithModifiers {
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** As CDP counts them. The session's browser is none of a Mac: what ⌘ does there, Control does here. */
export function modifiersOf({ altKey, ctrlKey, metaKey, shiftKey }: WithModifiers): number {
  const control = ctrlKey || (isMac && metaKey);
  return (altKey ? 1 : 0) | (control ? 2 : 0) | (metaKey && !isMac ? 4 : 0) | (shiftKey ? 8 : 0);
}

/** These keys are an input method's, which says later what it makes of them. */
const COMPOSES: ReadonlySet<string> = new Set(["Dead", "Process", "Unidentified"]);
/** Something to delete, for the keyboards of phones. */
const FILLER = " ";

/**
 * The keyboard of whoever drives: keys as they are, with the letters of this person's own layout; what input methods
 * and phones write, as text; and the clipboard.
 */
export class Keyboard {
  readonly field: HTMLTextAreaElement;
  readonly #send: (message: ViewerMessage) => void;
  readonly #down = new Map<string, KeyMessage>();
  #isComposing = false;
  #composing: string | undefined;

  constructor(send: (message: ViewerMessage) => void) {
    this.#send = send;
    this.field = element("textarea", {
      class: "keys",
      "aria-label": "Keyboard of the session's browser",
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      spellcheck: "false",
      tabindex: 0,
    });
    this.field.addEventListener("keydown", (event) => this.#keyDown(event));
    this.field.addEventListener("keyup", (event) => this.#keyUp(event));
    this.field.addEventListener("blur", () => this.#releaseAll());
    this.field.addEventListener("paste", (event) => this.#paste(event));
    this.field.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    this.field.addEventListener("input", () => this.#clear());
    this.field.addEventListener("compositionstart", () => (this.#isComposing = true));
    this.field.addEventListener("compositionupdate", ({ data }) => this.#compose(data));
    this.field.addEventListener("compositionend", ({ data }) => this.#composed(data));
    this.#clear();
  }

  /** Takes the keyboard. @param at where an input method may open its window. */
  focus({ x, y }: Point): void {
    Object.assign(this.field.style, { left: `${x}px`, top: `${y}px` });
    this.field.focus({ preventScroll: true });
  }

  #keyDown(event: KeyboardEvent): void {
    if (event.isComposing || COMPOSES.has(event.key) || event.keyCode === 229) return;
    const key = event.key.toLowerCase();
    const hasControl = (isMac ? event.metaKey : event.ctrlKey) && !event.altKey;
    // The browser's own paste follows, and with it the clipboard.
    if (hasControl && key === "v") return;
    event.preventDefault();
    if (hasControl && !event.shiftKey && (key === "c" || key === "x")) {
      return this.#send({ type: "copy", isCut: key === "x" });
    }
    const message = toMessage(event, "down");
    this.#down.set(event.code, message);
    this.#send(message);
  }

  #keyUp(event: KeyboardEvent): void {
    if (!this.#down.delete(event.code)) return;
    event.preventDefault();
    this.#send(toMessage(event, "up"));
    // While ⌘ is down a Mac tells of no other key that is let go.
    if (isMac && event.key === "Meta") this.#releaseAll();
  }

  #releaseAll(): void {
    for (const message of this.#down.values()) this.#send({ ...message, event: "up", text: "", modifiers: 0 });
    this.#down.clear();
  }

  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text !== "") this.#send({ type: "paste", text });
  }

  #beforeInput(event: InputEvent): void {
    if (this.#isComposing || event.inputType === "insertCompositionText") return;
    event.preventDefault();
    if (event.inputType === "deleteContentBackward") this.#press("Backspace", 8);
    else if (event.inputType === "deleteContentForward") this.#press("Delete", 46);
    else if (event.inputType === "insertLineBreak" || event.inputType === "insertParagraph") this.#press("Enter", 13);
    else if (event.data) this.#send({ type: "text", text: event.data });
  }

  #press(key: string, keyCode: number): void {
    const what = { type: "key", key, code: key, keyCode, location: 0, modifiers: 0, isRepeat: false } as const;
    this.#send({ ...what, event: "down", text: key === "Enter" ? "\r" : "" });
    this.#send({ ...what, event: "up", text: "" });
  }

  #compose(text: string): void {
    // What is about to be written is told once more.
    if (text === this.#composing) return;
    this.#composing = text;
    this.#send({ type: "compose", text, selectionStart: text.length, selectionEnd: text.length });
  }

  #composed(text: string): void {
    this.#isComposing = false;
    this.#composing = undefined;
    if (text === "") this.#send({ type: "compose", text, selectionStart: 0, selectionEnd: 0 });
    else this.#send({ type: "text", text });
    this.#clear();
  }

  #clear(): void {
    if (this.#isComposing) return;
    this.field.value = FILLER;
    this.field.setSelectionRange(FILLER.length, FILLER.length);
  }
}

function toMessage(event: KeyboardEvent, kind: "down" | "up"): KeyMessage {
  const isMeta = isMac && event.key === "Meta";
  const key = isMeta ? "Control" : event.key;
  return {
    type: "key",
    event: kind,
    key,
    code: isMeta ? event.code.replace("Meta", "Control") : event.code,
    keyCode: isMeta ? 17 : event.keyCode,
    location: Math.min(event.location, 3),
    text: kind === "down" ? textOf(event) : "",
    modifiers: modifiersOf(event),
    isRepeat: event.repeat,
  };
}

/** What the key writes. AltGr is Control and Alt to some systems. */
function textOf(event: KeyboardEvent): string {
  if (event.key === "Enter") return "\r";
  // Keys that write nothing have names of several letters.
  if (!/^.$/su.test(event.key)) return "";
  const isShortcut =
    (event.ctrlKey || event.metaKey || (event.altKey && !isMac)) && !event.getModifierState("AltGraph");
  return isShortcut ? "" : event.key;
}
