import type { TabView, TabViewer } from "../capabilities/live-view/tab-view.ts";
import { closeSafely, type TransportClose } from "../cdp/transport.ts";
import type { ViewMessage } from "../domain/live-view.ts";

export interface ViewerOptions {
  readonly isReadOnly: boolean;
  /** The tab that its link names. */
  readonly tab: string | undefined;
}

/** Somebody who does not read is shown nothing more, and is told nothing more, above this many bytes. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** One person's live view: a socket, and which tab it shows. */
export class Viewer implements TabViewer {
  readonly isReadOnly: boolean;
  size: { readonly width: number; readonly height: number } | undefined;
  /** The tab that it keeps to; `undefined` follows the one in use. */
  pinned: string | undefined;
  /** What it is shown. */
  view: TabView | undefined;
  /** The tab whose view it waits for or has. */
  wanted: string | undefined;
  /** Settles when it has the view that it waits for, or is known not to get it; never rejects. */
  opening: Promise<void> | undefined;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, { isReadOnly, tab }: ViewerOptions) {
    this.#socket = socket;
    this.isReadOnly = isReadOnly;
    this.pinned = tab;
  }

  tell(message: ViewMessage): void {
    this.#send(JSON.stringify(message));
  }

  sendFrame(frame: Uint8Array): void {
    this.#send(frame);
  }

  close(close: TransportClose): void {
    closeSafely(this.#socket, close);
  }

  #send(data: string | Uint8Array): void {
    // Between its close and the event that tells of it, `send` would throw.
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) return;
    this.#socket.send(data);
  }
}
