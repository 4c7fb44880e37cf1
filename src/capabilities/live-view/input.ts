import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import type { InputMessage, KeyMessage, MouseMessage, TouchMessage } from "../../domain/live-view.ts";

type Commands = ProtocolMapping.Commands;
type Call<M extends keyof Commands> = readonly [method: M, params: Commands[M]["paramsType"][0]];

/** A command of the Input domain that somebody's input becomes. */
export type InputCall =
  | Call<"Input.dispatchMouseEvent">
  | Call<"Input.dispatchTouchEvent">
  | Call<"Input.dispatchKeyEvent">
  | Call<"Input.imeSetComposition">
  | Call<"Input.insertText">;

/** What a mouse has while it is pressed; that of an event nobody has told the force of is 0. */
const PRESSED = 0.5;

const MOUSE_EVENTS = { move: "mouseMoved", down: "mousePressed", up: "mouseReleased" } as const;
const TOUCH_EVENTS = { start: "touchStart", move: "touchMove", end: "touchEnd", cancel: "touchCancel" } as const;

/** Input as the browser takes it from a person's own mouse and keyboard: its events are trusted. */
export function toInputCall(message: InputMessage): InputCall {
  switch (message.type) {
    case "mouse":
      return mouse(message);
    case "wheel": {
      const { x, y, deltaX, deltaY, modifiers } = message;
      return [
        "Input.dispatchMouseEvent",
        { type: "mouseWheel", x, y, deltaX, deltaY, modifiers, pointerType: "mouse" },
      ];
    }
    case "touch":
      return touch(message);
    case "key":
      return key(message);
    case "compose": {
      const { text, selectionStart, selectionEnd } = message;
      return ["Input.imeSetComposition", { text, selectionStart, selectionEnd }];
    }
    case "text":
      return ["Input.insertText", { text: message.text }];
    default:
      return message satisfies never;
  }
}

function mouse({ event, x, y, button, buttons, clickCount, modifiers }: MouseMessage): InputCall {
  const force = buttons === 0 ? 0 : PRESSED;
  const type = MOUSE_EVENTS[event];
  return [
    "Input.dispatchMouseEvent",
    { type, x, y, button, buttons, clickCount, modifiers, force, pointerType: "mouse" },
  ];
}

function touch({ event, points, modifiers }: TouchMessage): InputCall {
  const touchPoints = points.map(({ id, x, y }) => ({ id, x, y, force: PRESSED }));
  return ["Input.dispatchTouchEvent", { type: TOUCH_EVENTS[event], touchPoints, modifiers }];
}

function key({ event, key: name, code, keyCode, location, text, modifiers, isRepeat }: KeyMessage): InputCall {
  const what = { key: name, code, windowsVirtualKeyCode: keyCode, nativeVirtualKeyCode: keyCode, location, modifiers };
  if (event === "up") return ["Input.dispatchKeyEvent", { type: "keyUp", ...what }];
  const isKeypad = location === 3;
  if (text === "") {
    return ["Input.dispatchKeyEvent", { type: "rawKeyDown", ...what, autoRepeat: isRepeat, isKeypad }];
  }
  const written = { text, unmodifiedText: text, autoRepeat: isRepeat, isKeypad };
  return ["Input.dispatchKeyEvent", { type: "keyDown", ...what, ...written }];
}
