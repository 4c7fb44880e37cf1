import type { CdpConnection, CdpEvent } from "../cdp/cdp-connection.ts";
import type { CommandWatch, WatchedCommand } from "../cdp/command-watch.ts";
import { drivesTab } from "../cdp/drives-tab.ts";
import type { MuxClient } from "../cdp/mux-client.ts";
import type { TargetInfo, TargetRegistry } from "../cdp/targets.ts";
import type { ViewedTab } from "../domain/live-view.ts";

export interface LiveTabsOptions {
  readonly connection: CdpConnection;
  readonly targets: TargetRegistry<MuxClient>;
  readonly commands: CommandWatch;
}

/** The tabs of a session's browser, in every context of its own, and which one is in use. */
export class LiveTabs {
  readonly #targets: TargetRegistry<MuxClient>;
  /** As they were opened. */
  readonly #opened: string[] = [];
  /** As they were last opened, shown or driven: the one in use is the last. */
  readonly #used: string[] = [];
  readonly #listeners = new Set<() => void>();
  /** Tabs that came while one of Berth's own was being opened; `undefined` while none is. */
  #held: string[] | undefined;
  #holders = 0;

  constructor({ connection, targets, commands }: LiveTabsOptions) {
    this.#targets = targets;
    connection.onEvent((event) => this.#onEvent(event));
    commands.listen((command) => this.#onCommand(command));
  }

  list(): readonly ViewedTab[] {
    return this.#opened.flatMap((id) => {
      const target = this.#targets.isTab(id) ? this.#targets.find(id) : undefined;
      return target === undefined ? [] : [{ id, title: target.title, url: target.url || "about:blank" }];
    });
  }

  /** Its target id: the tab last opened, shown or driven. */
  get inUse(): string | undefined {
    return this.#used.findLast((id) => this.#targets.isTab(id));
  }

  has(id: string): boolean {
    return this.#targets.isTab(id);
  }

  /** Somebody works in the tab, or looks at it instead of another one. */
  use(id: string): void {
    const at = this.#used.indexOf(id);
    if (at === -1 || at === this.#used.length - 1) return;
    this.#used.splice(at, 1);
    this.#used.push(id);
    this.#changed();
  }

  /** The tab is being closed: its end is yet to be told. */
  closing(id: string): void {
    this.#gone(id);
  }

  /** Hears when tabs come, go, or change what is said of them, and when another one is in use. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    if (sessionId !== "") return;
    if (method === "Target.targetCreated" || method === "Target.targetInfoChanged") {
      this.#met((params as { targetInfo: TargetInfo }).targetInfo);
    } else if (method === "Target.targetDestroyed") this.#gone((params as { targetId: string }).targetId);
  }

  #met({ targetId, type }: TargetInfo): void {
    if (type !== "page") return;
    if (this.#opened.includes(targetId)) return this.#changed();
    if (this.#held === undefined) this.#add(targetId);
    else if (!this.#held.includes(targetId)) this.#held.push(targetId);
  }

  #add(targetId: string): void {
    this.#opened.push(targetId);
    this.#used.push(targetId);
    this.#changed();
  }

  /** Opens a tab of Berth's own: which one of those that come is it is known afterwards. */
  async whileOpening<T>(open: () => Promise<T>): Promise<T> {
    this.#holders += 1;
    this.#held ??= [];
    try {
      return await open();
    } finally {
      this.#holders -= 1;
      if (this.#holders === 0) this.#letIn();
    }
  }

  #letIn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const targetId of held) if (this.#targets.isTab(targetId)) this.#add(targetId);
  }

  #gone(targetId: string): void {
    for (const list of [this.#opened, this.#used, this.#held ?? []]) {
      const at = list.indexOf(targetId);
      if (at !== -1) list.splice(at, 1);
    }
    this.#changed();
  }

  #onCommand({ targetId, method, params }: WatchedCommand): void {
    const shown = method === "Target.activateTarget" ? params["targetId"] : undefined;
    if (typeof shown === "string") this.use(shown);
    else if (targetId !== undefined && drivesTab(method)) this.use(targetId);
  }

  /** What is said of them has been asked anew. */
  refreshed(): void {
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
