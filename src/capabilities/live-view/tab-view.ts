import type { Protocol } from "devtools-protocol";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { InputMessage, ViewMessage } from "../../domain/live-view.ts";
import { Chooser, type ChooserOptions } from "./chooser.ts";
import { type CastFrame, FrameFanout, type FrameTaker } from "./frame-fanout.ts";
import { toInputCall } from "./input.ts";
import { PageWorld } from "./page-world.ts";
import { Pickers } from "./pickers.ts";

type Commands = ProtocolMapping.Commands;

/** Somebody who looks at a tab. */
export interface TabViewer extends FrameTaker {
  /** It may not change anything. */
  readonly isReadOnly: boolean;
  /** Device pixels that it draws on; `undefined` while it has not said. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  tell(message: ViewMessage): void;
}

export interface TabViewOptions {
  readonly connection: CdpConnection;
  readonly targetId: string;
  /** Whether a client hears of the tab's dialogs, and answers them. */
  readonly isHeard: () => boolean;
  /** Where files of a person are put; `undefined` where none may be. */
  readonly staging: ChooserOptions["staging"];
  /** The title may be another one now. */
  readonly onLoaded: () => void;
}

/** Of JPEG, 0 to 100: text can be read well, at two thirds of the bytes of Chromium's own 80. */
const QUALITY = 70;
/** Pictures are asked for in steps of this many pixels: a window that is dragged larger asks for few of them. */
const SIZE_STEP = 256;
/** In the moment of a change of process there is nothing to see. */
const RETRY_MS = 250;
const RETRIES = 20;
/** Chromium forgets pictures that it may not send. */
const REST_MS = 250;
/** Between two questions how the pointer looks. */
const CURSOR_MS = 80;

/** One tab for all who look at it: its picture, where it is, what it asks, and the way in for their input. */
export class TabView {
  readonly targetId: string;
  readonly world: PageWorld;
  readonly pickers: Pickers;
  readonly chooser: Chooser;
  readonly #options: TabViewOptions;
  readonly #sessionId: string;
  readonly #viewers = new Set<TabViewer>();
  readonly #fanout: FrameFanout;
  readonly #stopListening: () => void;
  #page: Extract<ViewMessage, { type: "page" }> | undefined;
  #dialog: Extract<ViewMessage, { type: "dialog" }> | undefined;
  #castSize = "";
  /** The browser waits for a word on this frame. */
  #unacknowledged: number | undefined;
  #wasHeld = false;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #isLoading = false;
  #cursor = "";
  #askedAt: ReturnType<typeof setTimeout> | undefined;
  #pointer: { readonly x: number; readonly y: number } | undefined;
  #isClosed = false;

  private constructor(options: TabViewOptions, sessionId: string) {
    const { connection, targetId } = options;
    this.#options = options;
    this.targetId = targetId;
    this.#sessionId = sessionId;
    this.world = new PageWorld(connection, sessionId, targetId);
    this.pickers = new Pickers({
      world: this.world,
      press: (key) => this.press(key),
      onOpened: (message) => this.#tellDrivers(message),
    });
    this.chooser = new Chooser({
      send: (method, params) => this.send(method, params),
      tell: (message) => this.#tellDrivers(message),
      staging: options.staging,
    });
    this.#fanout = new FrameFanout(() => this.#acknowledge());
    this.#stopListening = connection.onEvent((event) => {
      if (event.sessionId === sessionId) this.#onEvent(event.method, event.params);
    });
  }

  /** @throws CdpCommandError when the tab cannot be had. */
  static async open(options: TabViewOptions): Promise<TabView> {
    const { connection, targetId } = options;
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const view = new TabView(options, sessionId);
    await view.send("Page.enable", undefined);
    void view.#locate();
    options.onLoaded();
    return view;
  }

  /** Sends a command to the tab. */
  send<M extends keyof Commands>(
    method: M,
    params: Commands[M]["paramsType"][0],
    timeoutMs?: number,
  ): Promise<Commands[M]["returnType"]> {
    const options = { sessionId: this.#sessionId, ...(timeoutMs !== undefined && { timeoutMs }) };
    return this.#options.connection.send(method, params, options);
  }

  get isEmpty(): boolean {
    return this.#viewers.size === 0;
  }

  /** Whether somebody is there who can answer what the tab asks. */
  get isDriven(): boolean {
    return [...this.#viewers].some(({ isReadOnly }) => !isReadOnly);
  }

  add(viewer: TabViewer): void {
    const wasDriven = this.isDriven;
    this.#viewers.add(viewer);
    this.#fanout.add(viewer);
    for (const message of [this.#page, this.#dialog]) if (message) viewer.tell(message);
    const { message } = this.chooser;
    if (message && !viewer.isReadOnly) viewer.tell(message);
    if (!wasDriven && this.isDriven) this.#interceptChoosers(true);
    this.resized();
  }

  remove(viewer: TabViewer): void {
    const wasDriven = this.isDriven;
    if (!this.#viewers.delete(viewer)) return;
    this.#fanout.remove(viewer);
    if (!wasDriven || this.isDriven) return;
    this.#interceptChoosers(false);
    this.pickers.close();
    this.chooser.close();
    if (this.#dialog !== undefined && !this.#options.isHeard()) this.answerDialog(false, "");
  }

  /** A viewer draws on more or fewer pixels than it did. */
  resized(): void {
    const sizes = [...this.#viewers].flatMap(({ size }) => (size === undefined ? [] : [size]));
    const most = (values: readonly number[]): number => Math.ceil(Math.max(...values) / SIZE_STEP) * SIZE_STEP;
    const wanted =
      sizes.length === 0
        ? undefined
        : { maxWidth: most(sizes.map(({ width }) => width)), maxHeight: most(sizes.map(({ height }) => height)) };
    const key = JSON.stringify(wanted ?? {});
    if (key === this.#castSize) return;
    const isFirst = this.#castSize === "";
    this.#castSize = key;
    if (!isFirst) this.#stopCast();
    void this.#cast(wanted ?? {}, RETRIES);
  }

  drawn(viewer: TabViewer): void {
    this.#fanout.drawn(viewer);
  }

  input(message: InputMessage): void {
    const [method, params] = toInputCall(message);
    const done = this.send(method, params);
    if (message.type === "mouse") this.#pointed(message);
    const isPress = message.type === "mouse" && message.event === "down" && message.button === "left";
    // The page may be on its way out, or hold its answer back for as long as a dialog is open.
    done.catch(() => undefined);
    if (isPress) void this.pickers.pressed(message.x, message.y);
  }

  /** A key, pressed and released, with what the browser's own editor does on it. */
  async press(
    key: Pick<Protocol.Input.DispatchKeyEventRequest, "key" | "code" | "modifiers" | "commands"> & {
      readonly keyCode: number;
    },
  ): Promise<void> {
    const { keyCode, commands, ...rest } = key;
    const what = { ...rest, windowsVirtualKeyCode: keyCode };
    const down = this.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...what, ...(commands && { commands }) });
    await Promise.all([down, this.send("Input.dispatchKeyEvent", { type: "keyUp", ...what })]);
  }

  async selectedText(): Promise<string> {
    const selected = await this.world.call("selectedText");
    return typeof selected === "string" ? selected : "";
  }

  answerDialog(accept: boolean, promptText: string): void {
    // A client, or another viewer, may have been faster.
    this.send("Page.handleJavaScriptDialog", { accept, promptText }).catch(() => undefined);
  }

  async goInHistory(by: 1 | -1): Promise<void> {
    const { currentIndex, entries } = await this.send("Page.getNavigationHistory", undefined);
    const entry = entries[currentIndex + by];
    if (entry !== undefined) await this.send("Page.navigateToHistoryEntry", { entryId: entry.id });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopListening();
    clearTimeout(this.#resting);
    clearTimeout(this.#askedAt);
    const { connection } = this.#options;
    // The tab may have closed, which is why this is done.
    connection.send("Target.detachFromTarget", { sessionId: this.#sessionId }).catch(() => undefined);
  }

  #onEvent(method: string, params: unknown): void {
    switch (method) {
      case "Page.screencastFrame":
        return this.#framed(params as Protocol.Page.ScreencastFrameEvent);
      case "Page.frameNavigated":
        if ((params as Protocol.Page.FrameNavigatedEvent).frame.parentId === undefined) this.#left();
        return;
      case "Page.navigatedWithinDocument":
        void this.#locate();
        return;
      case "Page.frameStartedLoading":
      case "Page.frameStoppedLoading":
        return this.#loading((params as { frameId: string }).frameId, method === "Page.frameStartedLoading");
      case "Page.javascriptDialogOpening":
        return this.#asked(params as Protocol.Page.JavascriptDialogOpeningEvent);
      case "Page.javascriptDialogClosed":
        this.#dialog = undefined;
        return this.#tellAll({ type: "dialogClosed" });
      case "Page.fileChooserOpened":
        return this.chooser.opened(params as Protocol.Page.FileChooserOpenedEvent);
      default:
    }
  }

  #left(): void {
    this.pickers.close();
    this.chooser.close();
    void this.#locate();
  }

  #framed({ data, metadata, sessionId }: Protocol.Page.ScreencastFrameEvent): void {
    const frame: CastFrame = { data, width: metadata.deviceWidth, height: metadata.deviceHeight };
    clearTimeout(this.#resting);
    this.#unacknowledged = sessionId;
    if (this.#fanout.frame(frame)) this.#wasHeld = true;
  }

  #acknowledge(): void {
    const sessionId = this.#unacknowledged;
    if (sessionId === undefined) return;
    this.#unacknowledged = undefined;
    // The tab may have closed.
    this.send("Page.screencastFrameAck", { sessionId }).catch(() => undefined);
    if (!this.#wasHeld) return;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#lookAgain(), REST_MS);
  }

  /** What was drawn last may be among the pictures that were not sent. A screencast begins with the page as it is. */
  #lookAgain(): void {
    this.#wasHeld = false;
    this.#stopCast();
    void this.#cast(JSON.parse(this.#castSize) as object, RETRIES);
  }

  #stopCast(): void {
    this.send("Page.stopScreencast", undefined).catch(() => undefined);
  }

  async #cast(size: { readonly maxWidth?: number; readonly maxHeight?: number }, retries: number): Promise<void> {
    const wanted = this.#castSize;
    try {
      await this.send("Page.startScreencast", { format: "jpeg", quality: QUALITY, ...size });
    } catch {
      if (this.#isClosed || retries === 0) return;
      setTimeout(() => {
        if (!this.#isClosed && wanted === this.#castSize) void this.#cast(size, retries - 1);
      }, RETRY_MS);
    }
  }

  #loading(frameId: string, isLoading: boolean): void {
    if (frameId !== this.targetId) return;
    // Its beginning may have been before this view's.
    this.#isLoading = isLoading;
    if (!isLoading) this.#options.onLoaded();
    void this.#locate();
  }

  async #locate(): Promise<void> {
    try {
      const { currentIndex, entries } = await this.send("Page.getNavigationHistory", undefined);
      const canGoForward = currentIndex < entries.length - 1;
      const url = entries[currentIndex]?.url ?? "";
      this.#page = { type: "page", url, canGoBack: currentIndex > 0, canGoForward, isLoading: this.#isLoading };
      this.#tellAll(this.#page);
    } catch {
      // The tab has closed.
    }
  }

  #asked({ type, message, defaultPrompt }: Protocol.Page.JavascriptDialogOpeningEvent): void {
    if (!this.isDriven) {
      // Chromium closes dialogs that nobody hears of, and takes this view for somebody.
      if (!this.#options.isHeard()) this.answerDialog(type === "beforeunload", "");
      return;
    }
    this.#dialog = { type: "dialog", kind: type, message, defaultText: defaultPrompt ?? "" };
    this.#tellAll(this.#dialog);
  }

  #interceptChoosers(enabled: boolean): void {
    this.send("Page.setInterceptFileChooserDialog", { enabled }).catch(() => undefined);
  }

  #pointed({ x, y }: { readonly x: number; readonly y: number }): void {
    this.#pointer = { x, y };
    this.#askedAt ??= setTimeout(() => {
      this.#askedAt = undefined;
      void this.#askCursor();
    }, CURSOR_MS);
  }

  async #askCursor(): Promise<void> {
    if (this.#pointer === undefined || this.#isClosed) return;
    const cursor = await this.world.call("cursorAt", this.#pointer.x, this.#pointer.y);
    if (typeof cursor !== "string" || cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#tellDrivers({ type: "cursor", cursor });
  }

  #tellAll(message: ViewMessage): void {
    for (const viewer of this.#viewers) viewer.tell(message);
  }

  #tellDrivers(message: ViewMessage): void {
    for (const viewer of this.#viewers) if (!viewer.isReadOnly) viewer.tell(message);
  }
}
