import { CdpConnection } from "../../../src/cdp/cdp-connection.ts";
import type { MuxClient } from "../../../src/cdp/mux-client.ts";
import { SessionMux, type SessionMuxOptions } from "../../../src/cdp/session-mux.ts";
import { type TargetInfo, TargetRegistry } from "../../../src/cdp/targets.ts";
import { FakeBrowser } from "./fake-browser.ts";
import { FakeClient } from "./fake-client.ts";

export const pageTarget = (targetId: string, browserContextId = "DEFAULT", type = "page"): TargetInfo => ({
  targetId,
  type,
  title: "",
  url: "https://a.test/",
  browserContextId,
});

/** A real mux between a scripted browser and recording clients. */
export class MuxHarness {
  readonly browser = new FakeBrowser();
  readonly targets = new TargetRegistry<MuxClient>();
  readonly connection = new CdpConnection((text) => this.browser.send(text));
  readonly mux: SessionMux;
  closeRequests = 0;
  silences = 0;

  constructor(options: Pick<SessionMuxOptions, "quiet" | "pointerForce"> = {}) {
    this.mux = new SessionMux({
      ...options,
      transport: this.browser,
      connection: this.connection,
      targets: this.targets,
      clock: { now: () => Date.now() },
      onCloseRequested: () => {
        this.closeRequests += 1;
      },
      onSilence: () => {
        this.silences += 1;
      },
      onFault: (error) => {
        throw error;
      },
    });
  }

  async connect(): Promise<HarnessClient> {
    const socket = new FakeClient();
    return new HarnessClient(this, socket, await this.mux.attach(socket));
  }
}

/** One client of a {@link MuxHarness}. */
export class HarnessClient {
  readonly socket: FakeClient;
  readonly client: MuxClient;
  readonly #harness: MuxHarness;

  constructor(harness: MuxHarness, socket: FakeClient, client: MuxClient) {
    this.#harness = harness;
    this.socket = socket;
    this.client = client;
  }

  get root(): string {
    return this.client.root.id;
  }

  send(message: object): void {
    this.#harness.mux.fromClient(this.client, JSON.stringify(message));
  }

  /** The browser tells this client of a target; answers the session that it is attached by. */
  attached(target: TargetInfo, parent = this.root): string {
    const { browser } = this.#harness;
    const sessionId = browser.newSessionId();
    browser.event("Target.attachedToTarget", { sessionId, targetInfo: target, waitingForDebugger: true }, parent);
    return sessionId;
  }

  /** What the client got for its command, or `undefined`. */
  answerTo(id: number): Record<string, unknown> | undefined {
    return this.socket.messages.find((message) => message["id"] === id);
  }
}
