import { capture } from "../capabilities/profile/capture.ts";
import { writeCookiesOneByOne } from "../capabilities/profile/cookies.ts";
import { RestoreOrigins } from "../capabilities/profile/restore-origins.ts";
import { restoreTabs } from "../capabilities/profile/tab-storage.ts";
import { StorageTab } from "../capabilities/profile/storage-tab.ts";
import type { ProfileManifest, TabContent } from "../domain/profile-content.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionStore } from "./session-store.ts";
import { NO_STORAGE, type ProfileRecord, type StorageRecord } from "./profile-record.ts";
import type { ContentSink } from "../capabilities/profile/capture.ts";

export interface SessionStorageOptions {
  readonly deps: Pick<SessionDeps, "profiles" | "clock" | "logger">;
  readonly store: SessionStore;
  readonly live: LiveBrowser;
  /** What the profile holds, as far as it is not in the browser. */
  readonly manifest: ProfileManifest;
  /** Origins that may have changed before this socket. */
  readonly changed: readonly string[];
}

/** What was read of a browser. */
export interface ReadState {
  readonly manifest: ProfileManifest;
  /** To be called when the next read may go on from this one: until then all that has changed stays so. */
  readonly onKept: () => void;
}

/** Storage and cookies of one connected browser: what a profile puts there, and what is read for one. */
export class SessionStorage {
  readonly #options: SessionStorageOptions;
  readonly #tab: StorageTab;
  readonly #restore: RestoreOrigins;
  /** Origins that may have changed since they were read last. */
  #changed: Set<string>;

  constructor(options: SessionStorageOptions) {
    this.#options = options;
    const { live } = options;
    this.#changed = new Set(options.changed);
    this.#tab = new StorageTab({ connection: live.connection, open: () => this.#openTab() });
    this.#restore = this.#restorer();
  }

  /** Puts the profile's cookies into a browser that has none. Ask before any client is let in. */
  async load(): Promise<void> {
    const { live, manifest, deps } = this.#options;
    const how = { contextId: live.targets.own?.id, now: deps.clock.now() };
    const refused = await writeCookiesOneByOne(live.connection, manifest.cookies, how);
    if (refused > 0) deps.logger.warn("session.cookies_refused", { sessionId: this.#stored().id, refused });
    await this.resume();
  }

  /** From now on origins get their storage before their first page. */
  async resume(): Promise<void> {
    const { live, manifest } = this.#options;
    await this.#resumeTabs();
    if (manifest.origins.length === 0) return;
    // In a browser of several sessions their requests would stand still as well.
    if (live.targets.sharesBrowser) await this.#restore.restoreAll();
    else {
      live.mux.documents.rule = this.#restore.rule;
      await live.fetches.use(this.#restore);
    }
  }

  async #resumeTabs(): Promise<void> {
    const { live } = this.#options;
    const { connection } = live;
    const tabs = this.#tabsLeft();
    const [first] = live.pages();
    if (tabs.length === 0 || first === undefined) return;
    const onRestored = (origin: string): void =>
      this.#note((before) => ({ restoredTabs: [...before.restoredTabs, origin] }));
    await restoreTabs({ connection, targetId: first.targetId, tabs, onRestored });
  }

  /** A page of this origin was shown. */
  visited(origin: string): void {
    this.#changed.add(origin);
  }

  /** Opens the tab ahead of its first use. */
  async prepare(): Promise<void> {
    await this.#tab.prepare();
  }

  /** Everything that the browser remembers, and what is not in it yet. */
  async read(sink: ContentSink, earlier: ProfileManifest): Promise<ReadState> {
    const { live } = this.#options;
    const { connection, targets } = live;
    const pages = live.pages();
    const shown = pages.map(({ url }) => originOf(url)).filter((origin) => origin !== undefined);
    const inDoubt = [...this.#changed, ...shown];
    const changed = new Set(inDoubt.filter((origin) => !this.#restore.isPending(origin)));
    const reading = { connection, contextId: targets.own?.id, tab: this.#tab, pages, earlier, changed, sink };
    const read = await capture(reading);
    // Tabs that nobody has brought back to their page keep what they had.
    const left = this.#tabsLeft().filter(({ origin }) => !read.tabs.some((tab) => tab.origin === origin));
    const onKept = (): void => {
      // What was shown may have changed right after; and so may what was visited meanwhile.
      this.#changed = new Set([...[...this.#changed].filter((origin) => !changed.has(origin)), ...shown]);
    };
    return { manifest: { ...read, tabs: [...read.tabs, ...left] }, onKept };
  }

  #tabsLeft(): readonly TabContent[] {
    const restored = this.#stored().profile?.restoredTabs ?? [];
    return this.#options.manifest.tabs.filter(({ origin }) => !restored.includes(origin));
  }

  #restorer(): RestoreOrigins {
    const { deps, live, manifest } = this.#options;
    const restored = this.#stored().profile?.restored ?? [];
    return new RestoreOrigins({
      tab: this.#tab,
      origins: manifest.origins.filter(({ origin }) => !restored.includes(origin)),
      read: (part) => deps.profiles.vault.read(part),
      isElsewhere: (frameId) => live.targets.find(frameId) !== undefined && !live.targets.isInDefault(frameId),
      onRestored: (origin) => {
        this.#changed.add(origin);
        this.#note((before) => ({ restored: [...before.restored, origin] }));
        // Its requests need not stand still any more. A socket that is lost forgets them all.
        live.fetches.changed().catch(() => undefined);
      },
      onFailed: (origin, error) =>
        deps.logger.warn("session.origin_not_restored", { sessionId: this.#stored().id, origin, error }),
    });
  }

  async #openTab(): Promise<{ readonly targetId: string }> {
    const { live, store } = this.#options;
    const { tab } = this.#record();
    if (tab !== null && live.targets.find(tab.targetId) !== undefined) return tab;
    const opened = await live.openHiddenTab(live.targets.own?.id);
    store.update({ storage: { ...this.#record(), tab: opened } });
    return opened;
  }

  #note(change: (before: ProfileRecord) => Partial<ProfileRecord>): void {
    const { profile } = this.#stored();
    if (profile !== null) this.#options.store.update({ profile: { ...profile, ...change(profile) } });
  }

  #record(): StorageRecord {
    return this.#options.store.read()?.storage ?? NO_STORAGE;
  }

  #stored() {
    const record = this.#options.store.read();
    if (record === undefined) throw new Error("there is no session");
    return record;
  }
}

const originOf = (url: string): string | undefined => (/^https?:/.test(url) ? new URL(url).origin : undefined);
