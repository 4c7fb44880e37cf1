import type { ExtensionManifest } from "./extension.ts";

/*
 * What emulated extensions' code in the browser and the session's object say to each other. A place is a document in
 * which code of an extension runs: its background, a page of its own, or its world in somebody's page.
 */

/** Under which a place's link is found in its world. */
export const LINK = "extension:link";

/** Of an extension's origin: before an address of plain HTTP that its background asks for. */
export const PLAIN_PATH = "/_plain/";

/** Who is to hear something. */
export type Addressee =
  /** The session's object, which plays the browser's part. */
  | "browser"
  /** The extension's background and pages, the sender excepted. */
  | "own"
  /** All of the extension's places, the sender excepted. */
  | "all"
  | { readonly place: string }
  | { readonly tabId: number; readonly frameId?: number };

/** What a place says. The message of a message is JSON, which only its ends read. */
export type PlaceMessage =
  | { readonly kind: "call"; readonly key: string; readonly api: string; readonly args: readonly unknown[] }
  | { readonly kind: "result"; readonly key: string; readonly value?: unknown; readonly error?: string }
  | { readonly kind: "message"; readonly key: string; readonly message: string }
  | { readonly kind: "reply"; readonly key: string; readonly outcome: ReplyOutcome; readonly value?: string }
  | { readonly kind: "open"; readonly key: string; readonly name: string }
  /** Nobody listens for ports there. */
  | { readonly kind: "unheard"; readonly key: string }
  | { readonly kind: "post"; readonly key: string; readonly message: string }
  | { readonly kind: "close"; readonly key: string }
  | { readonly kind: "event"; readonly name: string; readonly args: readonly unknown[] };

/** `none`: nobody listens; `closed`: nobody answered. */
export type ReplyOutcome = "none" | "closed" | "value";

/** What a place hears: what others say, and what became of its own. */
export type HeardMessage =
  | PlaceMessage
  /** Where what has this key went. */
  | { readonly kind: "sent"; readonly key: string; readonly places: readonly string[] }
  /** A place has ended. */
  | { readonly kind: "gone"; readonly place: string };

export interface Sent {
  /** Counts what the place says, from 1. */
  readonly seq: number;
  readonly to: Addressee;
  readonly body: PlaceMessage;
}

/** What a place has to say; all of it is said again until it is acknowledged. */
export interface Batch {
  readonly place: string;
  /** The last one's number. */
  readonly last: number;
  readonly sent: readonly Sent[];
}

export interface Delivered {
  /** `undefined` for the session's object. */
  readonly from?: Speaker;
  readonly seq?: number;
  readonly body: HeardMessage;
}

export interface Speaker {
  readonly place: string;
  readonly url: string;
  readonly frameId?: number;
  readonly tab?: PlayedTab;
}

/** A tab, as far as the browser tells. */
export interface PlayedTab {
  readonly id: number;
  readonly index: number;
  readonly url: string;
  readonly title: string;
  readonly isActive: boolean;
  readonly isLoading: boolean;
}

/** What an extension's code is told of itself. */
export interface ExtensionConfig {
  readonly id: string;
  readonly origin: string;
  readonly manifest: ExtensionManifest;
  /** By their names in lower case. */
  readonly messages: Readonly<Record<string, LocaleMessage>>;
  /** The browser's. */
  readonly language: string;
}

export interface LocaleMessage {
  readonly message: string;
  readonly placeholders?: Readonly<Record<string, { readonly content: string }>>;
}

/** Content scripts that are run together, as the manifest says. */
export interface ContentGroup {
  readonly matches: readonly string[];
  readonly excludeMatches: readonly string[];
  /** `undefined` for any address. */
  readonly includeGlobs: readonly string[] | undefined;
  readonly excludeGlobs: readonly string[];
  readonly allFrames: boolean;
  /** Also in blank frames whose opener or parent matches. */
  readonly matchesBlank: boolean;
  /** Also in frames of `data:` and `blob:`, by the origin that made them. */
  readonly matchesByOrigin: boolean;
  readonly runAt: "document_start" | "document_end" | "document_idle";
  readonly css: readonly StyleText[];
}

export interface StyleText {
  readonly text: string;
  /** What its addresses are relative to. */
  readonly base: string;
}

/** What `scripting.executeScript` is asked for. */
export interface Injection {
  readonly tabId: number;
  /** The main frame where it is absent. */
  readonly frameIds?: readonly number[];
  readonly allFrames: boolean;
  readonly world: "ISOLATED" | "MAIN";
  readonly immediately: boolean;
  /** Source of a function, and its arguments as JSON. */
  readonly func?: { readonly source: string; readonly args: string };
  readonly files?: readonly string[];
}

/** A style sheet that `scripting` adds or removes. */
export interface StyleInjection {
  readonly tabId: number;
  readonly frameIds?: readonly number[];
  readonly allFrames: boolean;
  readonly isRemoved: boolean;
  readonly css?: string;
  readonly files?: readonly string[];
}
