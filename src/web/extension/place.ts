import type {
  Addressee,
  Batch,
  Delivered,
  HeardMessage,
  PlaceMessage,
  Sent,
  Speaker,
} from "../../domain/extension-link.ts";
import { messageOf } from "./answers.ts";

type Kind = HeardMessage["kind"];
type OfKind<K extends Kind> = Extract<HeardMessage, { readonly kind: K }>;
type Handler = (body: never, from: Speaker | undefined) => void;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The end, here, of what an extension's code says to others; the session's object comes for it and brings answers. */
export class Place {
  /** No other place has it. */
  readonly name = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  readonly #handlers = new Map<Kind, Handler>();
  readonly #events = new Map<string, (name: string, args: readonly unknown[]) => void>();
  readonly #calls = new Map<string, PendingCall>();
  /** JSON of what is not acknowledged yet, by its number. */
  readonly #outbox = new Map<number, string>();
  /** The last that each other place said: what is delivered again is not heard again. */
  readonly #heard = new Map<string, number>();
  /** What comes before the extension's own code has run; `undefined` afterwards. */
  #early: Delivered[] | undefined = [];
  #seq = 0;
  #keys = 0;
  #waiting: (() => void) | undefined;

  constructor() {
    this.on("result", ({ key, value, error }) => {
      const call = this.#calls.get(key);
      this.#calls.delete(key);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    this.on("event", ({ name, args }) => {
      for (const [beginning, listener] of this.#events) {
        if (name.startsWith(beginning)) listener(name.slice(beginning.length), args);
      }
    });
  }

  /** A key that no other place uses. */
  newKey(): string {
    this.#keys += 1;
    return `${this.name}/${this.#keys}`;
  }

  say(to: Addressee, body: PlaceMessage): void {
    this.#seq += 1;
    const sent: Sent = { seq: this.#seq, to, body };
    this.#outbox.set(this.#seq, JSON.stringify(sent));
    this.#waiting?.();
  }

  /** Asks somebody to carry out a method of an API. */
  ask(to: Addressee, api: string, args: readonly unknown[]): Promise<unknown> {
    const key = this.newKey();
    return new Promise((resolve, reject) => {
      this.#calls.set(key, { resolve, reject });
      this.say(to, { kind: "call", key, api, args });
    });
  }

  on<K extends Kind>(kind: K, handler: (body: OfKind<K>, from: Speaker | undefined) => void): void {
    this.#handlers.set(kind, handler);
  }

  /** Carries out methods that others ask for. */
  onCall(run: (api: string, args: readonly unknown[], from: Speaker) => unknown): void {
    this.on("call", ({ key, api, args }, from) => {
      if (from === undefined) return;
      const to = { place: from.place };
      (async () => run(api, args, from))().then(
        (value) => this.say(to, { kind: "result", key, value }),
        (error: unknown) => this.say(to, { kind: "result", key, error: messageOf(error) }),
      );
    });
  }

  /** Hears the events of an API, whose names begin so; what it is told is what follows that. */
  onEvent(beginning: string, listener: (name: string, args: readonly unknown[]) => void): void {
    this.#events.set(beginning, listener);
  }

  /** The extension's code has had its chance to listen. */
  ready(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const delivered of early) this.#hear(delivered);
  }

  /**
   * What the session's object calls, by the name `next`: answers as soon as there is something to say.
   *
   * @param acknowledged is not said again; -1 of somebody who is new, and is answered at once.
   */
  async next(acknowledged: number): Promise<string> {
    for (const seq of this.#outbox.keys()) if (seq <= acknowledged) this.#outbox.delete(seq);
    if (this.#outbox.size === 0 && acknowledged >= 0) await new Promise<void>((resolve) => (this.#waiting = resolve));
    this.#waiting = undefined;
    const last = Math.max(acknowledged, 0, ...this.#outbox.keys());
    const head = JSON.stringify({ place: this.name, last } satisfies Omit<Batch, "sent">);
    return `${head.slice(0, -1)},"sent":[${[...this.#outbox.values()].join()}]}`;
  }

  /** The same, by the name `deliver`. */
  deliver(json: string): void {
    const delivered = JSON.parse(json) as Delivered;
    if (this.#early === undefined) this.#hear(delivered);
    else this.#early.push(delivered);
  }

  #hear({ from, seq = 0, body }: Delivered): void {
    if (from !== undefined) {
      if (seq <= (this.#heard.get(from.place) ?? 0)) return;
      this.#heard.set(from.place, seq);
    }
    if (body.kind === "gone") this.#heard.delete(body.place);
    this.#handlers.get(body.kind)?.(body as never, from);
  }
}
