import type { TargetInfo } from "../../../src/cdp/targets.ts";
import type { ModelClient, Reading } from "./model-client.ts";
import { keyOf } from "./model-client.ts";
import type { MuxWorld } from "./mux-world.ts";

/** Reckons, before Berth gets a message of the browser's, what will be different after it. */
export function expectMessage(world: MuxWorld, message: Reading): void {
  const { sessionId = "", method = "", params = {} } = message;
  if (sessionId === "") return pageGone(world, message);
  const client = ownerOf(world, sessionId);
  if (client === undefined) return;
  if (message.id !== undefined) return answered(world, client, message);
  if (isToHear(world, client, message)) client.toHear.add(`${sessionId} ${method}`);
  switch (method) {
    case "Target.detachedFromTarget": {
      const ended = new Set(client.end(String(params["sessionId"])));
      return client.settle(({ session }) => ended.has(session));
    }
    case "Inspector.targetCrashed":
      client.crashed.add(sessionId);
      return client.settle(({ session }) => session === sessionId);
    case "Inspector.targetReloadedAfterCrash":
      client.crashed.delete(sessionId);
      return;
    default:
  }
}

/** Whether the client has to be told: whatever is not hidden from it passes. */
function isToHear({ browser, sight }: MuxWorld, client: ModelClient, message: Reading): boolean {
  const { sessionId = "", method = "", params = {} } = message;
  const info = params["targetInfo"] as TargetInfo | undefined;
  if (info !== undefined) return !sight.isHidden(browser, info.targetId, client);
  const described = `${sessionId} ${String(params["targetId"])}`;
  if (method === "Target.targetDestroyed") return client.described.delete(described);
  if (method === "Target.targetCrashed") return client.described.has(described);
  return method !== "Target.detachedFromTarget" || client.announced.has(String(params["sessionId"]));
}

/** A client whose session this is, and which was told of it. */
function ownerOf({ clients, browser }: MuxWorld, sessionId: string): ModelClient | undefined {
  const rootId = browser.everySession.get(sessionId)?.rootId;
  const client = clients.find(({ root }) => root === rootId);
  const isKnown = client !== undefined && client.sessions.includes(sessionId);
  return isKnown ? client : undefined;
}

function answered({ sight }: MuxWorld, client: ModelClient, { sessionId = "", id = -1, result }: Reading): void {
  const key = keyOf(sessionId, id);
  const command = client.waiting.get(key);
  client.waiting.delete(key);
  if (command === undefined || result === undefined) return;
  const made = result["browserContextId"];
  if (typeof made === "string") sight.makers.set(made, client);
  if (command.method === "Target.disposeBrowserContext") sight.makers.delete(String(command.contextId));
}

/** The page that a client had asked for. */
function pageGone({ clients }: MuxWorld, { method, params = {} }: Reading): void {
  if (method !== "Target.detachedFromTarget") return;
  const client = clients.find(({ root }) => root === params["sessionId"]);
  if (client?.isOfPage !== true) return;
  client.mayClose.add(1000);
  client.settle(() => true);
}
