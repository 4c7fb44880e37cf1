import type { Addressee, Speaker } from "../../domain/extension-link.ts";
import { withError } from "./answers.ts";
import { ExtensionEvent } from "./events.ts";
import { NO_RECEIVER } from "./messages.ts";
import type { Place } from "./place.ts";

interface OpenPort {
  readonly port: Port;
  /** Places at the other end; `undefined` until they are known. */
  peers: Set<string> | undefined;
}

interface PortActions {
  readonly post: (message: unknown) => void;
  readonly close: () => void;
}

/** An end of a connection, as extensions hold it. */
export class Port {
  readonly name: string;
  readonly onMessage = new ExtensionEvent();
  readonly onDisconnect = new ExtensionEvent();
  readonly sender?: object;
  readonly #actions: PortActions;

  constructor(name: string, actions: PortActions, sender?: object) {
    this.name = name;
    this.#actions = actions;
    if (sender !== undefined) this.sender = sender;
  }

  readonly postMessage = (message: unknown): void => this.#actions.post(message);

  readonly disconnect = (): void => this.#actions.close();
}

/** Connections that last: `connect` and `onConnect`. */
export class Ports {
  readonly onConnect = new ExtensionEvent();
  readonly #place: Place;
  readonly #open = new Map<string, OpenPort>();

  constructor(place: Place, toSender: (from: Speaker) => object) {
    this.#place = place;
    place.on("open", ({ key, name }, from) => {
      if (from === undefined) return;
      const to = { place: from.place };
      if (!this.onConnect.hasListeners()) return place.say(to, { kind: "unheard", key });
      this.onConnect.tell(this.#add(key, { to, name, peers: new Set([from.place]), sender: toSender(from) }));
    });
    place.on("post", ({ key, message }) => {
      const port = this.#open.get(key)?.port;
      port?.onMessage.tell(JSON.parse(message), port);
    });
    place.on("close", ({ key }, from) => this.#left(key, from?.place, undefined));
    place.on("unheard", ({ key }, from) => this.#left(key, from?.place, NO_RECEIVER));
  }

  connect(to: Addressee | undefined, name: string): Port {
    const key = this.#place.newKey();
    const port = this.#add(key, { to, name, peers: undefined });
    if (to === undefined) setTimeout(() => this.sentTo(key, []));
    else this.#place.say(to, { kind: "open", key, name });
    return port;
  }

  /** Where a new connection leads. */
  sentTo(key: string, places: readonly string[]): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    open.peers = new Set(places);
    if (places.length === 0) this.#end(key, NO_RECEIVER);
  }

  gone(place: string): void {
    for (const [key, { peers }] of this.#open) if (peers?.has(place)) this.#left(key, place, undefined);
  }

  #add(
    key: string,
    { to, name, peers, sender }: { to: Addressee | undefined; name: string; peers: OpenPort["peers"]; sender?: object },
  ): Port {
    const post = (message: unknown): void => {
      if (!this.#open.has(key)) throw new Error("Attempting to use a disconnected port object");
      if (to !== undefined) this.#place.say(to, { kind: "post", key, message: JSON.stringify(message) ?? "null" });
    };
    const close = (): void => {
      if (this.#open.delete(key) && to !== undefined) this.#place.say(to, { kind: "close", key });
    };
    const port = new Port(name, { post, close }, sender);
    this.#open.set(key, { port, peers });
    return port;
  }

  /** With the last of those at the other end, the connection ends. */
  #left(key: string, place: string | undefined, error: string | undefined): void {
    const peers = this.#open.get(key)?.peers;
    if (place !== undefined) peers?.delete(place);
    if ((peers?.size ?? 0) === 0) this.#end(key, error);
  }

  #end(key: string, error: string | undefined): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    withError(error, () => open.port.onDisconnect.tell(open.port));
  }
}
