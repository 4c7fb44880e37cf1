import { isOwnDomain, type MuxDirector } from "../cdp/director.ts";
import type { Outcome } from "../cdp/gated-mux.ts";
import { CDP_ERROR, type CdpCommand } from "../cdp/messages.ts";
import type { MuxSession } from "../cdp/mux-client.ts";
import type { TypedSecrets } from "./typed-secrets.ts";
import type { SessionUploads } from "./session-uploads.ts";
import type { ControlDesk } from "./control-desk.ts";

const DEFAULT_WAIT_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
const LONGEST_MESSAGE = 1000;

const invalid = (message: string): Outcome => ({ error: { code: CDP_ERROR.invalidParams, message } });

export interface BerthDomainOptions {
  readonly desk: ControlDesk;
  readonly uploads: Pick<SessionUploads, "resolve">;
  readonly typed: Pick<TypedSecrets, "heldUntil" | "instead">;
}

/**
 * The CDP domain that Berth adds: `Berth.getControl`, `Berth.requestControl({message, timeoutMs})`, which answers
 * when a person has returned control, and the events `Berth.controlTaken` and `Berth.controlReturned`.
 */
export class BerthDomain implements MuxDirector {
  readonly #desk: ControlDesk;
  readonly #uploads: Pick<SessionUploads, "resolve">;
  readonly #typed: Pick<TypedSecrets, "heldUntil" | "instead">;

  constructor({ desk, uploads, typed }: BerthDomainOptions) {
    this.#desk = desk;
    this.#uploads = uploads;
    this.#typed = typed;
  }

  uploaded(file: string): string | undefined {
    return this.#uploads.resolve(file);
  }

  heldUntil(session: MuxSession, command: CdpCommand): ReturnType<ControlDesk["heldUntil"]> {
    const typed = this.#typed.heldUntil(session, command);
    const { method } = command;
    return typed === undefined ? this.#desk.heldUntil(method) : typed.then(() => this.#desk.heldUntil(method));
  }

  instead(session: MuxSession, command: CdpCommand): Promise<Outcome> | undefined {
    return isOwnDomain(command.method) ? this.#answer(command) : this.#typed.instead(session, command);
  }

  async #answer({ method, params }: CdpCommand): Promise<Outcome> {
    switch (method) {
      case "Berth.getControl":
        return { result: this.#desk.state };
      case "Berth.requestControl":
        return this.#request(params);
      default:
        return { error: { code: CDP_ERROR.methodNotFound, message: `'${method}' wasn't found` } };
    }
  }

  async #request({ message = "", timeoutMs = DEFAULT_WAIT_MS }: CdpCommand["params"]): Promise<Outcome> {
    if (typeof message !== "string" || message.length > LONGEST_MESSAGE) {
      return invalid(`message: a text of up to ${LONGEST_MESSAGE} characters`);
    }
    if (typeof timeoutMs !== "number" || !(timeoutMs > 0 && timeoutMs <= LONGEST_WAIT_MS)) {
      return invalid(`timeoutMs: more than 0, and up to ${LONGEST_WAIT_MS}`);
    }
    return { result: { outcome: await this.#desk.request(message, timeoutMs) } };
  }
}
