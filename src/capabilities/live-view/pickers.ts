import type { Picker, ViewMessage } from "../../domain/live-view.ts";
import type { PageWorld } from "./page-world.ts";

/** A key that types nothing. */
export interface PressedKey {
  readonly key: string;
  readonly code: string;
  /** A Windows virtual key code. */
  readonly keyCode: number;
}

export interface PickersOptions {
  readonly world: Pick<PageWorld, "call">;
  /** Presses a key in the tab and releases it. */
  readonly press: (key: PressedKey) => Promise<void>;
  readonly onOpened: (message: Extract<ViewMessage, { type: "picker" }>) => void;
}

const UP: PressedKey = { key: "ArrowUp", code: "ArrowUp", keyCode: 38 };
const DOWN: PressedKey = { key: "ArrowDown", code: "ArrowDown", keyCode: 40 };
const ENTER: PressedKey = { key: "Enter", code: "Enter", keyCode: 13 };
const ESCAPE: PressedKey = { key: "Escape", code: "Escape", keyCode: 27 };

/**
 * Lists, calendars and colours that Chromium shows in windows of their own, which no picture of the page has. The
 * viewer shows one in their place. A list is picked from by the keyboard, as a person would: the page sees one change,
 * and it is trusted. What else is picked becomes the field's value by a script.
 */
export class Pickers {
  readonly #options: PickersOptions;
  #count = 0;
  #open: { readonly id: number; readonly picker: Picker } | undefined;

  constructor(options: PickersOptions) {
    this.#options = options;
  }

  /** The mouse was pressed there. */
  async pressed(x: number, y: number): Promise<void> {
    // The script runs in the page that has taken the press by then: it answers what is there.
    const picker = (await this.#options.world.call("pickerAt", x, y)) as Picker | null | undefined;
    if (!picker) return;
    this.#count += 1;
    this.#open = { id: this.#count, picker };
    this.#options.onOpened({ type: "picker", id: this.#count, picker, x, y });
  }

  /** @param choice `null` leaves everything as it is. */
  async pick(id: number, choice: number | string | null): Promise<void> {
    const open = this.#open;
    if (open?.id !== id) return;
    this.#open = undefined;
    const { world, press } = this.#options;
    if (open.picker.kind !== "select" || typeof choice !== "number") {
      await press(ESCAPE);
      if (open.picker.kind !== "select" && typeof choice === "string") await world.call("setPicked", choice);
      return;
    }
    const steps = await world.call("stepsTo", choice);
    if (typeof steps !== "number") return press(ESCAPE);
    for (let left = Math.abs(steps); left > 0; left -= 1) await press(steps > 0 ? DOWN : UP);
    await press(ENTER);
  }

  /** The page that asked has gone, or those who were asked have. */
  close(): void {
    this.#open = undefined;
  }
}
