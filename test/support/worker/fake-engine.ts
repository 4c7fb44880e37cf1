import type { HostBrowser } from "../../../src/domain/fingerprint.ts";
import type { Transport } from "../../../src/cdp/transport.ts";
import type { EngineFeatures, BrowserEngine, EngineBrowser, ListedBrowser } from "../../../src/engines/engine.ts";
import { FakeBrowser, type SentCommand } from "./fake-browser.ts";

const CONTEXT = "DEFAULT";
const TAB = { targetId: "T1", type: "page", title: "", url: "about:blank", browserContextId: CONTEXT };

/** A headless browser on a server. */
export const HOST: HostBrowser = {
  platform: "Linux x86_64",
  userAgent:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
  headers: {
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
    "sec-ch-ua": '"Not:A-Brand";v="8", "Chromium";v="156"',
    "sec-ch-ua-platform": '"Linux"',
  },
  fullVersion: "156.0.8078.79",
  locale: "en-US",
  timezone: "UTC",
  brands: [
    { brand: "Not:A-Brand", version: "8" },
    { brand: "Chromium", version: "156" },
  ],
  fullVersionList: [
    { brand: "Not:A-Brand", version: "8.0.0.0" },
    { brand: "Chromium", version: "156.0.8078.79" },
  ],
  uaPlatform: "Linux",
  platformVersion: "6.1.0",
  architecture: "x86",
  bitness: "64",
  hardwareConcurrency: 2,
  deviceMemory: 16,
  webdriver: false,
  blocksPopups: false,
};

/** A browser with one blank tab that answers what a session asks while it starts. */
export class ScriptedBrowser extends FakeBrowser {
  /** Methods that are never answered: a wedged browser. */
  readonly silent = new Set<string>();

  override send(text: string): void {
    const { method } = JSON.parse(text) as SentCommand;
    const refused = this.refuses(method);
    super.send(text);
    const command = this.sent.at(-1);
    if (!refused && command && !this.silent.has(command.method)) queueMicrotask(() => this.#reply(command));
  }

  #reply(command: SentCommand): void {
    switch (command.method) {
      case "Target.setDiscoverTargets": {
        this.event("Target.targetCreated", { targetInfo: TAB });
        return this.answer(command, {});
      }
      case "Target.setAutoAttach": {
        const attached = { sessionId: this.newSessionId(), targetInfo: TAB, waitingForDebugger: false };
        if (command.sessionId === undefined) this.event("Target.attachedToTarget", attached);
        return this.answer(command, {});
      }
      case "Target.attachToTarget":
        return this.answer(command, { sessionId: this.newSessionId() });
      case "Target.getBrowserContexts":
        return this.answer(command, { browserContextIds: [], defaultBrowserContextId: CONTEXT });
      case "Target.createBrowserContext":
        return this.answer(command, { browserContextId: "OWN" });
      case "Emulation.getScreenInfos":
        return this.answer(command, { screenInfos: [{ id: "1" }] });
      case "Browser.getVersion":
        return this.answer(command, { userAgent: "Chrome", product: "Chrome/156" });
      case "Runtime.evaluate":
        return this.answer(command, {
          result: { value: { ...HOST, userAgent: "Chrome" } },
        });
      case "Target.attachToBrowserTarget":
        return undefined;
      default:
        return this.answer(command, {});
    }
  }
}

/** An engine whose launches a test decides: each entry of `script` is one launch's outcome. */
export class FakeEngine implements BrowserEngine {
  readonly name = "fake";
  readonly features: EngineFeatures;
  readonly closed: string[] = [];
  readonly browsers: ScriptedBrowser[] = [];
  launches = 0;
  /** Methods that the browsers of this engine never answer. */
  silentMethods: readonly string[] = [];
  /** Methods that they refuse. */
  refusedMethods: readonly string[] = [];
  /** Awaited by every launch before it does anything. */
  beforeLaunch: () => Promise<void> = () => Promise.resolve();
  /** Throws to make `connect` fail: the browser is gone. */
  beforeConnect: () => void = () => undefined;
  beforeClose: () => Promise<void> = () => Promise.resolve();

  constructor({ sharesBrowser = false }: { readonly sharesBrowser?: boolean } = {}) {
    this.features = { sharesBrowser, hasLocations: false };
  }

  async launch(): Promise<EngineBrowser> {
    this.launches += 1;
    await this.beforeLaunch();
    return this.resume(`browser-${this.launches}`);
  }

  resume(browserId: string): EngineBrowser {
    return {
      browserId,
      connect: () => this.#connect(),
      close: async () => {
        await this.beforeClose();
        this.closed.push(browserId);
      },
    };
  }

  list(): Promise<readonly ListedBrowser[]> {
    return Promise.resolve([]);
  }

  get browser(): ScriptedBrowser {
    const browser = this.browsers.at(-1);
    if (!browser) throw new Error("nothing has connected to a browser");
    return browser;
  }

  async #connect(): Promise<Transport> {
    this.beforeConnect();
    const browser = new ScriptedBrowser();
    for (const method of this.silentMethods) browser.silent.add(method);
    for (const method of this.refusedMethods) browser.refuseNext(method);
    this.browsers.push(browser);
    return browser;
  }
}
