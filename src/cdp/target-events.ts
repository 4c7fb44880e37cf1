import type { CdpConnection } from "./cdp-connection.ts";
import type { MuxClient } from "./mux-client.ts";
import type { TargetInfo, TargetRegistry } from "./targets.ts";

interface TargetEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly sessionId: string;
}

/** Decides which Target events a client sees and how; learns the sessions that they announce. */
export class TargetEvents {
  readonly #connection: CdpConnection;
  readonly #targets: TargetRegistry<MuxClient>;
  readonly #owners: Map<string, MuxClient>;

  constructor(options: {
    readonly connection: CdpConnection;
    readonly targets: TargetRegistry<MuxClient>;
    /** The mux's routing table; sessions that a client is told of are added, detached ones removed. */
    readonly owners: Map<string, MuxClient>;
  }) {
    this.#connection = options.connection;
    this.#targets = options.targets;
    this.#owners = options.owners;
  }

  /** The text for the client, or `undefined` when the event is not for its eyes. */
  present(client: MuxClient, sessionId: string, text: string): string | undefined {
    const event = JSON.parse(text) as TargetEvent;
    switch (event.method) {
      case "Target.attachedToTarget":
        return this.#attached(client, event, text);
      case "Target.detachedFromTarget":
        return this.#detached(client, event) ? text : undefined;
      case "Target.targetCreated":
      case "Target.targetInfoChanged":
        return this.#described(client, event, text);
      case "Target.targetDestroyed":
        return client.unseenTargets.delete(String(event.params["targetId"])) ? undefined : text;
      case "Target.targetCrashed":
        return client.unseenTargets.has(String(event.params["targetId"])) ? undefined : text;
      default:
        return text;
    }
  }

  #attached(client: MuxClient, event: TargetEvent, text: string): string | undefined {
    const childSessionId = String(event.params["sessionId"]);
    const target = event.params["targetInfo"] as TargetInfo;
    // A session of the browser is the client's own doing (`attachToBrowserTarget`), never to be hidden.
    if (target.type === "browser" || this.#targets.isVisible(target, client)) {
      client.sessions.set(childSessionId, event.sessionId);
      this.#owners.set(childSessionId, client);
      if (event.params["waitingForDebugger"] === true) client.paused.add(childSessionId);
      return this.#presented(event, target, text);
    }
    this.#letGo(client, event.sessionId, childSessionId);
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

  #detached(client: MuxClient, event: TargetEvent): boolean {
    const childSessionId = String(event.params["sessionId"]);
    this.#connection.detached(childSessionId);
    if (client.discarded.delete(childSessionId)) return false;
    for (const sessionId of client.forget(childSessionId)) this.#owners.delete(sessionId);
    return true;
  }

  #described(client: MuxClient, event: TargetEvent, text: string): string | undefined {
    const target = event.params["targetInfo"] as TargetInfo;
    if (this.#targets.isVisible(target, client)) return this.#presented(event, target, text);
    client.unseenTargets.add(target.targetId);
    return undefined;
  }

  #presented(event: TargetEvent, target: TargetInfo, text: string): string {
    const presented = this.#targets.present(target);
    if (presented === target) return text;
    const { sessionId, ...rest } = event;
    return JSON.stringify({ ...rest, params: { ...event.params, targetInfo: presented }, sessionId });
  }
}
