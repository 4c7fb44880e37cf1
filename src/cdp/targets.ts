/** What CDP's `Target.TargetInfo` says that routing and visibility need. */
export interface TargetInfo {
  readonly targetId: string;
  readonly type: string;
  readonly title: string;
  readonly url: string;
  readonly browserContextId?: string;
  readonly openerId?: string;
  /** Whether its scripts and its opener's reach each other: not so for a window opened with `noopener`. */
  readonly canAccessOpener?: boolean;
}

/**
 * The browser context that clients take for the default one. Absent when it is the browser's own default
 * context, and nothing has to be rewritten.
 */
export interface OwnContext {
  readonly id: string;
  /** The browser's true default context, whose id clients see in place of `id`. */
  readonly defaultId: string;
}

/** Chrome's own surfaces (omnibox popups), which DevTools clients do not expect. */
const HIDDEN_TYPES: ReadonlySet<string> = new Set(["browser_ui"]);

/**
 * The tabs that hold those surfaces have an ordinary type. A client that sees such a tab waits for its page,
 * which it will never be told of.
 */
const TOP_CHROME = /^chrome:\/\/[^/]+\.top-chrome\//;

/** Popups are left as they are: libraries wait for the URL that their opener gave them. */
const isFirstLoad = ({ url, type, openerId }: TargetInfo): boolean =>
  url === "" && openerId === undefined && (type === "page" || type === "tab");

/** Who may see a target. A client is any object: the registry only compares identities. */
export class TargetRegistry<Client extends object> {
  readonly #targets = new Map<string, TargetInfo>();
  readonly #hidden = new Set<string>();
  readonly #hiddenContexts = new Set<string>();
  /** Contexts that clients made; `undefined` once their maker has left, which makes them everybody's. */
  readonly #makers = new Map<string, Client | undefined>();
  #own: OwnContext | undefined;
  #sharesBrowser = false;
  readonly #onContextsChanged: (contextIds: readonly string[]) => void;

  /** @param onContextsChanged hears which contexts clients have made, whenever that changes. */
  constructor(onContextsChanged: (contextIds: readonly string[]) => void = () => undefined) {
    this.#onContextsChanged = onContextsChanged;
  }

  /** The context that clients take for the default one, when it is not the browser's own. */
  get own(): OwnContext | undefined {
    return this.#own;
  }

  /** How many targets this client may see. */
  visibleCount(client: Client): number {
    let count = 0;
    for (const target of this.#targets.values()) if (this.isVisible(target, client)) count += 1;
    return count;
  }

  /** Whether other sessions use the same browser. */
  get sharesBrowser(): boolean {
    return this.#sharesBrowser;
  }

  /**
   * Set once, before any client attaches: where the engine lends one browser to several sessions, and where a
   * session's traffic has a way of its own.
   */
  useContext(own: OwnContext, { sharesBrowser }: { readonly sharesBrowser: boolean }): void {
    this.#own = own;
    this.#sharesBrowser = sharesBrowser;
  }

  /** Keeps what discovery said of a target; answers what was known before. */
  note(target: TargetInfo): TargetInfo | undefined {
    const before = this.#targets.get(target.targetId);
    this.#targets.set(target.targetId, target);
    return before;
  }

  forget(targetId: string): void {
    this.#targets.delete(targetId);
    this.#hidden.delete(targetId);
  }

  isHidden(targetId: string): boolean {
    return this.#hidden.has(targetId);
  }

  /** Takes a tab of Berth's own out of every client's sight. */
  hide(targetId: string): void {
    this.#hidden.add(targetId);
  }

  /** Takes a context of Berth's own, and all that is in it, out of every client's sight. */
  hideContext(contextId: string): void {
    this.#hiddenContexts.add(contextId);
  }

  contextMade(contextId: string, maker: Client | undefined): void {
    const isNew = !this.#makers.has(contextId);
    this.#makers.set(contextId, maker);
    if (isNew) this.#onContextsChanged(this.madeContexts());
  }

  contextDisposed(contextId: string): void {
    if (this.#makers.delete(contextId)) this.#onContextsChanged(this.madeContexts());
  }

  /** Contexts outlive the client that made them, so that it finds them again; anyone may adopt them. */
  clientLeft(client: Client): void {
    for (const [contextId, maker] of this.#makers) {
      if (maker === client) this.#makers.set(contextId, undefined);
    }
  }

  /** Contexts made through this session, for its teardown. */
  madeContexts(): readonly string[] {
    return [...this.#makers.keys()];
  }

  isContextVisible(contextId: string, client: Client): boolean {
    if (this.#hiddenContexts.has(contextId)) return false;
    if (this.#makers.has(contextId)) {
      const maker = this.#makers.get(contextId);
      return maker === undefined || maker === client;
    }
    return this.#own === undefined || contextId === this.#own.id;
  }

  /** Whether the target is one of this session's, seen by clients or not. */
  belongs({ type, url, browserContextId = "" }: TargetInfo): boolean {
    if (HIDDEN_TYPES.has(type) || TOP_CHROME.test(url) || this.#hiddenContexts.has(browserContextId)) return false;
    return this.#own === undefined || browserContextId === this.#own.id || this.#makers.has(browserContextId);
  }

  /** Whether the target is in the context that clients take for the default one. */
  isInDefault(targetId: string): boolean {
    const contextId = this.#targets.get(targetId)?.browserContextId ?? "";
    if (this.#hiddenContexts.has(contextId)) return false;
    return !this.#makers.has(contextId) && (this.#own === undefined || contextId === this.#own.id);
  }

  isVisible(target: TargetInfo, client: Client): boolean {
    if (HIDDEN_TYPES.has(target.type) || TOP_CHROME.test(target.url)) return false;
    if (this.#hidden.has(target.targetId)) return false;
    const contextId = target.browserContextId;
    return contextId === undefined || contextId === "" || this.isContextVisible(contextId, client);
  }

  /** Unknown ids are left to the browser, which refuses them itself. */
  isKnownHidden(targetId: string, client: Client): boolean {
    const target = this.#targets.get(targetId);
    return target !== undefined && !this.isVisible(target, client);
  }

  /** Pages of the default context, the oldest first. */
  pages(): readonly TargetInfo[] {
    return [...this.#targets.values()].filter((target) => this.#isDefaultPage(target));
  }

  /** Whether it is a tab of this session's, in whichever context. */
  isTab(targetId: string): boolean {
    const target = this.#targets.get(targetId);
    return target?.type === "page" && !this.#hidden.has(targetId) && this.belongs(target);
  }

  find(targetId: string): TargetInfo | undefined {
    return this.#targets.get(targetId);
  }

  /**
   * The target as clients see it: the session's context stands for the default one, and a tab that has loaded
   * nothing yet is blank. Chromium gives such a tab no URL, and Puppeteer leaves out pages without one.
   */
  present<T extends TargetInfo>(target: T): T {
    const own = this.#own;
    const isOwn = own !== undefined && target.browserContextId === own.id;
    const isBlank = isFirstLoad(target);
    if (!isOwn && !isBlank) return target;
    return { ...target, ...(isOwn && { browserContextId: own.defaultId }), ...(isBlank && { url: "about:blank" }) };
  }

  #isDefaultPage(target: TargetInfo): boolean {
    return target.type === "page" && !this.#hidden.has(target.targetId) && this.isInDefault(target.targetId);
  }
}
