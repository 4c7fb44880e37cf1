/**
 * What a viewer's page and a session tell each other over the live view's socket. All of it is JSON, except frames.
 * Positions are CSS pixels of the viewed tab's viewport.
 */

export const MOUSE_BUTTONS = ["none", "left", "middle", "right", "back", "forward"] as const;
export type MouseButton = (typeof MOUSE_BUTTONS)[number];

/** Kinds of `<input>` whose pickers Chromium draws outside of the page. */
export const PICKER_INPUTS = ["date", "time", "datetime-local", "month", "week", "color"] as const;
export type PickerInput = (typeof PICKER_INPUTS)[number];

export interface TouchPoint {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

interface Modified {
  /** As CDP counts them: Alt 1, Control 2, Meta 4, Shift 8. */
  readonly modifiers: number;
}

interface At extends Modified {
  readonly x: number;
  readonly y: number;
}

export interface MouseMessage extends At {
  readonly type: "mouse";
  readonly event: "move" | "down" | "up";
  readonly button: MouseButton;
  /** Those that are down, as `MouseEvent.buttons` counts them. */
  readonly buttons: number;
  readonly clickCount: number;
}

export interface WheelMessage extends At {
  readonly type: "wheel";
  readonly deltaX: number;
  readonly deltaY: number;
}

export interface TouchMessage extends Modified {
  readonly type: "touch";
  readonly event: "start" | "move" | "end" | "cancel";
  /** Those that touch now. */
  readonly points: readonly TouchPoint[];
}

export interface KeyMessage extends Modified {
  readonly type: "key";
  readonly event: "down" | "up";
  readonly key: string;
  readonly code: string;
  /** A Windows virtual key code. */
  readonly keyCode: number;
  readonly location: number;
  /** What the key writes; `""` for one that writes nothing. */
  readonly text: string;
  readonly isRepeat: boolean;
}

export interface ComposeMessage {
  readonly type: "compose";
  readonly text: string;
  readonly selectionStart: number;
  readonly selectionEnd: number;
}

/** What somebody does to the tab that they see. */
export type InputMessage =
  | MouseMessage
  | WheelMessage
  | TouchMessage
  | KeyMessage
  | ComposeMessage
  /** What an input method, or a phone's keyboard, has written. */
  | { readonly type: "text"; readonly text: string };

/** What somebody asks of the tab that they see. */
export type TabMessage =
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "copy"; readonly isCut: boolean }
  | { readonly type: "goto"; readonly url: string }
  | { readonly type: "back" }
  | { readonly type: "forward" }
  | { readonly type: "reload" }
  | { readonly type: "stop" }
  | { readonly type: "dialog"; readonly accept: boolean; readonly text: string }
  /** An option's index of a `<select>`, or the value of an `<input>`; `null` leaves it as it is. */
  | { readonly type: "pick"; readonly picker: number; readonly choice: number | string | null }
  /** These are going to be sent, part by part. None: nothing was chosen. */
  | { readonly type: "files"; readonly chooser: number; readonly files: readonly ChosenFile[] }
  /** A part of a file, base64; parts come in order, the next one when the last is acknowledged. */
  | { readonly type: "filePart"; readonly chooser: number; readonly file: number; readonly data: string }
  /** All parts of all files have been sent. */
  | { readonly type: "filesSent"; readonly chooser: number };

export interface ChosenFile {
  readonly name: string;
  /** MIME type; `""` when it is not known. */
  readonly type: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

/** What a viewer says of its own view: whoever may only watch may say this, too. */
export type WatchMessage =
  /** The frame is drawn: the next one may come. */
  | { readonly type: "ack"; readonly frame: number }
  /** Device pixels that it draws on. */
  | { readonly type: "size"; readonly width: number; readonly height: number }
  | { readonly type: "ping"; readonly at: number }
  /** This tab, and no other one as long as it is there; `null` follows the tab in use. */
  | { readonly type: "watch"; readonly tab: string | null };

/** What changes the session as a whole. */
export type SessionMessage =
  | { readonly type: "openTab" }
  | { readonly type: "closeTab"; readonly tab: string }
  | { readonly type: "takeControl" }
  | { readonly type: "returnControl" };

export type ViewerMessage = WatchMessage | InputMessage | TabMessage | SessionMessage;

export interface ViewedTab {
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

export interface PickerOption {
  readonly label: string;
  /** Of the `<optgroup>` that it is in; `""` without one. */
  readonly group: string;
  readonly isDisabled: boolean;
  readonly isSelected: boolean;
}

export type Picker =
  | { readonly kind: "select"; readonly options: readonly PickerOption[] }
  | {
      readonly kind: PickerInput;
      readonly value: string;
      readonly min: string;
      readonly max: string;
      readonly step: string;
    };

/** Who drives. */
export interface ControlState {
  /** A person has taken the session over: the input of its clients waits. */
  readonly isTaken: boolean;
  /** Epoch milliseconds; `null` while nobody has. */
  readonly takenAt: number | null;
  /** What a client has asked a person to do; `null` while nothing is asked. */
  readonly request: string | null;
}

/** What a caller of the API wants of whoever drives. */
export type DriveCommand =
  | { readonly kind: "look" }
  | { readonly kind: "take" }
  | { readonly kind: "return" }
  /** Waits until a person has returned control. */
  | { readonly kind: "request"; readonly message: string; readonly timeoutMs: number };

/** What a session tells a viewer. */
export type ViewMessage =
  | { readonly type: "hello"; readonly session: string; readonly isReadOnly: boolean }
  /** `shown` is this viewer's. */
  | { readonly type: "tabs"; readonly tabs: readonly ViewedTab[]; readonly shown: string | null }
  | {
      readonly type: "page";
      readonly url: string;
      readonly canGoBack: boolean;
      readonly canGoForward: boolean;
      readonly isLoading: boolean;
    }
  /** A CSS cursor. */
  | { readonly type: "cursor"; readonly cursor: string }
  | {
      readonly type: "dialog";
      readonly kind: "alert" | "confirm" | "prompt" | "beforeunload";
      readonly message: string;
      readonly defaultText: string;
    }
  | { readonly type: "dialogClosed" }
  | { readonly type: "picker"; readonly id: number; readonly picker: Picker; readonly x: number; readonly y: number }
  | { readonly type: "fileChooser"; readonly id: number; readonly isMultiple: boolean; readonly accept: string }
  | { readonly type: "filePartTaken"; readonly chooser: number; readonly file: number }
  | { readonly type: "filesChosen"; readonly chooser: number }
  /** The session has downloaded a file, which its bearer may fetch there. */
  | { readonly type: "download"; readonly name: string; readonly url: string }
  | { readonly type: "clipboard"; readonly text: string }
  | { readonly type: "control"; readonly state: ControlState }
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "pong"; readonly at: number };

/**
 * A frame is a binary message: its number (u32), width and height of the viewport that it shows in CSS pixels (f32
 * each), then a JPEG. Numbers are little-endian.
 */
export const FRAME_HEADER_BYTES = 12;

/** Characters of base64 in one part of a file: a multiple of 4. */
export const FILE_PART_UNITS = 1_048_576;
/** Of all files that are chosen at once. */
export const MOST_FILE_BYTES = 100 * 1024 * 1024;
