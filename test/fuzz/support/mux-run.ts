import type { NewTarget } from "./model-browser.ts";
import { DEFAULT_CONTEXT, FOREIGN_CONTEXT } from "./model-commands.ts";
import { type ModelClient, must } from "./model-client.ts";
import { chooseSession, paramsOf, pick, repeatId, send } from "./mux-requests.ts";
import type { Step } from "./mux-steps.ts";
import type { MuxWorld } from "./mux-world.ts";

const MIB = 1024 * 1024;
const MAX_CLIENTS = 4;
const FLOOD = 4009;
/** Rounds of work until nothing moves any more; far more than any sequence needs. */
const MAX_ROUNDS = 1000;

/** How a sequence ends: everything is answered by the browser, or the browser's socket breaks. */
export type Ending = "answered" | "lost";

/** Does one step, as far as there is something to do it with. */
export async function run(world: MuxWorld, step: Step): Promise<void> {
  if ("client" in step) {
    const client = pick(world.clients, step.client);
    if (client) ofClient(world, client, step);
  } else if ("n" in step) {
    await ofBrowser(world, step);
  } else if (step.step === "connect") {
    if (world.isDown || world.clients.length + world.connecting >= MAX_CLIENTS) return;
    const page = step.page === undefined ? undefined : pick(world.live.pages(), step.page)?.targetId;
    void world.connect(page);
    if (step.promptly) await quiesce(world);
  } else if (step.step === "newTarget") {
    newTarget(world, step);
  } else if (step.step === "wait5s") await world.wait();
  else if (step.step === "lose") await world.lose();
  else await world.restore();
  world.check();
}

/** Ends the sequence; whoever is still there has all its answers then. */
export async function finish(world: MuxWorld, ending: Ending): Promise<void> {
  if (ending === "lost") await world.lose();
  else {
    await world.restore();
    await quiesce(world);
    await world.wait();
    // A session made after its tab crashed hears nothing of that, in Chromium: its commands wait for a new load.
    for (const targetId of world.browser.targets.keys()) world.browser.revive(targetId);
    await quiesce(world);
  }
  world.check();
  for (const { name, mux, unanswered } of world.clients) {
    must(unanswered.size === 0, () => `${name} was never answered: ${[...unanswered].join(", ")}`);
    must(mux.waiting.count === 0 && mux.waiting.units === 0, () => `${name} waits: ${JSON.stringify(mux.waiting)}`);
  }
}

async function quiesce(world: MuxWorld): Promise<void> {
  const { browser } = world;
  for (let round = 0; browser.canWork || browser.wire.length > 0; round += 1) {
    must(round < MAX_ROUNDS, () => "it never comes to rest");
    browser.work(0);
    while (browser.wire.length > 0) await world.deliver();
  }
}

function ofClient(world: MuxWorld, client: ModelClient, step: Extract<Step, { client: number }>): void {
  switch (step.step) {
    case "leave":
      return world.leave(client);
    case "slow":
      client.socket.bufferedBytes += 25 * MIB;
      client.mayClose.add(4008);
      return;
    case "binary":
      client.mayClose.add(1003);
      world.live.mux.fromClient(client.mux, new ArrayBuffer(1));
      return must(client.socket.closedWith !== undefined, () => "a binary message passed");
    case "repeatId":
      return repeatId(world, client);
    case "flood":
      return flood(world, client);
    case "send": {
      const sessionId = chooseSession(world, client, step);
      const id = client.takeId(sessionId ?? client.root);
      send(world, client, { id, method: step.asks.method, params: paramsOf(world, client, step.asks), sessionId });
      return;
    }
    default:
      return step satisfies never;
  }
}

/** Too much waits for the browser: the client with the most of it goes. */
function flood(world: MuxWorld, client: ModelClient): void {
  if (world.isDown) return;
  const all = [...world.clients];
  for (const { mayClose } of all) mayClose.add(FLOOD);
  world.socket.bufferedBytes = 65 * MIB;
  send(world, client, { id: client.takeId(client.root), method: "Page.navigate", params: {}, sessionId: undefined });
  world.socket.bufferedBytes = 0;
  for (const { mayClose } of all) mayClose.delete(FLOOD);
  const closed = all.filter(({ socket }) => socket.closedWith !== undefined);
  must(closed.length === 1, () => `a flood closed ${closed.length} clients`);
  for (const { mayClose, socket } of closed) mayClose.add(socket.closedWith?.code ?? FLOOD);
}

async function ofBrowser(world: MuxWorld, step: Exclude<Extract<Step, { n: number }>, { client: number }>) {
  const { browser } = world;
  if (world.isDown) return;
  const target = pick([...browser.targets.keys()], step.n) ?? "";
  switch (step.step) {
    case "work":
      for (let time = 0; time < step.times; time += 1) browser.work(step.n + time);
      return;
    case "deliver":
      for (let time = 0; time < step.times; time += 1) await world.deliver();
      return;
    case "repeatAnswer": {
      const answer = pick(world.answers, step.n);
      if (answer !== undefined) browser.wire.push(answer);
      return;
    }
    case "event": {
      const session = pick([...browser.sessions.keys()], step.n);
      if (session !== undefined) browser.event(session, "Page.loadEventFired", { timestamp: 1 });
      return;
    }
    case "navigate":
      return browser.navigate(target);
    case "revive":
      return browser.revive(target);
    case "destroy":
      return browser.destroy(target, step.flag);
    case "crash":
      return browser.crash(target, step.flag);
    default:
      return step satisfies never;
  }
}

function newTarget(world: MuxWorld, { kind, context, parent }: Extract<Step, { step: "newTarget" }>): void {
  const { browser, sight } = world;
  const usable = [...sight.makers.keys()].filter((id) => browser.contexts.has(id));
  const shared = sight.own === undefined ? [] : [sight.own, FOREIGN_CONTEXT];
  const contextId = pick([...shared, DEFAULT_CONTEXT, ...usable], context) ?? DEFAULT_CONTEXT;
  // Berth's own tabs and Chrome's surfaces have no frames.
  const pages = [...browser.targets.values()].filter(
    ({ info }) => info.type === "page" && !info.url.startsWith("chrome:") && !sight.ours.has(info.targetId),
  );
  const parentId = pick(pages, parent)?.info.targetId;
  const needsParent: ReadonlySet<NewTarget["kind"]> = new Set(["iframe", "worker"]);
  if (kind !== "ours" && needsParent.has(kind) && parentId === undefined) return;
  const targetId = browser.newTarget({ kind: kind === "ours" ? "page" : kind, contextId, parentId });
  if (kind !== "ours") return;
  sight.ours.add(targetId);
  world.live.targets.hide(targetId);
}
