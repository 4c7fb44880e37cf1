import { drivesTab } from "../cdp/drives-tab.ts";
import type { Outcome } from "../cdp/gated-mux.ts";
import { CDP_ERROR, type CdpCommand } from "../cdp/messages.ts";
import type { MuxClient, MuxSession } from "../cdp/mux-client.ts";
import { TypedText, typedBy } from "../capabilities/secrets/typed-text.ts";
import type { Clock } from "../domain/clock.ts";
import {
  beginsReference,
  mayBeReference,
  parseReference,
  type SecretOutcome,
  type SecretReference,
} from "../domain/secrets.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionSecrets } from "./session-secrets.ts";

export interface TypedSecretsOptions {
  readonly secrets: Pick<SessionSecrets, "isOn" | "isNamed" | "fill">;
  readonly live: () => LiveBrowser | undefined;
  readonly clock: Clock;
}

/** A client that types no further for this long has typed all there is, unless it types more slowly than that. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3000;
/** Of its own pace, how often. */
const PACES = 3;
/** What may still be any word: most clients do something else before. */
const WORD_PAUSE_MS = 1000;

/** What clients are told in place of what a reference stands for. */
const REFUSALS: Readonly<Record<Exclude<SecretOutcome, "filled">, string>> = {
  not_allowed: "no integration of this session may use it",
  not_found: "there is no such vault, item or field",
  wrong_site: "the document that has the cursor is on none of the item's websites",
  not_editable: "nothing that has the cursor takes text",
  unavailable: "the secret store does not answer",
};

type KeyMethod = "Input.dispatchKeyEvent" | "Input.insertText";

/** A client's keys that may be a reference, and the protocol session that they are for. */
interface Typing {
  readonly session: MuxSession;
  readonly typed: TypedText;
  readonly ended: PromiseWithResolvers<void>;
  timer: ReturnType<typeof setTimeout> | undefined;
  isFlushing: boolean;
  /** Somebody waits for what has been typed. */
  isAwaited: boolean;
  /** When the last key came, epoch milliseconds, and the longest time between two. */
  lastAt: number;
  longestGapMs: number;
}

/**
 * Recognises references in what clients type and insert. Keys that may be the beginning of one are held back, answered
 * as if they had been pressed; what turns out to be none is pressed then, in its order, before anything else is done.
 */
export class TypedSecrets {
  readonly #options: TypedSecretsOptions;
  readonly #typing = new Map<MuxClient, Typing>();

  constructor(options: TypedSecretsOptions) {
    this.#options = options;
  }

  /** Until when a client's command waits: what was typed before it comes before it. */
  heldUntil(session: MuxSession, command: CdpCommand): Promise<void> | undefined {
    const typing = this.#typing.get(session.client);
    if (typing === undefined) return undefined;
    const { typed, ended, isFlushing } = typing;
    if (isFlushing) return ended.promise;
    if ((session === typing.session && typed.continues(command)) || !isOfPages(command.method)) return undefined;
    if (drivesTab(command.method)) return this.#flush(typing);
    // What only looks at a page may come between two keys of a reference, and then waits for its end.
    if (!typing.isAwaited) {
      typing.isAwaited = true;
      this.#flushAfterPause(typing);
    }
    return ended.promise;
  }

  /** What a command comes to that is, or may be, of a reference; `undefined` for every other one. */
  instead(session: MuxSession, command: CdpCommand): Promise<Outcome> | undefined {
    if (!this.#options.secrets.isOn || session.target?.type !== "page") return undefined;
    const text = typedBy(command);
    if (text === undefined) return undefined;
    const typing = this.#typing.get(session.client);
    if (typing !== undefined) return this.#goOn(typing, command);
    const whole = command.method === "Input.insertText" ? parseReference(text) : undefined;
    if (whole !== undefined) return this.#fill(whole, session);
    return text !== "" && mayBeReference(text) ? this.#begin(session, command) : undefined;
  }

  #begin(session: MuxSession, command: CdpCommand): Promise<Outcome> {
    const typing: Typing = {
      session,
      typed: new TypedText(),
      ended: Promise.withResolvers<void>(),
      timer: undefined,
      isFlushing: false,
      isAwaited: false,
      lastAt: this.#options.clock.now(),
      longestGapMs: 0,
    };
    this.#typing.set(session.client, typing);
    return this.#goOn(typing, command);
  }

  async #goOn(typing: Typing, command: CdpCommand): Promise<Outcome> {
    const { typed } = typing;
    typed.add(command);
    const now = this.#options.clock.now();
    typing.longestGapMs = Math.max(typing.longestGapMs, now - typing.lastAt);
    typing.lastAt = now;
    this.#flushAfterPause(typing);
    // Its own key may still go up: nobody waits for that.
    if (this.#options.secrets.isNamed(typed.text) && typedBy(command) !== "") await this.#flush(typing);
    return { result: {} };
  }

  /** Unless another key comes. */
  #flushAfterPause(typing: Typing): void {
    const { typed, longestGapMs, isAwaited } = typing;
    const pause = Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, PACES * longestGapMs));
    const isSure = isAwaited || beginsReference(typed.text);
    clearTimeout(typing.timer);
    typing.timer = setTimeout(() => void this.#flush(typing), isSure ? pause : Math.max(WORD_PAUSE_MS, pause));
  }

  /** Never rejects. */
  #flush(typing: Typing): Promise<void> {
    clearTimeout(typing.timer);
    const { ended, session } = typing;
    if (!typing.isFlushing) {
      typing.isFlushing = true;
      void this.#settle(typing).finally(() => {
        this.#typing.delete(session.client);
        ended.resolve();
      });
    }
    return ended.promise;
  }

  async #settle({ session, typed }: Typing): Promise<void> {
    const reference = parseReference(typed.text);
    if (reference !== undefined) return void (await this.#fill(reference, session));
    const connection = this.#options.live()?.connection;
    if (connection === undefined) return;
    const on = { sessionId: session.id };
    // What a key would be refused for, nobody is there to hear any more.
    await Promise.allSettled(
      typed.held.map(({ method, params }) => connection.send(method as KeyMethod, params as never, on)),
    );
  }

  async #fill(reference: SecretReference, session: MuxSession): Promise<Outcome> {
    const outcome = await this.#options.secrets.fill(reference, session.target?.id ?? "");
    if (outcome === "filled") return { result: {} };
    const reason = REFUSALS[outcome];
    this.#options.live()?.mux.tell([session], "Berth.secretRefused", { reference: reference.text, outcome, reason });
    return { error: { code: CDP_ERROR.server, message: `${reference.text} was not filled in: ${reason}` } };
  }
}

/** Commands that may show, or depend on, what has been typed. */
const isOfPages = (method: string): boolean =>
  drivesTab(method) || /^(?:Input|Page|Runtime|DOM|Accessibility)\./.test(method);
