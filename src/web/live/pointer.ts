import type { MouseButton, ViewerMessage } from "../../domain/live-view.ts";
import { modifiersOf } from "./keyboard.ts";
import type { Point, Screen } from "./screen.ts";

export interface PointerOptions {
  readonly screen: Screen;
  readonly send: (message: ViewerMessage) => void;
  /** Somebody works on the picture: the keyboard is to be the tab's. */
  readonly onUsed: (at: Point, isTouch: boolean) => void;
}

const BUTTONS: readonly MouseButton[] = ["left", "middle", "right", "back", "forward"];
/** Of `PointerEvent.buttons`, in the same order. */
const BUTTON_BITS = [1, 4, 2, 8, 16];
/** Pixels of a wheel's notch, where it is told in lines or pages. */
const WHEEL_UNITS = [1, 40, 800];
/** A finger that moves less is a tap. */
const TAP_SLOP = 8;
const LONG_PRESS_MS = 500;

/** Presses that follow each other quickly at one place are one click more each. */
class ClickCounter {
  #last = { at: -Infinity, x: 0, y: 0, button: -1, count: 0 };

  count(kind: "down" | "up", event: PointerEvent): number {
    if (kind === "up") return this.#last.count;
    const { timeStamp: at, clientX: x, clientY: y, button } = event;
    const before = this.#last;
    const isNext =
      before.button === button && at - before.at < 500 && Math.hypot(x - before.x, y - before.y) < TAP_SLOP;
    this.#last = { at, x, y, button, count: isNext ? before.count + 1 : 1 };
    return this.#last.count;
  }
}

/**
 * The mouse and fingers on the picture. Fingers do what they do on a page of a desktop browser that has none: a tap
 * clicks, a drag scrolls, a long press opens a menu; or, when they are to, they touch.
 */
export class Pointer {
  /** Fingers touch, instead of moving a mouse. */
  isTouching = false;
  readonly #options: PointerOptions;
  #move: { readonly event: PointerEvent } | undefined;
  #finger: { id: number; at: Point; last: Point; isDrag: boolean; press: ReturnType<typeof setTimeout> } | undefined;
  readonly #fingers = new Map<number, Point>();
  readonly #clicks = new ClickCounter();

  constructor(options: PointerOptions) {
    this.#options = options;
    const { canvas } = options.screen;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#moved(event));
    for (const type of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(type, (event) => this.#up(event));
    }
  }

  #down(event: PointerEvent): void {
    event.preventDefault();
    const { screen, onUsed } = this.#options;
    if (screen.isStale) return;
    screen.canvas.setPointerCapture(event.pointerId);
    const isTouch = event.pointerType === "touch";
    onUsed({ x: event.clientX, y: event.clientY }, isTouch);
    if (!isTouch) return this.#mouse("down", event);
    if (this.isTouching) return this.#touch("start", event);
    this.#fingerDown(event);
  }

  #moved(event: PointerEvent): void {
    if (event.pointerType === "touch") return this.isTouching ? this.#touch("move", event) : this.#fingerMoved(event);
    const isScheduled = this.#move !== undefined;
    this.#move = { event };
    // No more often than the window is drawn.
    if (!isScheduled) requestAnimationFrame(() => this.#flushMove());
  }

  #flushMove(): void {
    const move = this.#move;
    this.#move = undefined;
    if (move !== undefined) this.#mouse("move", move.event);
  }

  #up(event: PointerEvent): void {
    if (event.pointerType !== "touch") return this.#mouse("up", event);
    if (this.isTouching) this.#touch(event.type === "pointercancel" ? "cancel" : "end", event);
    else this.#fingerUp(event);
  }

  #mouse(kind: "move" | "down" | "up", event: PointerEvent): void {
    if (kind !== "move") this.#flushMove();
    const { screen, send } = this.#options;
    const at = screen.toTab({ x: event.clientX, y: event.clientY });
    const held = BUTTONS.find((_button, index) => (event.buttons & (BUTTON_BITS[index] ?? 0)) !== 0) ?? "none";
    const button = kind === "move" ? held : (BUTTONS[event.button] ?? "none");
    const clickCount = kind === "move" ? 0 : this.#clicks.count(kind, event);
    send({
      type: "mouse",
      event: kind,
      ...at,
      button,
      buttons: event.buttons,
      clickCount,
      modifiers: modifiersOf(event),
    });
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { screen, send } = this.#options;
    const unit = WHEEL_UNITS[event.deltaMode] ?? 1;
    const at = screen.toTab({ x: event.clientX, y: event.clientY });
    const { deltaX, deltaY } = event;
    send({ type: "wheel", ...at, deltaX: deltaX * unit, deltaY: deltaY * unit, modifiers: modifiersOf(event) });
  }

  #touch(kind: "start" | "move" | "end" | "cancel", event: PointerEvent): void {
    const { screen, send } = this.#options;
    const at = screen.toTab({ x: event.clientX, y: event.clientY });
    if (kind === "start" || kind === "move") this.#fingers.set(event.pointerId, at);
    else this.#fingers.delete(event.pointerId);
    const points = [...this.#fingers.values()].map((point, id) => ({ id, ...point }));
    send({ type: "touch", event: kind, points, modifiers: modifiersOf(event) });
  }

  #fingerDown(event: PointerEvent): void {
    if (this.#finger !== undefined) return;
    const at = { x: event.clientX, y: event.clientY };
    const press = setTimeout(() => {
      if (this.#finger?.isDrag !== false) return;
      this.#finger = undefined;
      this.#click(at, "right", event);
    }, LONG_PRESS_MS);
    this.#finger = { id: event.pointerId, at, last: at, isDrag: false, press };
  }

  #fingerMoved(event: PointerEvent): void {
    const finger = this.#finger;
    if (finger?.id !== event.pointerId) return;
    const now = { x: event.clientX, y: event.clientY };
    if (!finger.isDrag && Math.hypot(now.x - finger.at.x, now.y - finger.at.y) < TAP_SLOP) return;
    finger.isDrag = true;
    clearTimeout(finger.press);
    const { screen, send } = this.#options;
    const from = screen.toTab(finger.last);
    const to = screen.toTab(now);
    finger.last = now;
    const at = screen.toTab(finger.at);
    send({ type: "wheel", ...at, deltaX: from.x - to.x, deltaY: from.y - to.y, modifiers: modifiersOf(event) });
  }

  #fingerUp(event: PointerEvent): void {
    const finger = this.#finger;
    if (finger?.id !== event.pointerId) return;
    this.#finger = undefined;
    clearTimeout(finger.press);
    if (!finger.isDrag && event.type === "pointerup") this.#click(finger.at, "left", event);
  }

  #click(where: Point, button: "left" | "right", event: PointerEvent): void {
    const { screen, send } = this.#options;
    const at = { ...screen.toTab(where), modifiers: modifiersOf(event) };
    const pressed = button === "left" ? 1 : 2;
    send({ type: "mouse", event: "move", ...at, button: "none", buttons: 0, clickCount: 0 });
    send({ type: "mouse", event: "down", ...at, button, buttons: pressed, clickCount: 1 });
    send({ type: "mouse", event: "up", ...at, button, buttons: 0, clickCount: 1 });
  }
}
