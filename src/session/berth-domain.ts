import type { MuxDirector } from "../cdp/director.ts";
import type { Outcome } from "../cdp/gated-mux.ts";
import { CDP_ERROR, type CdpCommand } from "../cdp/messages.ts";
import type { SessionUploads } from "./session-uploads.ts";
import type { ControlDesk } from "./control-desk.ts";

const DEFAULT_WAIT_MS = 10 * 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
const LONGEST_MESSAGE = 1000;

const invalid = (message: string): Outcome => ({ error: { code: CDP_ERROR.invalidParams, message } });

/**
 * The CDP domain that Berth adds: `Berth.getControl`, `Berth.requestControl({message, timeoutMs})`, which answers
 * when a person has returned control, and the events `Berth.controlTaken` and `Berth.controlReturned`.
 */
export class BerthDomain implements MuxDirector {
  readonly #desk: ControlDesk;

  readonly #uploads: Pick<SessionUploads, "resolve">;

  constructor(desk: ControlDesk, uploads: Pick<SessionUploads, "resolve">) {
    this.#desk = desk;
    this.#uploads = uploads;
  }

  uploaded(file: string): string | undefined {
    return this.#uploads.resolve(file);
  }

  heldUntil(method: string): ReturnType<ControlDesk["heldUntil"]> {
    return this.#desk.heldUntil(method);
  }

  async answer({ method, params }: CdpCommand): Promise<Outcome> {
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
