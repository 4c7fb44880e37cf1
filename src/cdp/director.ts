import type { GatedMux, Outcome } from "./gated-mux.ts";
import type { CdpCommand, CdpError } from "./messages.ts";
import type { MuxClient, MuxSession } from "./mux-client.ts";

/** Whoever has a say in what clients' commands do, besides the browser. */
export interface MuxDirector {
  /** Until when a client's command waits; `undefined` when it need not. An error is its answer then. */
  heldUntil(session: MuxSession, command: CdpCommand): Promise<CdpError | undefined> | undefined;
  /** The path on the browser's machine that a client means by a file; `undefined` for an upload that there is none of. */
  uploaded(file: string): string | undefined;
  /** Carries a command out in the browser's place; `undefined` for one that is the browser's. Never rejects. */
  instead(session: MuxSession, command: CdpCommand): Promise<Outcome> | undefined;
}

const DOMAIN = "Berth.";

/** Whether the command is of Berth's own domain, which no browser has. */
export const isOwnDomain = (method: string): boolean => method.startsWith(DOMAIN);

export interface Admission {
  readonly gated: GatedMux | undefined;
  readonly director: MuxDirector | undefined;
}

/** Until when a command waits: for its target, and then for whoever directs. An error is its answer then. */
export function whenAdmitted(
  { gated, director }: Admission,
  session: MuxSession,
  command: CdpCommand,
): Promise<CdpError | undefined> | undefined {
  const setUp = gated?.heldUntil(session, command);
  if (setUp === undefined) return director?.heldUntil(session, command);
  return setUp.then(() => director?.heldUntil(session, command));
}

/** Sessions of clients with a page; without its id, those with every page and with the browser. */
export const sessionsOf = (clients: ReadonlySet<MuxClient>, pageId: string | undefined): readonly MuxSession[] =>
  [...clients]
    .flatMap((client) => [...client.sessions.values()])
    .filter(({ isBrowser, target }) =>
      pageId === undefined ? isBrowser || target?.type === "page" : target?.id === pageId,
    );
