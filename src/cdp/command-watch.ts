import type { CdpCommand } from "./messages.ts";
import type { MuxSession } from "./mux-client.ts";

/** Follows what clients ask for, as far as somebody of Berth's own has to know. */
export class CommandWatch {
  /** Hears of every command that a client may give, before it is carried out. */
  listener: ((session: MuxSession, command: CdpCommand) => void) | undefined;
  readonly #sessions: ReadonlyMap<string, MuxSession>;

  /** @param sessions those of all clients. */
  constructor(sessions: ReadonlyMap<string, MuxSession>) {
    this.#sessions = sessions;
  }

  note(session: MuxSession, command: CdpCommand): void {
    const { method } = command;
    if (method === "Page.enable" || method === "Page.disable") session.hearsPage = method === "Page.enable";
    this.listener?.(session, command);
  }

  /** Whether a client hears of what happens in this page. */
  isHeard(targetId: string): boolean {
    return [...this.#sessions.values()].some(({ target, hearsPage }) => hearsPage && target?.id === targetId);
  }
}
