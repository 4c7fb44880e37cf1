import type { GatedMux, Outcome } from "./gated-mux.ts";
import type { CdpCommand, CdpError } from "./messages.ts";
import type { MuxClient, MuxSession } from "./mux-client.ts";

/** Whoever has a say in what clients' commands do, besides the browser. */
export interface MuxDirector {
  /** Until when a client's command waits; `undefined` when it need not. An error is its answer then. */
  heldUntil(method: string): Promise<CdpError | undefined> | undefined;
  /** Carries out a command of Berth's own domain. Never rejects. */
  answer(command: CdpCommand): Promise<Outcome>;
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
  if (setUp === undefined) return director?.heldUntil(command.method);
  return setUp.then(() => director?.heldUntil(command.method));
}

/** An event of Berth's own, for every session of the browser and of pages that clients have. */
export function ownEvents(
  clients: ReadonlySet<MuxClient>,
  method: string,
  params: object,
): readonly (readonly [session: MuxSession, text: string])[] {
  const sessions = [...clients].flatMap((client) => [...client.sessions.values()]);
  return sessions
    .filter(({ isBrowser, target }) => isBrowser || target?.type === "page")
    .map((session) => [session, JSON.stringify({ method, params, sessionId: session.id })] as const);
}
