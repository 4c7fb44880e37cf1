import { CLOSE_CODE } from "../cdp/close-codes.ts";
import type { TransportClose } from "../cdp/transport.ts";
import { settledWithin } from "../domain/within.ts";
import type { SessionId } from "../domain/ids.ts";
import { isTerminal } from "../domain/session-state.ts";
import type { ConnectTokens } from "./connect-tokens.ts";
import { DOOR_HEADER } from "./door-request.ts";
import { closeFor } from "./end-close.ts";
import type { LiveViews } from "./live-views.ts";
import type { SessionController } from "./session-controller.ts";
import type { SessionStore } from "./session-store.ts";

export interface LiveViewDoorOptions {
  readonly id: SessionId;
  readonly controller: SessionController;
  readonly store: SessionStore;
  readonly tokens: ConnectTokens;
  readonly views: LiveViews;
  /** Viewers that may be connected to the session at once. */
  readonly maxViewers: number;
  /** How long a viewer waits while the session finds its browser again, in milliseconds. */
  readonly waitMs: number;
}

const REFUSED: TransportClose = { code: CLOSE_CODE.refused, reason: "the link is not valid, or not any more" };
const AGAIN: TransportClose = { code: CLOSE_CODE.reconnect, reason: "the session has no browser yet; connect again" };
const FULL: TransportClose = { code: CLOSE_CODE.refused, reason: "too many people watch this session" };
const ENDED: TransportClose = { code: CLOSE_CODE.ended, reason: "the session has ended" };

/**
 * The way in for the live view's page. A page cannot read why its socket was not upgraded, so every socket is, and is
 * told why in its close.
 */
export class LiveViewDoor {
  readonly #options: LiveViewDoorOptions;

  constructor(options: LiveViewDoorOptions) {
    this.#options = options;
  }

  async handle(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") return new Response(null, { status: 426 });
    return new Response(null, { status: 101, webSocket: await this.#enter(request) });
  }

  async #enter(request: Request): Promise<WebSocket> {
    const { id, controller, store, tokens, views, maxViewers, waitMs } = this.#options;
    const token = request.headers.get(DOOR_HEADER.token);
    const scope = token === null ? undefined : await tokens.scopeOf(id, token);
    const record = store.read();
    if (scope !== "live_view" && scope !== "live_view_read_only") return refusing(REFUSED);
    // An object that has handed its session over still knows the tokens that it was born with.
    if (record === undefined) return refusing(ENDED);
    if (isTerminal(record.status)) return refusing(closeFor(record.endReason ?? "requested"));
    if (views.count >= maxViewers) return refusing(FULL);
    const live = await settledWithin(waitMs, controller.browser());
    if (live === undefined) return refusing(isTerminal(store.read()?.status ?? "destroyed") ? ENDED : AGAIN);
    const isReadOnly = scope === "live_view_read_only" || record.spec.liveViewReadOnly;
    const tab = new URL(request.url).searchParams.get("page") ?? undefined;
    return views.accept(live, { isReadOnly, tab });
  }
}

function refusing(close: TransportClose): WebSocket {
  const { 0: theirs, 1: ours } = new WebSocketPair();
  ours.accept();
  ours.close(close.code, close.reason);
  return theirs;
}
