import type { Protocol } from "devtools-protocol";
import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { FetchBroker, RequestHandler } from "../../cdp/fetch-broker.ts";
import type { FrameTree } from "../../cdp/frame-tree.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";
import type { OwnContext, TargetInfo } from "../../cdp/targets.ts";
import type { ExtensionPackage } from "../../domain/extension.ts";
import type { ViewedTab } from "../../domain/live-view.ts";
import { AccessibleFiles } from "./accessible-files.ts";
import { BackgroundTab, type BackgroundTabIds } from "./background-tab.ts";
import { BrowserApis } from "./browser-apis.ts";
import { ContentScripts } from "./content-scripts.ts";
import { DeclarativeRules, type DeclarativeState } from "./declarative-rules.ts";
import { EmulatedExtension } from "./emulated-extension.ts";
import { Places } from "./places.ts";
import { RuleHandler } from "./rule-handler.ts";
import { ScriptInjection } from "./script-injection.ts";
import { frameNumber, numberOf, TabBook } from "./tab-book.ts";

/** What of a session's browser the emulation uses. */
export interface EmulatingBrowser {
  readonly connection: CdpConnection;
  readonly fetches: FetchBroker;
  readonly targets: {
    readonly own: OwnContext | undefined;
    isHidden(targetId: string): boolean;
    find(targetId: string): TargetInfo | undefined;
  };
  readonly tabs: {
    list(): readonly ViewedTab[];
    readonly inUse: string | undefined;
    use(id: string): void;
    onChange(listener: () => void): () => void;
  };
  openHiddenTab(contextId: string | undefined): Promise<BackgroundTabIds>;
  hideTab(tab: BackgroundTabIds): void;
  openPage(url: string): Promise<{ readonly targetId: string } | undefined>;
}

export interface ExtensionEmulationOptions {
  readonly packages: readonly ExtensionPackage[];
  readonly browser: EmulatingBrowser;
  readonly frames: FrameTree;
  /** Background tabs of an earlier connection, by extension id. */
  readonly backgrounds: Readonly<Record<string, BackgroundTabIds>>;
  /** A background tab has been opened: to be written down at once. */
  readonly onBackground: (extensionId: string, tab: BackgroundTabIds) => void;
  /** Page-side code, read from assets. */
  readonly script: () => Promise<string>;
  /** What the session shows: asked for when it is needed. */
  readonly shown: () => {
    readonly language: string;
    readonly userAgent: Protocol.Emulation.SetUserAgentOverrideRequest | undefined;
  };
  readonly onFault: (error: unknown) => void;
}

interface Played {
  readonly extension: EmulatedExtension;
  readonly background: BackgroundTab | undefined;
}

/** Rules are about what clients' tabs load: Berth's own are none of an extension's. */
const forPages = (handler: RuleHandler, isHidden: (targetId: string) => boolean): RequestHandler => ({
  patterns: handler.patterns,
  rule: (paused) => (isHidden(paused.frameId) ? undefined : handler.rule(paused)),
  revise: (response) => (isHidden(response.frameId) ? undefined : handler.revise(response)),
});

/** Plays the browser's part for extensions that the browser does not load, over one connection to it. */
export class ExtensionEmulation {
  /** To watch every target, from before the first is set up. */
  readonly observers: readonly TargetObserver[];
  /** To have a say in requests. */
  readonly handlers: readonly RequestHandler[];
  readonly #options: ExtensionEmulationOptions;
  readonly #played: readonly Played[];
  readonly #places: Places;
  /** In the order of their extensions. */
  readonly #rules: DeclarativeRules[];

  private constructor(options: ExtensionEmulationOptions, kit: string) {
    this.#options = options;
    const { browser, frames, packages, backgrounds } = options;
    const extensions = packages.map((each) => new EmulatedExtension(each, () => options.shown().language));
    const book = new TabBook({ tabs: browser.tabs, onEvent: (name, args) => this.#tell(name, args) });
    const places = new Places({
      call: (where, api, args) => apis.call(where, api, args),
      tab: (pageId) => book.find(pageId),
      tabIdOf: numberOf,
      frameIdOf: frameNumber,
      whenReady: (extension) => this.#find(extension)?.background?.ready,
    });
    this.#places = places;
    const scripts = new ScriptInjection({ kit, frames, places, book });
    const apis = new BrowserApis({
      browser,
      book,
      scripts,
      rulesOf: (extension) => this.#rules[extensions.indexOf(extension)],
    });
    const isHidden = (targetId: string): boolean => browser.targets.isHidden(targetId);
    const isResumed = Object.keys(backgrounds).length > 0;
    const contents = new ContentScripts({ extensions, kit, frames, places, isHidden, isResumed });
    const isPage = (frameId: string): boolean => browser.targets.find(frameId)?.type === "page";
    this.observers = [book, contents];
    this.#played = extensions.map((extension) => this.#play(extension, kit));
    this.#rules = extensions.map((extension) => this.#rulesOf(extension));
    const rules = new RuleHandler({ extensions: this.#rules, frames, isPage, tabIdOf: numberOf });
    this.handlers = [forPages(rules, isHidden), new AccessibleFiles({ extensions, frames, isPage })];
    for (const tab of Object.values(backgrounds)) browser.hideTab(tab);
  }

  /** Reads the code that it runs in pages. To be called before the browser's targets are watched. */
  static async of(options: ExtensionEmulationOptions): Promise<ExtensionEmulation> {
    return new ExtensionEmulation(options, await options.script());
  }

  /**
   * Opens the background tabs, or takes the earlier ones into use again; answers when their scripts have run. After the
   * identity is in force, before the first page.
   */
  async start(): Promise<void> {
    await Promise.all(this.#played.map((each) => this.#start(each)));
  }

  async #start({ extension, background }: Played): Promise<void> {
    const earlier = this.#options.backgrounds[extension.id];
    await background?.start(earlier);
    const kept = earlier && (await background?.kept());
    if (kept !== undefined) await this.#restoreRules(extension, JSON.parse(kept) as DeclarativeState);
  }

  /** What it does to its rules is remembered by its background, which is there whenever it does something. */
  #rulesOf(extension: EmulatedExtension, state?: DeclarativeState): DeclarativeRules {
    const onChanged = async (next: DeclarativeState): Promise<void> => {
      const kept = this.#find(extension)?.background?.keep(JSON.stringify(next));
      await Promise.all([kept, this.#options.browser.fetches.changed()]);
    };
    return new DeclarativeRules({ extension, state, onChanged });
  }

  async #restoreRules(extension: EmulatedExtension, state: DeclarativeState): Promise<void> {
    this.#rules[this.#rules.findIndex(({ id }) => id === extension.id)] = this.#rulesOf(extension, state);
    await this.#options.browser.fetches.changed();
  }

  #find(extension: EmulatedExtension): Played | undefined {
    return this.#played.find((each) => each.extension === extension);
  }

  #play(extension: EmulatedExtension, kit: string): Played {
    const { browser, onBackground, onFault, shown } = this.#options;
    const openTab = async (): Promise<BackgroundTabIds> => {
      const tab = await browser.openHiddenTab(browser.targets.own?.id);
      onBackground(extension.id, tab);
      return tab;
    };
    const userAgent = () => shown().userAgent;
    const { connection } = browser;
    const options = { connection, extension, kit, places: this.#places, openTab, userAgent, onFault };
    const background = extension.hasBackground ? new BackgroundTab(options) : undefined;
    return { extension, background };
  }

  #tell(name: string, args: readonly unknown[]): void {
    for (const { extension } of this.#played) void this.#places.tell(extension, name, args);
  }
}
