/** What an HTTP caller may ask of a session's page. Times are milliseconds, positions CSS pixels of the viewport. */

export type ControlButton = "left" | "middle" | "right";
export const CONTROL_BUTTONS = ["left", "middle", "right"] as const;

/** When a page counts as loaded. */
export const LOAD_STATES = ["load", "domcontentloaded", "networkidle", "none"] as const;
export type LoadState = (typeof LOAD_STATES)[number];

export interface PlaceOfSelector {
  readonly selector: string;
  /** Which one of those that match, from 0. */
  readonly index: number;
  readonly timeoutMs: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface PdfOptions {
  readonly landscape: boolean;
  readonly displayHeaderFooter: boolean;
  readonly printBackground: boolean;
  readonly scale: number;
  /** Inches. */
  readonly paper: { readonly width: number; readonly height: number };
  readonly margin: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };
  readonly pageRanges: string;
  readonly headerTemplate: string;
  readonly footerTemplate: string;
  readonly preferCSSPageSize: boolean;
}

/** Which tab: the one in use, a new one that is closed afterwards, or the n-th, from 0. */
export type ControlTab = "inUse" | "new" | number;

export type ControlAction =
  | { readonly kind: "goto"; readonly url: string; readonly until: LoadState; readonly timeoutMs: number }
  | { readonly kind: "evaluate"; readonly script: string; readonly timeoutMs: number }
  | {
      readonly kind: "click";
      readonly at: Place | PlaceOfSelector;
      readonly button: ControlButton;
      readonly count: 1 | 2;
    }
  | {
      readonly kind: "mouse";
      readonly event: "down" | "up" | "move";
      readonly at: Place;
      readonly button: ControlButton;
    }
  | { readonly kind: "drag"; readonly from: Place; readonly to: Place; readonly button: ControlButton }
  | {
      readonly kind: "wheel";
      readonly at: Place;
      readonly deltaX: number;
      readonly deltaY: number;
      readonly steps: number;
    }
  | { readonly kind: "scroll"; readonly direction: "up" | "down" | "top" | "bottom"; readonly amount: number }
  | { readonly kind: "type"; readonly text: string; readonly delayMs: number }
  /** Writes into a field, after what is there or in its place. */
  | { readonly kind: "fill"; readonly at: PlaceOfSelector; readonly text: string; readonly clear: boolean }
  | { readonly kind: "shortcut"; readonly keys: readonly string[]; readonly holdMs: number }
  | { readonly kind: "readClipboard" }
  | { readonly kind: "writeClipboard"; readonly text: string }
  | { readonly kind: "copy" }
  /** Without a text: what the clipboard holds. */
  | { readonly kind: "paste"; readonly text: string | null }
  | { readonly kind: "extract"; readonly selector: string; readonly as: "text" | "html"; readonly maxLength: number }
  | { readonly kind: "waitFor"; readonly selector: string; readonly timeoutMs: number }
  | { readonly kind: "screenshot"; readonly fullPage: boolean; readonly selector: string | null }
  | ReadPage;

/** Loads a page, if one is named, and hands over how it looks or what it says. */
export interface ReadPage {
  readonly kind: "readPage";
  readonly url: string | null;
  readonly tab: ControlTab;
  /** After the page has loaded. */
  readonly waitMs: number;
  /** A page that takes longer is handed over as far as it is. */
  readonly takesPartial: boolean;
  readonly as:
    | { readonly form: "html" | "markdown" }
    | { readonly form: "pdf"; readonly options: PdfOptions }
    | {
        readonly form: "png" | "jpeg";
        readonly width: number | null;
        readonly height: number | null;
        /** Of JPEG, 1 to 100. */
        readonly quality: number;
        readonly fullPage: boolean;
        /** Scrolls through the page first, for what loads when it is seen. */
        readonly scrolls: boolean;
      };
}

export type ControlResult =
  | { readonly kind: "done" }
  | { readonly kind: "page"; readonly url: string; readonly title: string }
  /** JSON. */
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "texts"; readonly texts: readonly string[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly contentType: string };
