import type { Clock } from "../../domain/clock.ts";
import type { CdpConnection } from "../cdp-connection.ts";
import type { ResultRewriter } from "../client-session.ts";
import type { CdpCommand } from "../messages.ts";
import type { MuxSession } from "../mux-client.ts";
import { withoutSignature } from "./client-signatures.ts";
import { MarkedReports } from "./marked-reports.ts";
import { contextOfUniqueId } from "./quiet-port.ts";
import { type ConsoleMode, QuietSession } from "./quiet-session.ts";

export interface QuietRuntimeOptions {
  readonly connection: CdpConnection;
  readonly clock: Clock;
  readonly console: ConsoleMode;
  /** Unguessable: what scripts of Berth's own begin their reports with. */
  readonly token: string;
  /** Brings an event to a client. */
  readonly deliver: (session: MuxSession, text: string) => void;
}

/** What becomes of a client's command. */
export type QuietVerdict =
  | { readonly kind: "answered" }
  | {
      readonly kind: "changed";
      readonly params: Readonly<Record<string, unknown>>;
      readonly onResult?: ResultRewriter;
    };

/** A target may be paused this long before one of Berth's own commands is given up. */
const PATIENCE_MS = 60_000;

const DOCUMENTS: ReadonlySet<string> = new Set(["page", "iframe"]);
const WORKERS: ReadonlySet<string> = new Set(["worker", "shared_worker", "service_worker"]);
/** Events that change what a session believes, by how Chromium writes them. */
const OBSERVED = ['{"method":"Page.', '{"method":"Console.'];

/**
 * Clients enable the Runtime domain, and pages notice it: V8 then describes whatever they log, and reads their getters
 * for it. Here the domain is never enabled; the contexts and messages that clients wait for are made up from channels
 * that leave no trace.
 */
export class QuietRuntime {
  readonly #options: QuietRuntimeOptions;
  readonly #reports: MarkedReports;
  readonly #sessions = new WeakMap<MuxSession, QuietSession>();

  constructor(options: QuietRuntimeOptions) {
    this.#options = options;
    this.#reports = new MarkedReports(options.token);
  }

  /** @returns `undefined` for a command that may pass as it is. */
  command(session: MuxSession, command: CdpCommand): QuietVerdict | undefined {
    const quiet = this.#of(session);
    if (quiet === undefined) return undefined;
    const { method, params } = command;
    if (quiet.toggled(command)) return { kind: "answered" };
    if (method === "Page.createIsolatedWorld") {
      const onResult = (result: Record<string, unknown>): object => this.#worldMade(quiet, command, result);
      return { kind: "changed", params, onResult };
    }
    if (method === "Page.addScriptToEvaluateOnNewDocument" && typeof params["worldName"] === "string") {
      if (params["worldName"] !== "") quiet.contexts.addWorld(params["worldName"]);
    }
    const named = withoutSignature(method, params);
    const addressed = withContextId(method, named ?? params);
    const changed = addressed ?? named;
    return changed === undefined ? undefined : { kind: "changed", params: changed };
  }

  /** Whether an event concerns the quiet runtime at all: read from its first characters. */
  observes(text: string): boolean {
    return OBSERVED.some((start) => text.startsWith(start));
  }

  /** Brings the event to the client, with what has to come before and after it. */
  pass(session: MuxSession, text: string): void {
    const quiet = this.#sessions.get(session);
    if (quiet === undefined) return this.#options.deliver(session, text);
    const event = JSON.parse(text) as { method: string; params: Record<string, unknown> };
    if (!quiet.before(event)) this.#options.deliver(session, text);
    quiet.after(event);
  }

  #worldMade(quiet: QuietSession, { params }: CdpCommand, result: Record<string, unknown>): object {
    const id = result["executionContextId"];
    const { frameId, worldName: name = "" } = params;
    if (typeof id !== "number" || typeof frameId !== "string" || typeof name !== "string") return result;
    // The event comes first, as from Chromium, so this runs before the answer is delivered.
    quiet.contexts.worldMade({ frameId, name, id });
    return result;
  }

  #of(session: MuxSession): QuietSession | undefined {
    const known = this.#sessions.get(session);
    if (known) return known;
    const type = session.target?.type ?? "";
    const kind = DOCUMENTS.has(type) ? "document" : WORKERS.has(type) ? "worker" : undefined;
    if (kind === undefined) return undefined;
    const { connection, clock, console, deliver } = this.#options;
    const { id: sessionId, client } = session;
    const isAlive = (): boolean => client.sessions.get(sessionId) === session;
    const made = new QuietSession({
      port: {
        send: (method, params) => connection.send(method, params, { sessionId, timeoutMs: PATIENCE_MS }),
        emit: (method, params) => {
          if (isAlive()) deliver(session, JSON.stringify({ method, params, sessionId }));
        },
      },
      kind,
      console,
      reports: this.#reports,
      clock,
      isAlive,
    });
    this.#sessions.set(session, made);
    return made;
  }
}

/** A context's unique id that was made up here says nothing to the browser. */
function withContextId(method: string, params: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const id = contextOfUniqueId(params["uniqueContextId"]);
  if (id === undefined) return undefined;
  const { uniqueContextId: _madeUp, ...rest } = params;
  return { ...rest, [method === "Runtime.callFunctionOn" ? "executionContextId" : "contextId"]: id };
}
