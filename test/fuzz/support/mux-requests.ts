import { keyOf, type ModelClient, must, type Reading } from "./model-client.ts";
import { DEFAULT_CONTEXT } from "./model-commands.ts";
import type { Request, Step } from "./mux-steps.ts";
import type { MuxWorld } from "./mux-world.ts";

const UNKNOWN_TARGET = "T8888";
const UNKNOWN_CONTEXT = "C8888";
const UNKNOWN_SESSION = "F".repeat(32);
const SESSION_NOT_FOUND = -32_001;
const ID_IN_USE = -32_600;

/** Chooses by a number; nothing of nothing. */
export const pick = <T>(from: readonly T[], n: number): T | undefined => from[n % Math.max(from.length, 1)];

interface Command {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly sessionId: string | undefined;
}

/** The session that a command is to name. */
export function chooseSession(
  world: MuxWorld,
  client: ModelClient,
  { to, n }: Extract<Step, { step: "send" }>,
): string | undefined {
  switch (to) {
    case "root":
      return undefined;
    case "own":
      return pick(client.sessions.slice(1), n);
    case "ended":
      return pick([...client.ended, UNKNOWN_SESSION], n);
    case "foreign": {
      const others = [...world.browser.sessions.keys()].filter((id) => id !== "" && !client.sessions.includes(id));
      return pick([...others, UNKNOWN_SESSION], n);
    }
    case "unknown":
      return UNKNOWN_SESSION;
    default:
      return to satisfies never;
  }
}

export function paramsOf(world: MuxWorld, client: ModelClient, asks: Request): Record<string, unknown> {
  const { browser, sight, live } = world;
  switch (asks.method) {
    case "Target.attachToTarget":
    case "Target.closeTarget":
    case "Target.getTargetInfo": {
      // Ids are long and random: a client can only name one that Berth heard of.
      const known = [...browser.targets.keys()].filter((id) => live.targets.find(id) !== undefined);
      return { targetId: pick([...known, UNKNOWN_TARGET], asks.target), flatten: true };
    }
    case "Target.createTarget":
    case "Target.disposeBrowserContext": {
      const contexts = [...sight.makers.keys(), ...browser.contexts, UNKNOWN_CONTEXT];
      const known = contexts.filter((id) => sight.makers.has(id) || !/^C0*[1-9]/.test(id) || id > "C8");
      return { url: "about:blank", browserContextId: pick(known, asks.context) ?? DEFAULT_CONTEXT };
    }
    case "Target.detachFromTarget": {
      const foreign = [...browser.sessions.keys()].filter((id) => id !== "" && !client.sessions.includes(id));
      return { sessionId: pick([...client.sessions.slice(1), ...foreign.slice(0, 2), UNKNOWN_SESSION], asks.child) };
    }
    case "Target.setAutoAttach":
      return { autoAttach: asks.on, waitForDebuggerOnStart: true, flatten: true };
    case "Target.setDiscoverTargets":
      return { discover: asks.on };
    case "Browser.close":
    case "Page.navigate":
    case "Runtime.evaluate":
    case "Runtime.runIfWaitingForDebugger":
    case "Target.attachToBrowserTarget":
    case "Target.createBrowserContext":
    case "Target.getBrowserContexts":
    case "Target.getTargets":
      return {};
    default:
      return asks satisfies never;
  }
}

/** Sends a command, and finds that it either left for the browser, rightly, or was answered at once. */
export function send(world: MuxWorld, client: ModelClient, command: Command): Reading | undefined {
  world.sender = client;
  world.live.mux.fromClient(client.mux, JSON.stringify(command));
  world.sender = undefined;
  const session = command.sessionId ?? client.root;
  const isOwn = client.sessions.includes(session);
  const [sent, ...rest] = world.upstream.splice(0);
  const says = (what: string) => (): string => `${what}: ${client.name} sent ${JSON.stringify(command)}`;
  must(rest.length === 0, says("one command became several"));
  if (sent !== undefined) {
    must(isOwn, says("a command in somebody else's name left for the browser"));
    const { id, sessionId, method } = sent;
    const isSame = id === command.id && sessionId === session && method === command.method;
    must(isSame, says(`it left as ${sent.text}`));
    expectVisible(world, client, sent.params);
    world.sent(client, sent);
    return undefined;
  }
  if (client.socket.closedWith !== undefined) return undefined;
  const [text = "", ...more] = client.read();
  must(text !== "" && more.length === 0, says(`${text === "" ? 0 : more.length + 1} answers at once`));
  world.eyes.lookAtIds(client, {}, text);
  const answer = JSON.parse(text) as Reading;
  const isRight = answer.id === command.id && (answer.sessionId ?? client.root) === (isOwn ? session : client.root);
  must(isRight, says(`the answer ${text}`));
  const isUnknown = answer.error?.code === SESSION_NOT_FOUND;
  must(isOwn !== isUnknown, says(isOwn ? "an own session was not found" : `the answer ${text}`));
  must(answer.error !== undefined || command.method === "Browser.close", says(`the answer ${text}`));
  return answer;
}

/** A command with an id that waits for its answer is refused, and the first one waits on. */
export function repeatId(world: MuxWorld, client: ModelClient): void {
  const [first] = client.waiting.values();
  if (first === undefined) return;
  const sessionId = first.session === client.root ? undefined : first.session;
  const answer = send(world, client, { id: first.id, method: "Runtime.evaluate", params: {}, sessionId });
  if (client.socket.closedWith !== undefined) return;
  must(answer?.error?.code === ID_IN_USE, () => `${client.name} used ${keyOf(first.session, first.id)} twice`);
}

/** What a client's command names at the browser, the client may see. */
function expectVisible({ browser, sight }: MuxWorld, client: ModelClient, params: Record<string, unknown>): void {
  const { targetId, browserContextId, sessionId } = params;
  const named = JSON.stringify(params);
  if (typeof targetId === "string") {
    must(!sight.isHidden(browser, targetId, client), () => `${client.name} reached a hidden target: ${named}`);
  }
  if (typeof browserContextId === "string") {
    must(sight.mayUse(browserContextId, client), () => `${client.name} reached a hidden context: ${named}`);
  }
  if (typeof sessionId === "string") {
    must(client.sessions.includes(sessionId), () => `${client.name} named somebody else's session: ${named}`);
  }
}
