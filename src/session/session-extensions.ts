import { CapabilityError } from "../capabilities/capability-error.ts";
import { ExtensionEmulation } from "../capabilities/extensions/extension-emulation.ts";
import { canBeLoaded, LoadedExtensions } from "../capabilities/extensions/loaded-extensions.ts";
import { NO_OVERRIDES } from "../capabilities/stealth/overrides.ts";
import { userAgentParams } from "../capabilities/stealth/target-set-up.ts";
import type { ExtensionPackage } from "../domain/extension.ts";
import { extensionRefusal, unplayable } from "../domain/extension-refusal.ts";
import type { Failure } from "../domain/failure.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import { LaunchRefused } from "./session-launch.ts";
import type { PageParts } from "./session-pages.ts";
import type { ExtensionRecord, SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";
import { uploadFolder } from "./session-uploads.ts";

export interface SessionExtensionsOptions {
  readonly deps: Pick<
    SessionDeps,
    "extensions" | "extensionsAreEmulated" | "extensionScript" | "knownExtensionSupport" | "logger"
  > & { readonly knownHosts: Pick<SessionDeps["knownHosts"], "of"> };
  readonly store: SessionStore;
}

/**
 * The extensions that a session uses. Each is loaded by the browser where that is possible and safe, and emulated
 * elsewhere; what neither does for is refused by name (docs/extensions.md, "In a session").
 */
export class SessionExtensions {
  readonly #options: SessionExtensionsOptions;
  /** Kept until they are in use: together they may be large. */
  #packages: Promise<readonly ExtensionPackage[]> | undefined;
  #emulation: ExtensionEmulation | undefined;
  /** Why the launch does not go on, once that is known. */
  #refusal: Failure | undefined;

  constructor(options: SessionExtensionsOptions) {
    this.#options = options;
  }

  /** Whether any of them takes somebody who watches every target. */
  get areWatching(): boolean {
    return this.#record().extensions.some(isEmulated);
  }

  /** Begins to read them, while the browser starts. */
  fetch(): void {
    // Whoever needs them hears of a failure.
    this.#load().catch(() => undefined);
  }

  /**
   * Over a new connection, before targets are watched: decides, at the launch, how each is run, and has those that are
   * emulated watch.
   *
   * @throws CapabilityError when they cannot be read.
   */
  async over(live: LiveBrowser, parts: PageParts): Promise<void> {
    const { spec, status } = this.#record();
    if (spec.extensions.length === 0) return;
    if (status === "launching") await this.#decide(live);
    if (this.#refusal !== undefined) return;
    const emulated = this.#record().extensions.filter(isEmulated);
    this.#emulation = emulated.length > 0 ? await this.#emulate(live, parts, emulated) : undefined;
  }

  /**
   * At the launch, once there is a connection and before anything is made of it.
   *
   * @throws LaunchRefused for one that is not to be had here.
   */
  check(): void {
    if (this.#refusal !== undefined) throw new LaunchRefused(this.#refusal);
  }

  /**
   * Takes them into use, at the launch.
   *
   * @throws LaunchRefused for one that the browser does not take.
   */
  async start(live: LiveBrowser): Promise<void> {
    if (this.#record().spec.extensions.length === 0) return;
    await this.#loadMissing(live, (extension, why) => new LaunchRefused(extensionRefusal(extension, why)));
    await this.#emulation?.start();
  }

  /**
   * Over a later connection: what was loaded is in the browser still, or is loaded again.
   *
   * @throws CapabilityError when it cannot be had any more.
   */
  async resume(live: LiveBrowser): Promise<void> {
    await this.#loadMissing(live, ({ name }, why) => new CapabilityError("extensions", `"${name}" ${why}`));
    await this.#emulation?.start();
  }

  /** How each is run, and what is refused. */
  async #decide(live: LiveBrowser): Promise<void> {
    this.#refusal = undefined;
    const { spec } = this.#record();
    const packages = await this.#load();
    const missing = spec.extensions.find((id) => packages.every((each) => each.id !== id));
    if (missing !== undefined) {
      this.#refusal = { kind: "notFound", what: "extension", id: missing };
      return;
    }
    const loads = await this.#browserLoads(live);
    const extensions = packages.map((each): ExtensionRecord => {
      const mode = loads && canBeLoaded(each.files) ? "loaded" : "emulated";
      return { id: each.id, name: each.name, mode, chromeId: null, background: null };
    });
    this.#options.store.update({ extensions });
    const emulated = packages.filter((_, at) => extensions[at]?.mode === "emulated");
    this.#refusal = emulated.map(unplayable).find((refusal) => refusal !== undefined);
  }

  /**
   * Whether extensions are loaded into this session's browser. Never where its traffic has a way of its own: they run in
   * the browser's default context as well, whose traffic would go around the proxy.
   */
  async #browserLoads(live: LiveBrowser): Promise<boolean> {
    const { deps } = this.#options;
    const { id, spec } = this.#record();
    if (deps.extensionsAreEmulated || spec.proxy !== null || live.targets.own !== undefined) return false;
    return deps.knownExtensionSupport.of(live, uploadFolder(id));
  }

  /** Has those that are emulated watch. */
  async #emulate(
    live: LiveBrowser,
    { frames, observers, handlers }: PageParts,
    emulated: readonly ExtensionRecord[],
  ): Promise<ExtensionEmulation> {
    const { deps } = this.#options;
    const host = await deps.knownHosts.of(live);
    const packages = await this.#load();
    const emulation = await ExtensionEmulation.of({
      packages: packages.filter(({ id }) => emulated.some((each) => each.id === id)),
      browser: live,
      frames,
      backgrounds: Object.fromEntries(
        emulated.flatMap(({ id, background }) => (background === null ? [] : [[id, background]])),
      ),
      onBackground: (id, background) => this.#change(id, { background }),
      script: deps.extensionScript,
      shown: () => {
        const overrides = this.#record().overrides ?? NO_OVERRIDES;
        return { language: overrides.locale ?? host.locale, userAgent: userAgentParams(overrides) };
      },
      onFault: (error) => deps.logger.error("session.extension_failed", { sessionId: this.#record().id, error }),
    });
    observers.push(...emulation.observers);
    handlers.push(...emulation.handlers);
    return emulation;
  }

  async #loadMissing(live: LiveBrowser, refusal: (extension: ExtensionRecord, why: string) => Error): Promise<void> {
    const wanted = this.#record().extensions.filter((each) => !isEmulated(each));
    if (wanted.length === 0) return;
    const loaded = new LoadedExtensions(live);
    const present = await loaded.ids();
    const missing = wanted.filter(({ chromeId }) => chromeId === null || !present.has(chromeId));
    for (const extension of missing) {
      const found = (await this.#load()).find(({ id }) => id === extension.id);
      if (found === undefined) throw refusal(extension, "has been deleted");
      const outcome = await loaded.load(found.files, uploadFolder(this.#record().id));
      if ("refused" in outcome) throw refusal(extension, `is not taken by the browser: ${outcome.refused}`);
      this.#change(extension.id, { chromeId: outcome.chromeId });
    }
    this.#packages = undefined;
  }

  #change(id: string, changes: Partial<ExtensionRecord>): void {
    const extensions = this.#record().extensions.map((each) => (each.id === id ? { ...each, ...changes } : each));
    this.#options.store.update({ extensions });
  }

  /** @throws CapabilityError */
  async #load(): Promise<readonly ExtensionPackage[]> {
    const { accountId, spec } = this.#record();
    this.#packages ??= this.#options.deps.extensions.load(accountId, spec.extensions);
    try {
      return await this.#packages;
    } catch (error) {
      this.#packages = undefined;
      throw new CapabilityError("extensions", error);
    }
  }

  #record(): SessionRecord {
    const record = this.#options.store.read();
    if (record === undefined) throw new Error("there is no session");
    return record;
  }
}

const isEmulated = ({ mode }: ExtensionRecord): boolean => mode === "emulated";
