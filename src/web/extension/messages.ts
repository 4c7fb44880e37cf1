import type { Addressee, Speaker } from "../../domain/extension-link.ts";
import { type Callback, withError } from "./answers.ts";
import { ExtensionEvent, throwLater } from "./events.ts";
import type { Place } from "./place.ts";

/** Chrome's own words, which extensions compare. */
export const NO_RECEIVER = "Could not establish connection. Receiving end does not exist.";
const UNANSWERED = "The message port closed before a response was received.";
const LEFT_UNANSWERED =
  "A listener indicated an asynchronous response by returning true, but the message channel closed before a response was received";

interface Waiting {
  /** Places that have not answered; `undefined` until it is known where the message went. */
  left: Set<string> | undefined;
  /** Somebody heard it. */
  isHeard: boolean;
  readonly settle: (outcome: Outcome) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: string; readonly isQuiet: boolean };

/** One-time messages: `sendMessage` and `onMessage`. */
export class Messages {
  readonly onMessage = new ExtensionEvent();
  readonly #place: Place;
  readonly #toSender: (from: Speaker) => object;
  readonly #waiting = new Map<string, Waiting>();

  constructor(place: Place, toSender: (from: Speaker) => object) {
    this.#place = place;
    this.#toSender = toSender;
    place.on("message", ({ key, message }, from) => {
      if (from !== undefined) this.#receive(key, message, from);
    });
    place.on("reply", ({ key, outcome, value }, from) => {
      const waiting = this.#waiting.get(key);
      if (waiting === undefined || from === undefined) return;
      if (outcome === "value") this.#settle(key, { value: value === undefined ? undefined : JSON.parse(value) });
      else this.#left(key, from.place, outcome === "closed" ? UNANSWERED : undefined);
    });
  }

  /** Where a message went. */
  sentTo(key: string, places: readonly string[]): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    waiting.left = new Set(places);
    if (places.length === 0) this.#settle(key, { error: NO_RECEIVER, isQuiet: false });
  }

  gone(place: string): void {
    for (const [key, { left }] of this.#waiting) if (left?.has(place)) this.#left(key, place, LEFT_UNANSWERED);
  }

  /** @returns a promise where there is no callback. */
  send(to: Addressee | undefined, message: unknown, callback: Callback | undefined): Promise<unknown> | undefined {
    if (message === undefined) throw new TypeError("Error in invocation of sendMessage: message is missing.");
    const outcome = this.#send(to, message);
    if (callback === undefined) {
      return outcome.then((settled) => {
        if ("value" in settled) return settled.value;
        if (settled.isQuiet) return undefined;
        throw new Error(settled.error);
      });
    }
    outcome.then((settled) => {
      if ("value" in settled) withError(undefined, () => callback(settled.value));
      else withError(settled.error, () => callback());
    }, throwLater);
    return undefined;
  }

  #send(to: Addressee | undefined, message: unknown): Promise<Outcome> {
    if (to === undefined) return Promise.resolve({ error: NO_RECEIVER, isQuiet: false });
    const key = this.#place.newKey();
    return new Promise((settle) => {
      this.#waiting.set(key, { left: undefined, isHeard: false, settle });
      this.#place.say(to, { kind: "message", key, message: JSON.stringify(message) ?? "null" });
    });
  }

  #left(key: string, place: string, reason: string | undefined): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    waiting.left?.delete(place);
    if (reason !== undefined) waiting.isHeard = true;
    if ((waiting.left?.size ?? 0) > 0) return;
    const isUnanswered = waiting.isHeard && reason !== LEFT_UNANSWERED;
    this.#settle(key, { error: waiting.isHeard ? (reason ?? UNANSWERED) : NO_RECEIVER, isQuiet: isUnanswered });
  }

  #settle(key: string, outcome: Outcome): void {
    this.#waiting.get(key)?.settle(outcome);
    this.#waiting.delete(key);
  }

  #receive(key: string, message: string, from: Speaker): void {
    const to = { place: from.place };
    if (!this.onMessage.hasListeners()) return this.#place.say(to, { kind: "reply", key, outcome: "none" });
    let isAnswered = false;
    const answer = (value: unknown): void => {
      if (isAnswered) return;
      isAnswered = true;
      const text = JSON.stringify(value);
      this.#place.say(to, { kind: "reply", key, outcome: "value", ...(text !== undefined && { value: text }) });
    };
    const close = (): void => {
      if (isAnswered) return;
      isAnswered = true;
      this.#place.say(to, { kind: "reply", key, outcome: "closed" });
    };
    const answers = this.onMessage.tell(JSON.parse(message), this.#toSender(from), answer);
    const promises = answers.filter((each) => each instanceof Promise);
    for (const promise of promises) promise.then(answer, close);
    if (promises.length === 0 && !answers.includes(true)) close();
  }
}
