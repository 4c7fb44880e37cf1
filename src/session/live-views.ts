import { parseViewerMessage } from "../capabilities/live-view/parse-message.ts";
import { TabView } from "../capabilities/live-view/tab-view.ts";
import { closeSafely, type TransportClose } from "../cdp/transport.ts";
import type { ControlState, InputMessage, ViewerMessage, ViewMessage } from "../domain/live-view.ts";
import type { SessionId } from "../domain/ids.ts";
import { toInputCall } from "../capabilities/live-view/input.ts";
import type { ControlDesk } from "./control-desk.ts";
import type { LiveBrowser } from "./live-browser.ts";
import { uploadFolder } from "./session-uploads.ts";
import { TabActions } from "./tab-actions.ts";
import { Viewer, type ViewerOptions } from "./viewer.ts";

export interface LiveViewsOptions {
  readonly id: SessionId;
  readonly desk: ControlDesk;
  /** A person works in the session. */
  readonly onInput: () => void;
}

/** Everything that a person's view hangs on while the browser is connected. */
interface Attached {
  readonly live: LiveBrowser;
  readonly views: Map<string, Promise<TabView>>;
  readonly stop: () => void;
}

/** All are in the API's list; these are shown. */
const MOST_DOWNLOADS = 10;
/** A person who looked away for this long has given control back. */
const AWAY_LIMIT_MS = 30_000;

/** The live views of one session: who looks, at which tab, and what they do. */
export class LiveViews {
  readonly #options: LiveViewsOptions;
  readonly #viewers = new Set<Viewer>();
  readonly #actions: TabActions;
  /** What whoever comes later is told of. */
  readonly #downloads: Extract<ViewMessage, { type: "download" }>[] = [];
  #attached: Attached | undefined;
  #away: ReturnType<typeof setTimeout> | undefined;
  #isTelling = false;

  constructor(options: LiveViewsOptions) {
    this.#options = options;
    this.#actions = new TabActions();
  }

  get count(): number {
    return this.#viewers.size;
  }

  /** Lets a viewer in and answers the socket for its upgrade response. */
  accept(live: LiveBrowser, options: ViewerOptions): WebSocket {
    const { 0: theirs, 1: ours } = new WebSocketPair();
    ours.binaryType = "arraybuffer";
    ours.accept();
    const viewer = new Viewer(ours, options);
    this.#viewers.add(viewer);
    if (!viewer.isReadOnly) clearTimeout(this.#away);
    ours.addEventListener("message", ({ data }) => this.#onMessage(viewer, data));
    ours.addEventListener("close", ({ code, reason }) => {
      closeSafely(ours, { code, reason });
      this.#left(viewer);
    });
    ours.addEventListener("error", () => this.#left(viewer));
    viewer.tell({ type: "hello", session: this.#options.id, isReadOnly: viewer.isReadOnly });
    viewer.tell({ type: "control", state: this.#options.desk.state });
    for (const download of this.#downloads) viewer.tell(download);
    this.follow(live);
    return theirs;
  }

  /** From now on this is the browser that is looked at. */
  follow(live: LiveBrowser): void {
    if (this.#viewers.size === 0) return;
    if (this.#attached?.live !== live) {
      this.#detach();
      const stop = live.tabs.onChange(() => this.#tabsChanged());
      this.#attached = { live, views: new Map(), stop };
    }
    this.#tabsChanged();
  }

  /** The browser's socket is lost: viewers stay, and are shown what comes back. */
  lost(): void {
    this.#detach();
  }

  closeAll(close: TransportClose): void {
    clearTimeout(this.#away);
    this.#detach();
    for (const viewer of this.#viewers) viewer.close(close);
    this.#viewers.clear();
  }

  tellControl(state: ControlState): void {
    for (const viewer of this.#viewers) viewer.tell({ type: "control", state });
  }

  /** A file of the session is there to be fetched. */
  tellDownload({ name, path }: { readonly name: string; readonly path: string }): void {
    const message = { type: "download", name, url: path } as const;
    this.#downloads.push(message);
    if (this.#downloads.length > MOST_DOWNLOADS) this.#downloads.shift();
    for (const viewer of this.#viewers) viewer.tell(message);
  }

  #left(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#release(viewer);
    if (this.#viewers.size === 0) this.#detach();
    if (!this.#options.desk.state.isTaken || [...this.#viewers].some(({ isReadOnly }) => !isReadOnly)) return;
    this.#away = setTimeout(() => this.#options.desk.giveBack(), AWAY_LIMIT_MS);
  }

  #detach(): void {
    const attached = this.#attached;
    if (attached === undefined) return;
    this.#attached = undefined;
    attached.stop();
    attached.live.attended.clear();
    for (const viewer of this.#viewers) {
      viewer.view = undefined;
      viewer.wanted = undefined;
    }
    for (const view of attached.views.values()) void view.then((opened) => opened.close()).catch(() => undefined);
  }

  /** Many changes at once are told together. */
  #tabsChanged(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#settle();
    });
  }

  #settle(): void {
    const attached = this.#attached;
    if (attached === undefined) return;
    const { tabs } = attached.live;
    const list = tabs.list();
    for (const viewer of this.#viewers) {
      if (viewer.pinned !== undefined && !tabs.has(viewer.pinned)) viewer.pinned = undefined;
      const shown = viewer.pinned ?? tabs.inUse ?? null;
      viewer.tell({ type: "tabs", tabs: list, shown });
      this.#follow(attached, viewer, shown ?? undefined);
    }
  }

  #follow(attached: Attached, viewer: Viewer, tab: string | undefined): void {
    if (viewer.wanted === tab) return;
    viewer.wanted = tab;
    this.#release(viewer);
    if (tab === undefined) return;
    const opening = this.#show(attached, viewer, tab).finally(() => {
      if (viewer.opening === opening) viewer.opening = undefined;
    });
    viewer.opening = opening;
  }

  async #show(attached: Attached, viewer: Viewer, tab: string): Promise<void> {
    const opening = this.#view(attached, tab);
    const view = await opening.catch(() => undefined);
    if (view === undefined) {
      // Closed, or crashed: the next change of the tabs tries again.
      if (attached.views.get(tab) === opening) attached.views.delete(tab);
      if (viewer.wanted === tab) viewer.wanted = undefined;
      return;
    }
    if (this.#attached !== attached || viewer.wanted !== tab || !this.#viewers.has(viewer)) {
      return this.#closeIfEmpty(attached, view);
    }
    viewer.view = view;
    view.add(viewer);
    this.#attend(attached, view);
  }

  #view({ live, views }: Attached, targetId: string): Promise<TabView> {
    const there = views.get(targetId);
    if (there !== undefined) return there;
    const { id } = this.#options;
    const opened = TabView.open({
      connection: live.connection,
      targetId,
      isHeard: () => live.mux.commands.isHeard(targetId),
      staging: live.targets.sharesBrowser ? undefined : { browser: live, folder: () => uploadFolder(id) },
      onLoaded: () => void live.describePages().catch(() => undefined),
    });
    views.set(targetId, opened);
    return opened;
  }

  #release(viewer: Viewer): void {
    const { view } = viewer;
    viewer.view = undefined;
    if (view === undefined) return;
    view.remove(viewer);
    const attached = this.#attached;
    if (attached === undefined) return;
    this.#attend(attached, view);
    this.#closeIfEmpty(attached, view);
  }

  #attend({ live }: Attached, view: TabView): void {
    if (view.isDriven) live.attended.add(view.targetId);
    else live.attended.delete(view.targetId);
  }

  #closeIfEmpty({ views }: Attached, view: TabView): void {
    if (!view.isEmpty) return;
    views.delete(view.targetId);
    view.close();
  }

  #onMessage(viewer: Viewer, data: unknown): void {
    const message = parseViewerMessage(data);
    if (message === undefined)
      return viewer.tell({ type: "notice", text: "The session did not understand a message." });
    // Here and nowhere else: whatever a page sends over a socket that may only watch, nothing comes of it.
    const isWatching = WATCHING.has(message.type);
    if (viewer.isReadOnly && !isWatching) return;
    const { opening } = viewer;
    if (isWatching || opening === undefined) return this.#do(viewer, message);
    // The person means the tab that is about to be shown.
    void opening.then(() => this.#onMessage(viewer, data));
  }

  #do(viewer: Viewer, message: ViewerMessage): void {
    switch (message.type) {
      case "ack":
        return viewer.view?.drawn(viewer);
      case "size":
        viewer.size = { width: message.width, height: message.height };
        return viewer.view?.resized();
      case "ping":
        return viewer.tell({ type: "pong", at: message.at });
      case "watch":
        return this.#watch(viewer, message.tab);
      case "mouse":
      case "wheel":
      case "touch":
      case "key":
      case "compose":
      case "text":
        return this.#input(viewer, message);
      case "takeControl":
        return void this.#options.desk.take();
      case "returnControl":
        return void this.#options.desk.giveBack();
      case "openTab":
      case "closeTab":
      case "goto":
      case "back":
      case "forward":
      case "reload":
      case "stop":
      case "dialog":
      case "pick":
      case "paste":
      case "copy":
      case "filePart":
      case "files":
      case "filesSent":
        this.#options.onInput();
        return this.#actions.run({ viewer, live: this.#attached?.live }, message);
      default:
        message satisfies never;
    }
  }

  #watch(viewer: Viewer, tab: string | null): void {
    const live = this.#attached?.live;
    if (live === undefined) return;
    viewer.pinned = tab ?? undefined;
    if (tab !== null && !viewer.isReadOnly && live.tabs.has(tab)) {
      // A tab that is not in front is drawn by no browser.
      live.connection.send("Target.activateTarget", { targetId: tab }).catch(() => undefined);
      live.tabs.use(tab);
    }
    this.#tabsChanged();
  }

  #input(viewer: Viewer, message: InputMessage): void {
    const { view } = viewer;
    const live = this.#attached?.live;
    if (view === undefined || live === undefined) return;
    const [method, params] = toInputCall(message);
    view.input(message);
    if (message.type === "mouse" && message.event === "move") return;
    this.#options.onInput();
    live.mux.commands.tell({ targetId: view.targetId, method, params: { ...params } });
  }
}

/** What changes nothing but the viewer's own view. */
const WATCHING: ReadonlySet<ViewerMessage["type"]> = new Set<ViewerMessage["type"]>(["ack", "size", "ping", "watch"]);
