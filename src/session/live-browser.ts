import { CapabilityError } from "../capabilities/capability-error.ts";
import type { TrafficListener } from "../capabilities/proxy/traffic.ts";
import type { Overrides } from "../capabilities/stealth/overrides.ts";
import { applyStealth } from "../capabilities/stealth/stealth.ts";
import { CdpConnection, type CdpEvent } from "../cdp/cdp-connection.ts";
import { DialogGuard } from "../cdp/dialog-guard.ts";
import type { MuxDirector } from "../cdp/director.ts";
import { FetchBroker } from "../cdp/fetch-broker.ts";
import { inPage } from "../cdp/in-page.ts";
import { isLocalUrl } from "../cdp/local-url.ts";
import type { MuxClient } from "../cdp/mux-client.ts";
import { MarkedReports } from "../cdp/quiet-runtime/marked-reports.ts";
import { SessionMux } from "../cdp/session-mux.ts";
import type { TargetObserver } from "../cdp/target-observer.ts";
import { type OwnContext, type TargetInfo, TargetRegistry } from "../cdp/targets.ts";
import type { Transport, TransportClose } from "../cdp/transport.ts";
import type { Clock } from "../domain/clock.ts";
import { type HiddenTab, hide, openHidden } from "./hidden-tab.ts";
import { LiveTabs } from "./live-tabs.ts";
import type { ObservedFingerprint } from "../domain/session-view.ts";

export interface LiveBrowserOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Other sessions use the browser too. */
  readonly sharesBrowser: boolean;
  /** The session keeps to this context; `"new"` makes one, `null` stays in the browser's default one. */
  readonly context: OwnContext | "new" | null;
  /** Clients press the mouse as a person does. */
  readonly pointerForce?: boolean;
  /** Pages are not to notice their clients, who hear this much of consoles. */
  readonly quietConsole?: "quiet" | "off" | undefined;
  /** Contexts that clients of this session made before a restore. */
  readonly madeContexts: readonly string[];
  /** Has a say in what clients' commands do. */
  readonly director?: MuxDirector;
  readonly onLost: (close: TransportClose) => void;
  readonly onCloseRequested: () => void;
  /** Commands of clients wait, and nothing comes from the browser. */
  readonly onSilence?: () => void;
  /** A message could not be handled: a fault of ours. */
  readonly onFault?: (error: unknown) => void;
  /** Hears of what passes the session's proxy. */
  readonly traffic?: TrafficListener;
  /** Hears the origin of every page and frame of the default context. */
  readonly onVisit?: (origin: string) => void;
  /** The contexts that clients have made, whenever they change. */
  readonly onContextsChanged: (contextIds: readonly string[]) => void;
}

/** How long a browser just started may take to show its first tab before one is opened for it. */
const FIRST_PAGE_WAIT_MS = 2000;
/** A browser that is closed is gone this soon after the first of its tabs. */
const CLOSING_MS = 1000;
const BLANK = "about:blank";

/** A browser with a socket to it: our own commands, its targets, and the mux for clients. */
export class LiveBrowser {
  readonly connection: CdpConnection;
  readonly fetches: FetchBroker;
  readonly targets: TargetRegistry<MuxClient>;
  readonly mux: SessionMux;
  readonly tabs: LiveTabs;
  /** Tabs whose dialogs a person answers. */
  readonly attended = new Set<string>();
  /** The browser's own user agent, before any override. */
  userAgent = "";
  /** Main-frame navigations seen over this socket. */
  pagesVisited = 0;
  /** How scripts of Berth's own report to it; `null` where clients hear of consoles as Chromium tells them. */
  readonly reports: MarkedReports | null;
  readonly #observers: TargetObserver[];
  readonly #transport: Transport;
  readonly #sharesBrowser: boolean;
  readonly #traffic: TrafficListener | undefined;
  readonly #onVisit: ((origin: string) => void) | undefined;
  #onPage: (() => void) | undefined;
  readonly #clock: Clock;
  /** Epoch milliseconds of the last tab's end; `-Infinity` before any. */
  #tabClosedAt = -Infinity;
  /** Tabs that are there when the socket opens were visited before. */
  #countsVisits = false;

  private constructor(options: LiveBrowserOptions) {
    const { transport, clock, onLost, onCloseRequested, onContextsChanged } = options;
    const ignore = (): void => undefined;
    const { onSilence = ignore, onFault = ignore } = options;
    this.#transport = transport;
    this.#clock = clock;
    this.#sharesBrowser = options.sharesBrowser;
    this.#traffic = options.traffic;
    this.#onVisit = options.onVisit;
    this.targets = new TargetRegistry(onContextsChanged);
    const { targets } = this;
    const connection = new CdpConnection((text) => transport.send(text));
    this.connection = connection;
    this.fetches = new FetchBroker(connection);
    const token = crypto.randomUUID();
    this.reports = options.quietConsole === "quiet" ? new MarkedReports(token) : null;
    this.mux = new SessionMux({
      transport,
      connection,
      targets,
      clock,
      quiet: options.quietConsole && { console: options.quietConsole, token },
      pointerForce: options.pointerForce,
      onCloseRequested,
      onSilence,
      onFault,
    });
    const isHeard = (targetId: string): boolean => this.attended.has(targetId) || this.mux.commands.isHeard(targetId);
    this.mux.director = options.director;
    this.#observers = [new DialogGuard(isHeard)];
    this.connection.onEvent((event) => this.#onEvent(event));
    // It reads what the listener before has noted.
    this.tabs = new LiveTabs({ connection, targets, commands: this.mux.commands });
    transport.onClose((close) => {
      this.connection.close("the connection to the browser closed");
      onLost(close);
    });
  }

  /** Takes a fresh socket into use; answers when targets are known and one tab is open. */
  static async open(options: LiveBrowserOptions): Promise<LiveBrowser> {
    const browser = new LiveBrowser(options);
    try {
      await browser.#start(options);
      return browser;
    } catch (error) {
      browser.close({ code: 1000, reason: "the browser could not be taken into use" });
      throw error;
    }
  }

  async #start(options: LiveBrowserOptions): Promise<void> {
    for (const id of options.madeContexts) this.targets.contextMade(id, undefined);
    const { context } = options;
    if (context !== null) this.#useContext(context === "new" ? await this.#createContext() : context);
    this.mux.upstream.prepare();
    const [version] = await Promise.all([
      this.connection.send("Browser.getVersion", undefined),
      this.connection.send("Target.setDiscoverTargets", { discover: true }),
    ]);
    this.userAgent = version.userAgent;
    this.#countsVisits = true;
    await this.#ensurePage();
  }

  /** Whether the browser looks as if it is being closed: that closes its tabs first, a crash closes none. */
  get isClosing(): boolean {
    return this.pages().length === 0 || this.#clock.now() - this.#tabClosedAt <= CLOSING_MS;
  }

  /** Has somebody watch every target. To be called before the first override is applied. */
  observe(observer: TargetObserver): void {
    this.#observers.push(observer);
  }

  /** Tabs of the default context as clients see them. */
  pages(): readonly TargetInfo[] {
    return this.targets.pages();
  }

  /** The same with the titles of now: the browser tells of a new title only when it is asked. */
  async describePages(): Promise<readonly TargetInfo[]> {
    const { targetInfos } = await this.connection.send("Target.getTargets", {});
    for (const target of targetInfos) if (this.targets.find(target.targetId)) this.#noteTarget(target);
    this.tabs.refreshed();
    return this.pages();
  }

  /** A blank tab that clients do not see. What the browser tells them meanwhile comes a little later. */
  async openHiddenTab(contextId: string | undefined): Promise<HiddenTab> {
    const tab = await this.mux.heldBack.while(() => this.tabs.whileOpening(() => openHidden(this, contextId)));
    // Which one it is could not be told when it was set up.
    await Promise.all(this.#observers.map(async (observer) => observer.leave?.(tab.targetId)));
    return tab;
  }

  hideTab(tab: HiddenTab): void {
    hide(this.targets, tab);
  }

  /** Opens a first tab in a context that clients are going to be in. */
  async openFirstPage({ id }: OwnContext): Promise<void> {
    await this.connection.send("Target.createTarget", { url: BLANK, browserContextId: id });
  }

  /** Makes a context the one that clients are in; the browser's own tabs close. */
  enterContext(own: OwnContext): void {
    const before = this.targets.own;
    const left = this.pages().filter(({ browserContextId }) => browserContextId !== own.id);
    // Their end is not a sign that the browser is being closed.
    for (const { targetId } of left) this.targets.hide(targetId);
    this.#useContext(own);
    const gone = (): undefined => undefined;
    if (before) this.connection.send("Target.disposeBrowserContext", { browserContextId: before.id }).catch(gone);
    else for (const { targetId } of left) this.connection.send("Target.closeTarget", { targetId }).catch(gone);
  }

  #useContext(own: OwnContext): void {
    this.targets.useContext(own, { sharesBrowser: this.#sharesBrowser });
  }

  /** Starts loading `url` in the first tab; does not wait for the page. */
  openInitialUrl(url: string): void {
    const [page] = this.pages();
    if (!page) return;
    // A page that cannot be loaded shows the browser's error page, as it would for any user.
    inPage(this.connection, page.targetId, (sessionId) =>
      this.connection.send("Page.navigate", { url }, { sessionId }),
    ).catch(() => undefined);
  }

  /** Opens a tab in the default context; `undefined` for a URL that reaches the browser's machine. */
  async openPage(url: string): Promise<TargetInfo | undefined> {
    if (isLocalUrl(url)) return undefined;
    const { own } = this.targets;
    const { targetId } = await this.connection.send("Target.createTarget", {
      url,
      ...(own && { browserContextId: own.id }),
    });
    const { targetInfo } = await this.connection.send("Target.getTargetInfo", { targetId });
    return targetInfo;
  }

  /**
   * Puts an identity in force, before any client is let in.
   *
   * @param onFailed hears of a target that could not be set up later.
   * @returns what settles when the tabs that were there have it; clients' commands to them wait until then.
   * @throws CapabilityError when the browser does not take it; so does what is returned.
   */
  async applyOverrides(
    overrides: Overrides,
    onFailed: (error: CapabilityError) => void,
  ): Promise<{ readonly setUp: Promise<void> }> {
    const { connection, fetches, mux, targets } = this;
    const [page] = this.pages();
    if (page === undefined) throw new CapabilityError("stealth", "the browser has no page");
    const rethrow = (error: unknown): never => {
      throw connection.isClosed ? error : new CapabilityError("stealth", error);
    };
    const applied = await applyStealth({
      connection,
      fetches,
      mux,
      overrides,
      observers: this.#observers,
      pageId: page.targetId,
      belongs: (target) => targets.belongs(target),
      isOwnTab: (targetId) => targets.isHidden(targetId),
      sharesBrowser: targets.sharesBrowser,
      traffic: this.#traffic,
      onFailed: (error) => onFailed(new CapabilityError("stealth", error)),
    }).catch(rethrow);
    return { setUp: applied.setUp.catch(rethrow) };
  }

  /** What a page of this browser observes, read in the first tab while it is blank. */
  async observeFingerprint(): Promise<ObservedFingerprint> {
    const [page] = this.pages();
    if (!page) throw new Error("the browser has no page");
    const expression =
      "({platform: navigator.platform, userAgent: navigator.userAgent, locale: navigator.language," +
      " timezone: Intl.DateTimeFormat().resolvedOptions().timeZone})";
    const { result } = await inPage(this.connection, page.targetId, (sessionId) =>
      this.connection.send("Runtime.evaluate", { expression, returnByValue: true }, { sessionId }),
    );
    return result.value as ObservedFingerprint;
  }

  /** A cheap command: it tells a live browser from a dead one, and keeps the engine from calling it idle. */
  async heartbeat(timeoutMs: number): Promise<void> {
    await this.connection.send("Browser.getVersion", undefined, { timeoutMs });
  }

  /** Closes what this session opened in a browser that it shares. */
  async disposeContexts(): Promise<void> {
    const { own } = this.targets;
    const ids = [...this.targets.madeContexts(), ...(own ? [own.id] : [])];
    const gone = (): undefined => undefined;
    await Promise.all(
      ids.map((browserContextId) =>
        // A context that its client disposed of already is success.
        this.connection.send("Target.disposeBrowserContext", { browserContextId }).catch(gone),
      ),
    );
  }

  close(close: TransportClose): void {
    this.connection.close(close.reason);
    this.#transport.close(close);
  }

  async #createContext(): Promise<OwnContext> {
    const { defaultBrowserContextId } = await this.connection.send("Target.getBrowserContexts", undefined);
    const { browserContextId } = await this.connection.send("Target.createBrowserContext", {});
    return { id: browserContextId, defaultId: defaultBrowserContextId ?? "" };
  }

  async #ensurePage(): Promise<void> {
    const { own } = this.targets;
    if (own === undefined) await this.#firstPage();
    if (this.pages().length > 0) return;
    const params = { url: BLANK, ...(own && { browserContextId: own.id }) };
    await this.connection.send("Target.createTarget", params);
  }

  /** A browser opens its own first tab; a second one beside it would surprise the client. */
  #firstPage(): Promise<void> {
    if (this.pages().length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, FIRST_PAGE_WAIT_MS);
      this.#onPage = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    if (sessionId !== "") return;
    switch (method) {
      case "Target.targetCreated":
      case "Target.targetInfoChanged":
        this.#noteTarget((params as { targetInfo: TargetInfo }).targetInfo);
        return;
      case "Target.targetDestroyed": {
        const { targetId } = params as { targetId: string };
        const isTab = this.targets.find(targetId)?.type === "page" && !this.targets.isHidden(targetId);
        if (isTab) this.#tabClosedAt = this.#clock.now();
        this.targets.forget(targetId);
        return;
      }
      default:
    }
  }

  #noteVisit({ targetId, type, url }: TargetInfo): void {
    if (!PAGES.has(type) || !/^https?:/.test(url) || !URL.canParse(url)) return;
    if (!this.targets.isHidden(targetId) && this.targets.isInDefault(targetId)) this.#onVisit?.(new URL(url).origin);
  }

  #noteTarget(target: TargetInfo): void {
    const before = this.targets.note(target);
    if (before?.url !== target.url) this.#noteVisit(target);
    if (target.type !== "page" || this.targets.isHidden(target.targetId)) return;
    const navigated = withoutHash(before?.url ?? BLANK) !== withoutHash(target.url) && target.url !== BLANK;
    if (navigated && this.#countsVisits) this.pagesVisited += 1;
    this.#onPage?.();
  }
}

const PAGES: ReadonlySet<string> = new Set(["page", "iframe"]);
const withoutHash = (url: string): string => url.split("#", 1)[0] ?? url;
