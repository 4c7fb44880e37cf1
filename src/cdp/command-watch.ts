import type { CdpCommand } from "./messages.ts";
import type { MuxSession } from "./mux-client.ts";

/** A command, and the target that it is for; `undefined` for the browser. */
export interface WatchedCommand extends Pick<CdpCommand, "method" | "params"> {
  readonly targetId: string | undefined;
}

/** Follows what clients ask for, as far as somebody of Berth's own has to know. */
export class CommandWatch {
  readonly #listeners = new Set<(command: WatchedCommand) => void>();
  readonly #sessions: ReadonlyMap<string, MuxSession>;

  /** @param sessions those of all clients. */
  constructor(sessions: ReadonlyMap<string, MuxSession>) {
    this.#sessions = sessions;
  }

  note(session: MuxSession, command: CdpCommand): void {
    const { method } = command;
    if (method === "Page.enable" || method === "Page.disable") session.hearsPage = method === "Page.enable";
    this.tell({ targetId: session.target?.id, method, params: command.params });
  }

  /** Hears of every command that a client may give, before it is carried out. @returns what ends the listening. */
  listen(listener: (command: WatchedCommand) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells of a command that is given without a client, by a person who drives. */
  tell(command: WatchedCommand): void {
    for (const listener of this.#listeners) listener(command);
  }

  /** Whether a client hears of what happens in this page. */
  isHeard(targetId: string): boolean {
    return [...this.#sessions.values()].some(
      ({ target, hearsPage, client }) => hearsPage && !client.isOwn && target?.id === targetId,
    );
  }
}
