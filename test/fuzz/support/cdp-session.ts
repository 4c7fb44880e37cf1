import { CdpConnection } from "../../../src/cdp/cdp-connection.ts";
import type { MuxClient } from "../../../src/cdp/mux-client.ts";
import { SessionMux } from "../../../src/cdp/session-mux.ts";
import { type TargetInfo, TargetRegistry } from "../../../src/cdp/targets.ts";
import { FakeBrowser, type SentCommand } from "../../support/worker/fake-browser.ts";
import { FakeClient } from "../../support/worker/fake-client.ts";

/** Ids that no client may name, and that must never go upstream in a client's command. */
export const SECRETS = {
  hiddenTarget: "HIDDENTARGET",
  foreignTarget: "FOREIGNTARGET",
  foreignContext: "FOREIGNCONTEXT",
};
export const PAGE = "PAGETARGET";
const OWN = { id: "OWNCONTEXT", defaultId: "DEFAULTCONTEXT" };

const target = (targetId: string, browserContextId: string): TargetInfo => ({
  targetId,
  type: "page",
  title: "",
  url: "https://a.test/",
  browserContextId,
});

/** A browser that answers every command that a client gets through to it, once. */
class AnsweringBrowser extends FakeBrowser {
  /** Commands of clients since they were last taken. */
  fromClients: SentCommand[] = [];
  #contexts = 0;

  override send(text: string): void {
    super.send(text);
    const command = this.sent.pop();
    if (command) this.fromClients.push(command);
  }

  /** Berth's own commands. */
  sendOwn(text: string): void {
    super.send(text);
    const command = this.sent.pop();
    if (command && command.method !== "Target.attachToBrowserTarget") queueMicrotask(() => this.answer(command, {}));
  }

  reply(command: SentCommand, contextId: string): void {
    switch (command.method) {
      case "Target.getTargets": {
        const targetInfos = [target(PAGE, contextId), target(SECRETS.hiddenTarget, contextId)];
        return this.answer(command, {
          targetInfos: [...targetInfos, target(SECRETS.foreignTarget, SECRETS.foreignContext)],
        });
      }
      case "Target.getBrowserContexts":
        return this.answer(command, { browserContextIds: [], defaultBrowserContextId: OWN.defaultId });
      case "Target.createBrowserContext":
        this.#contexts += 1;
        return this.answer(command, { browserContextId: `MADE${this.#contexts}` });
      case "Target.attachToTarget": {
        const sessionId = this.newSessionId();
        const params = { sessionId, targetInfo: target(PAGE, contextId), waitingForDebugger: false };
        this.event("Target.attachedToTarget", params, command.sessionId);
        return this.answer(command, { sessionId });
      }
      default:
        return this.answer(command, {});
    }
  }
}

/** One client of the session under fire. */
export interface Attacker {
  readonly client: MuxClient;
  readonly socket: FakeClient;
  /** A page session of this client's. */
  readonly page: string;
}

/** A real mux with several clients on a scripted browser. */
export class CdpSession {
  readonly browser = new AnsweringBrowser();
  readonly clients: Attacker[] = [];
  /** What the mux caught of its own mistakes. */
  readonly faults: unknown[] = [];
  closeRequests = 0;
  readonly #mux: SessionMux;
  readonly #contextId: string;

  private constructor(shared: boolean) {
    const targets = new TargetRegistry<MuxClient>();
    if (shared) targets.useContext(OWN, { sharesBrowser: true });
    this.#contextId = shared ? OWN.id : OWN.defaultId;
    targets.note(target(PAGE, this.#contextId));
    targets.note(target(SECRETS.hiddenTarget, this.#contextId));
    targets.hide(SECRETS.hiddenTarget);
    targets.note(target(SECRETS.foreignTarget, SECRETS.foreignContext));
    // Somebody else's, also where the session has the browser to itself.
    targets.contextMade(SECRETS.foreignContext, Object.create(null) as MuxClient);
    let now = 0;
    this.#mux = new SessionMux({
      transport: this.browser,
      connection: new CdpConnection((text) => this.browser.sendOwn(text)),
      targets,
      // A millisecond a message: nothing waits in a burst.
      clock: { now: () => (now += 1) },
      onCloseRequested: () => {
        this.closeRequests += 1;
      },
      onSilence: () => undefined,
      onFault: (error) => this.faults.push(error),
    });
  }

  static async open({ shared, clients }: { readonly shared: boolean; readonly clients: number }): Promise<CdpSession> {
    const session = new CdpSession(shared);
    for (let n = 0; n < clients; n += 1) session.clients.push(await session.#connect());
    return session;
  }

  /** A message from a client, and all that follows from it. Answers the commands that reached the browser. */
  receive(attacker: Attacker, data: string | ArrayBuffer): readonly SentCommand[] {
    this.#mux.fromClient(attacker.client, data);
    const commands = this.browser.fromClients.splice(0);
    for (const command of commands) this.browser.reply(command, this.#contextId);
    return commands;
  }

  /** Leaves no timer behind. */
  end(): void {
    this.#mux.lost("the run is over");
  }

  /** Puts a new client where one was cut off. */
  async replace(index: number): Promise<void> {
    this.clients[index] = await this.#connect();
  }

  async #connect(): Promise<Attacker> {
    const socket = new FakeClient();
    const client = await this.#mux.attach(socket);
    const page = this.browser.newSessionId();
    const params = { sessionId: page, targetInfo: target(PAGE, this.#contextId), waitingForDebugger: false };
    this.browser.event("Target.attachedToTarget", params, client.root.id);
    socket.texts.splice(0);
    return { client, socket, page };
  }
}
