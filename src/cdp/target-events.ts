import type { CdpConnection } from "./cdp-connection.ts";
import type { MuxClient, MuxSession } from "./mux-client.ts";
import type { TargetInfo, TargetRegistry } from "./targets.ts";

interface TargetEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly sessionId: string;
}

/** What a client is shown of an event. */
export interface Presented {
  /** `undefined` when the event is not for its eyes. */
  readonly text: string | undefined;
  /** Sessions of the client that the event ended. */
  readonly ended: readonly MuxSession[];
}

const NONE: readonly MuxSession[] = [];
const show = (text: string | undefined): Presented => ({ text, ended: NONE });

/** Decides which Target events a client sees and how; learns the sessions that they announce. */
export class TargetEvents {
  readonly #connection: CdpConnection;
  readonly #targets: TargetRegistry<MuxClient>;
  readonly #owners: Map<string, MuxSession>;

  constructor(options: {
    readonly connection: CdpConnection;
    readonly targets: TargetRegistry<MuxClient>;
    /** The mux's routing table; sessions that a client is told of are added, detached ones removed. */
    readonly owners: Map<string, MuxSession>;
  }) {
    this.#connection = options.connection;
    this.#targets = options.targets;
    this.#owners = options.owners;
  }

  present(session: MuxSession, text: string): Presented {
    const { client } = session;
    const event = JSON.parse(text) as TargetEvent;
    switch (event.method) {
      case "Target.attachedToTarget":
        return show(this.#attached(session, event, text));
      case "Target.detachedFromTarget":
        return this.#detached(client, event, text);
      case "Target.targetCreated":
      case "Target.targetInfoChanged":
        return show(this.#described(session, event, text));
      case "Target.targetDestroyed":
        return show(session.unseenTargets.delete(String(event.params["targetId"])) ? undefined : text);
      case "Target.targetCrashed":
        return show(session.unseenTargets.has(String(event.params["targetId"])) ? undefined : text);
      default:
        return show(text);
    }
  }

  #attached({ client, id: parentId }: MuxSession, event: TargetEvent, text: string): string | undefined {
    const childSessionId = String(event.params["sessionId"]);
    const target = event.params["targetInfo"] as TargetInfo;
    // A session of the browser is the client's own doing (`attachToBrowserTarget`), never to be hidden.
    if (target.type === "browser" || this.#targets.isVisible(target, client)) {
      const session = client.addSession(childSessionId, parentId);
      session.isBrowser = target.type === "browser";
      if (!session.isBrowser) session.target = { id: target.targetId, type: target.type };
      this.#owners.set(childSessionId, session);
      if (event.params["waitingForDebugger"] === true) client.paused.add(childSessionId);
      return this.#presented(event, target, text);
    }
    this.#letGo(client, parentId, childSessionId);
    return undefined;
  }

  /** A hidden target that the client's auto-attach caught: resume it and detach, or it would stay paused. */
  #letGo(client: MuxClient, parentSessionId: string, childSessionId: string): void {
    client.discarded.add(childSessionId);
    const gone = (): undefined => undefined;
    this.#connection.send("Runtime.runIfWaitingForDebugger", undefined, { sessionId: childSessionId }).catch(gone);
    const detach = { sessionId: childSessionId };
    this.#connection.send("Target.detachFromTarget", detach, { sessionId: parentSessionId }).catch(gone);
  }

  #detached(client: MuxClient, event: TargetEvent, text: string): Presented {
    const childSessionId = String(event.params["sessionId"]);
    this.#connection.detached(childSessionId);
    if (client.discarded.delete(childSessionId)) return show(undefined);
    const ended = client.forget(childSessionId);
    for (const { id } of ended) this.#owners.delete(id);
    return { text, ended };
  }

  #described({ client, unseenTargets }: MuxSession, event: TargetEvent, text: string): string | undefined {
    const target = event.params["targetInfo"] as TargetInfo;
    if (!this.#targets.isVisible(target, client)) {
      unseenTargets.add(target.targetId);
      return undefined;
    }
    // Whoever made its context may have left: who is told of it now is told of its end, too.
    unseenTargets.delete(target.targetId);
    return this.#presented(event, target, text);
  }

  #presented(event: TargetEvent, target: TargetInfo, text: string): string {
    const presented = this.#targets.present(target);
    if (presented === target) return text;
    const { sessionId, ...rest } = event;
    return JSON.stringify({ ...rest, params: { ...event.params, targetInfo: presented }, sessionId });
  }
}
