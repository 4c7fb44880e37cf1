import type { CdpCommand } from "../../cdp/messages.ts";
import { mayBeReference } from "../../domain/secrets.ts";

/** `Input.dispatchKeyEvent`'s modifiers that type nothing: Alt, Ctrl, Meta. */
const SHORTCUT = 1 | 2 | 4;

/** The text that a command types: "" for a key that goes up, or types nothing; `undefined` for what is no typing. */
export function typedBy({ method, params }: CdpCommand): string | undefined {
  if (method === "Input.insertText") return typeof params["text"] === "string" ? params["text"] : undefined;
  if (method !== "Input.dispatchKeyEvent") return undefined;
  const { type, text, key, modifiers = 0 } = params;
  if (type === "keyUp" || key === "Shift") return "";
  if (typeof modifiers !== "number" || (modifiers & SHORTCUT) !== 0) return undefined;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** Keys that are held back while what they type may be a reference. */
export class TypedText {
  readonly held: CdpCommand[] = [];
  text = "";

  /** Whether the command goes on with what has been typed, and may still be of a reference. */
  continues(command: CdpCommand): boolean {
    const typed = typedBy(command);
    return typed !== undefined && mayBeReference(this.text + typed);
  }

  add(command: CdpCommand): void {
    this.held.push(command);
    this.text += typedBy(command) ?? "";
  }
}
