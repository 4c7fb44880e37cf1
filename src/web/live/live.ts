import type { ViewerMessage, ViewMessage } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";
import { Connection, type ConnectionState } from "./connection.ts";
import { ControlBar } from "./control-bar.ts";
import { FileChooser } from "./file-chooser.ts";
import { Keyboard } from "./keyboard.ts";
import { Panels } from "./panels.ts";
import { Pointer } from "./pointer.ts";
import { Screen } from "./screen.ts";
import { Toolbar } from "./toolbar.ts";

const PING_MS = 2000;

/** The socket belongs to the page's own address: `/live/{id}/socket`, with the same token. */
function socketUrl(): string {
  const url = new URL(location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.pathname = `${url.pathname.replace(/\/$/, "")}/socket`;
  url.hash = "";
  return url.href;
}

/** A session, shown and driven. */
class LiveView {
  readonly #screen = new Screen((frame) => this.#send({ type: "ack", frame }));
  readonly #keyboard = new Keyboard((message) => this.#drive(message));
  readonly #pointer: Pointer;
  readonly #toolbar: Toolbar;
  readonly #control = new ControlBar((message) => this.#send(message));
  readonly #panels = new Panels({ screen: this.#screen, send: (message) => this.#send(message) });
  readonly #chooser: FileChooser;
  readonly #veil = element("div", { class: "veil", role: "status" });
  readonly #connection: Connection;
  #isReadOnly = true;
  #shown: string | null = null;
  #latencyMs: number | undefined;

  private constructor(root: HTMLElement) {
    this.#pointer = new Pointer({
      screen: this.#screen,
      send: (message) => this.#drive(message),
      onUsed: (at, isTouch) => {
        // A phone's keyboard would hide half of the page.
        if (!isTouch) this.#keyboard.focus(at);
      },
    });
    this.#toolbar = new Toolbar({
      send: (message) => this.#send(message),
      onKeyboard: () => this.#keyboard.focus({ x: 0, y: innerHeight / 2 }),
      onTouch: (isTouching) => (this.#pointer.isTouching = isTouching),
    });
    this.#chooser = new FileChooser({ panels: this.#panels, send: (message) => this.#send(message) });
    this.#screen.root.append(this.#keyboard.field, this.#veil);
    root.append(this.#toolbar.root, this.#control.root, this.#screen.root, this.#panels.root);
    this.#connection = new Connection({
      url: socketUrl(),
      onMessage: (message) => this.#told(message),
      onFrame: (frame) => this.#screen.show(frame),
      onState: (state) => this.#setState(state),
    });
    new ResizeObserver(() => this.#send({ type: "size", ...this.#screen.room })).observe(this.#screen.root);
    setInterval(() => this.#tick(), PING_MS);
  }

  static open(root: HTMLElement): LiveView {
    return new LiveView(root);
  }

  #send(message: ViewerMessage): void {
    this.#connection.send(message);
  }

  #drive(message: ViewerMessage): void {
    if (!this.#isReadOnly) this.#send(message);
  }

  #setState(state: ConnectionState): void {
    this.#veil.hidden = state.kind === "connected";
    if (state.kind === "connecting") this.#veil.textContent = "Connecting …";
    if (state.kind === "over") this.#veil.textContent = state.reason;
    this.#veil.dataset["state"] = state.kind;
    if (state.kind === "connected") this.#send({ type: "size", ...this.#screen.room });
    else this.#forget();
  }

  /** What an earlier connection asked nobody waits for any more. */
  #forget(): void {
    this.#panels.dialogClosed();
    this.#panels.closePicker();
    this.#chooser.close();
  }

  #tick(): void {
    this.#send({ type: "ping", at: performance.now() });
    const rate = `${Math.round(this.#screen.rate)} fps`;
    this.#toolbar.setHealth(this.#latencyMs === undefined ? rate : `${rate} · ${Math.round(this.#latencyMs)} ms`);
  }

  #told(message: ViewMessage): void {
    switch (message.type) {
      case "hello":
        this.#isReadOnly = message.isReadOnly;
        this.#toolbar.setReadOnly(message.isReadOnly);
        this.#control.setReadOnly(message.isReadOnly);
        return this.#tick();
      case "tabs":
        if (message.shown !== this.#shown) this.#screen.expectOther();
        this.#shown = message.shown;
        return this.#toolbar.setTabs(message.tabs, message.shown);
      case "page":
        return this.#toolbar.setPage(message);
      case "cursor":
        this.#screen.canvas.style.cursor = message.cursor;
        return;
      case "control":
        return this.#control.setState(message.state);
      case "pong":
        this.#latencyMs = performance.now() - message.at;
        return;
      case "dialog":
      case "dialogClosed":
      case "picker":
      case "clipboard":
      case "notice":
      case "download":
      case "fileChooser":
      case "filePartTaken":
      case "filesChosen":
        return this.#asked(message);
      default:
        message satisfies never;
    }
  }

  #asked(message: Exclude<ViewMessage, { type: "hello" | "tabs" | "page" | "cursor" | "control" | "pong" }>): void {
    switch (message.type) {
      case "dialog":
        return this.#panels.dialog(message, this.#isReadOnly);
      case "dialogClosed":
        return this.#panels.dialogClosed();
      case "picker":
        return this.#panels.picker(message);
      case "clipboard":
        return void this.#panels.clipboard(message.text);
      case "notice":
        return void this.#panels.notice(message.text);
      case "download":
        return this.#panels.download(message);
      case "fileChooser":
        return this.#chooser.open(message);
      case "filePartTaken":
        return this.#chooser.taken(message.chooser);
      case "filesChosen":
        return this.#chooser.close();
      default:
        message satisfies never;
    }
  }
}

const root = document.getElementById("live");
if (root !== null) LiveView.open(root);
