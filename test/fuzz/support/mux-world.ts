import type { MuxClient } from "../../../src/cdp/mux-client.ts";
import { LiveBrowser } from "../../../src/session/live-browser.ts";
import { FakeBrowser, type SentCommand } from "../../support/worker/fake-browser.ts";
import { ModelBrowser } from "./model-browser.ts";
import { FOREIGN_CONTEXT } from "./model-commands.ts";
import { ClosableSocket, keyOf, ModelClient, must, type Reading } from "./model-client.ts";
import { Eyes, Sight } from "./model-eyes.ts";
import { expectMessage } from "./model-expectations.ts";

const FIRST_PAGE_MS = 2000;
const CRASHED_LIMIT_MS = 5000;
const RECONNECT = { code: 4001, reason: "the browser's connection was lost" };

/** Berth's end of the socket; what Berth says goes to the model. */
class Wire extends FakeBrowser {
  readonly #onCommand: (command: SentCommand) => void;

  constructor(onCommand: (command: SentCommand) => void) {
    super();
    this.#onCommand = onCommand;
  }

  override send(text: string): void {
    this.#onCommand({ params: {}, ...(JSON.parse(text) as object), text } as SentCommand);
  }
}

/** Lets promises that were just settled have their effect; long enough for the longest chain in the code. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

/** A real mux, as a session sets it up, between a model of Chromium and model clients. */
export class MuxWorld {
  readonly browser = new ModelBrowser();
  readonly sight = new Sight();
  readonly eyes = new Eyes(this.browser, this.sight);
  readonly clients: ModelClient[] = [];
  readonly faults: unknown[] = [];
  /** Answers that the browser gave to clients. */
  readonly answers: string[] = [];
  /** Commands of clients that reached the browser during the step. */
  upstream: SentCommand[] = [];
  /** Whose message Berth is handling. */
  sender: ModelClient | undefined;
  closeRequests = 0;
  connecting = 0;
  isDown = false;
  readonly #shared: boolean;
  readonly #advance: (ms: number) => void;
  #madeContexts: readonly string[] = [];
  #live: LiveBrowser | undefined;
  #wire = new Wire(() => undefined);
  #names = 0;
  #now = 0;

  private constructor(shared: boolean, advance: (ms: number) => void) {
    this.#shared = shared;
    this.#advance = advance;
    if (shared) {
      this.browser.contexts.add(FOREIGN_CONTEXT);
      this.browser.newTarget({ kind: "page", contextId: FOREIGN_CONTEXT });
    }
  }

  /** @param advance lets time pass. */
  static async open(shared: boolean, advance: (ms: number) => void): Promise<MuxWorld> {
    const world = new MuxWorld(shared, advance);
    await world.#openBrowser();
    return world;
  }

  get live(): LiveBrowser {
    if (!this.#live) throw new Error("the session has no browser");
    return this.#live;
  }

  get socket(): FakeBrowser {
    return this.#wire;
  }

  async connect(pageTargetId: string | undefined): Promise<void> {
    this.#names += 1;
    this.connecting += 1;
    const name = `client ${this.#names}`;
    const socket = new ClosableSocket();
    const isOfPage = pageTargetId !== undefined;
    try {
      const mux: MuxClient = await this.live.mux.attach(socket, pageTargetId);
      this.clients.push(new ModelClient({ name, socket, mux, isOfPage }));
    } catch {
      // The page, the browser or the time it had for an answer was gone first.
    } finally {
      this.connecting -= 1;
    }
  }

  leave(client: ModelClient): void {
    this.live.mux.detach(client.mux);
    client.socket.close({ code: 1000, reason: "left" });
    this.gone(client);
  }

  /** Contexts outlive their maker, and are everybody's then. */
  gone(client: ModelClient): void {
    const index = this.clients.indexOf(client);
    if (index === -1) return;
    this.clients.splice(index, 1);
    for (const [id, maker] of this.sight.makers) if (maker === client) this.sight.makers.set(id, undefined);
  }

  /** Hands over what lies longest on the wire. */
  async deliver(): Promise<void> {
    const text = this.browser.wire.shift();
    if (text === undefined) return;
    const message = JSON.parse(text) as Reading;
    if (message.id !== undefined && message.id >= 0 && !this.answers.includes(text)) this.answers.push(text);
    expectMessage(this, message);
    this.#wire.saysText(text);
    if (message.id !== undefined && message.id < 0) await settle();
    this.check();
  }

  /** The socket to the browser breaks: everything that waits is answered. */
  async lose(): Promise<void> {
    if (this.isDown) return;
    this.isDown = true;
    this.browser.connected();
    for (const client of this.clients) client.settle(() => true);
    this.#wire.breakOff({ code: 1006, reason: "" });
    await settle();
  }

  /** A new socket to the same browser; the clients that were there connect again. */
  async restore(): Promise<void> {
    if (!this.isDown) return;
    const before = this.live.mux;
    const left = this.clients.splice(0);
    for (const { mux, socket } of left) {
      before.detach(mux);
      mux.close(RECONNECT);
      must(socket.closedWith?.code === RECONNECT.code, () => "a client was not told to connect again");
    }
    this.sight.makers.clear();
    for (const id of this.#madeContexts) this.sight.makers.set(id, undefined);
    await this.#openBrowser();
    this.isDown = false;
    for (const _each of left) void this.connect(undefined);
  }

  /** Ends what is still under way, so that no timer is left. */
  close(): void {
    this.live.mux.lost("the run is over");
    this.live.close({ code: 1000, reason: "the run is over" });
  }

  async #openBrowser(): Promise<void> {
    this.browser.connected();
    this.#wire = new Wire((command) => this.#arrived(command));
    const opening = LiveBrowser.open({
      transport: this.#wire,
      sharesBrowser: this.#shared,
      // A millisecond a message: nothing waits in a burst.
      clock: { now: () => (this.#now += 1) },
      context: this.#live ? (this.#live.targets.own ?? null) : this.#shared ? "new" : null,
      madeContexts: this.#madeContexts,
      onLost: () => this.#live?.mux.lost("the connection broke"),
      onCloseRequested: () => {
        this.closeRequests += 1;
      },
      onFault: (error) => this.faults.push(error),
      onContextsChanged: (ids) => {
        this.#madeContexts = ids;
      },
    });
    let isOpen = false;
    void opening.then(() => (isOpen = true));
    await settle();
    // oxlint-disable-next-line no-unmodified-loop-condition -- the promise above changes it
    while (!isOpen) {
      if (!this.browser.canWork && this.browser.wire.length === 0) this.#advance(FIRST_PAGE_MS);
      this.browser.work(0);
      while (this.browser.wire.length > 0) await this.deliver();
      await settle();
    }
    const opened = await opening;
    // Whoever hides a tab hides it anew over a new socket.
    for (const targetId of this.sight.ours) opened.targets.hide(targetId);
    this.#live = opened;
    this.sight.own = opened.targets.own?.id;
  }

  /** A command has come to the browser: Berth's own, or one of the client whose message is being handled. */
  #arrived(command: SentCommand): void {
    this.browser.inbox.push(command);
    const { id, sessionId = "", text } = command;
    if (id < 0) return;
    const { sender } = this;
    must(sender !== undefined, () => `nobody sent this: ${text}`);
    const rootId = this.browser.everySession.get(sessionId)?.rootId;
    must(rootId === sender.root, () => `${sender.name} reached a session that is not its own: ${text}`);
    this.upstream.push(command);
  }

  /** What must hold between any two steps. */
  check(): void {
    must(this.faults.length === 0, () => `onFault: ${String(this.faults[0])}`);
    for (const client of this.clients) {
      for (const text of client.read()) this.eyes.read(client, text);
      const { closedWith } = client.socket;
      if (closedWith === undefined) this.#checkWaiting(client);
      else must(client.mayClose.has(closedWith.code), () => `${client.name} was closed: ${JSON.stringify(closedWith)}`);
    }
    for (const client of this.clients.filter(({ socket }) => socket.closedWith !== undefined)) this.gone(client);
  }

  #checkWaiting({ name, mux, waiting, unanswered, toHear }: ModelClient): void {
    must(toHear.size === 0, () => `${name} was not told: ${[...toHear].join(", ")}`);
    let units = 0;
    for (const [key, command] of waiting) {
      units += command.units;
      const waits = mux.sessions.get(command.session)?.isWaiting(command.id) === true;
      must(waits, () => `${name}'s ${command.method} (${key}) does not wait, but nothing answered it`);
      must(unanswered.has(key), () => `${name}'s ${command.method} (${key}) was answered by nobody`);
    }
    for (const key of unanswered) must(waiting.has(key), () => `${name} has no answer to its command ${key}`);
    const counted = [...mux.sessions.values()].reduce((sum, { waitingCount }) => sum + waitingCount, 0);
    const { count, units: countedUnits } = mux.waiting;
    const says = `counts ${count}/${countedUnits}, keeps ${counted}; the model has ${waiting.size}/${units}`;
    must(count === waiting.size && counted === waiting.size && countedUnits === units, () => `${name}: ${says}`);
  }

  /** The command that a client sent has left for the browser: it waits. */
  sent(client: ModelClient, { sessionId = "", id, method, params, text }: SentCommand): void {
    const isBounded = client.crashed.has(sessionId) && method !== "Page.navigate" && method !== "Page.reload";
    const key = keyOf(sessionId, id);
    const contextId = params["browserContextId"];
    client.waiting.set(key, { session: sessionId, id, method, units: text.length, isBounded, contextId });
    client.unanswered.add(key);
  }

  /** Lets time pass, up to the bound for commands to a tab that crashed. */
  async wait(): Promise<void> {
    for (const client of this.clients) {
      client.settle(({ isBounded, session }) => isBounded && client.crashed.has(session));
    }
    this.#advance(CRASHED_LIMIT_MS);
    await settle();
    this.check();
  }
}
