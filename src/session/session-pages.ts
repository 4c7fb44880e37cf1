import { AdBlocker } from "../capabilities/adblock/ad-blocker.ts";
import type { Blocklist } from "../capabilities/adblock/blocklist.ts";
import { CapabilityError } from "../capabilities/capability-error.ts";
import { HiddenElements } from "../capabilities/adblock/hidden-elements.ts";
import { captchaScript } from "../capabilities/captcha/captcha-script.ts";
import { CaptchaWatch } from "../capabilities/captcha/captcha-watch.ts";
import { PageScripts } from "../capabilities/pages/page-scripts.ts";
import { pdfDownloads } from "../capabilities/pages/pdf-downloads.ts";
import { PopupGuard } from "../capabilities/pages/popup-guard.ts";
import { NO_DIALOGS, windowOpening } from "../capabilities/pages/window-scripts.ts";
import { BypassedPolicies, CrossOriginAccess } from "../capabilities/web-security/relaxed-security.ts";
import type { RequestHandler } from "../cdp/fetch-broker.ts";
import { FrameTree } from "../cdp/frame-tree.ts";
import type { TargetObserver } from "../cdp/target-observer.ts";
import type { FeatureName, SessionSpec } from "../domain/session-spec.ts";
import type { BlocklistName } from "./blocklists.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import { SessionCaptchas } from "./session-captchas.ts";
import type { SessionExtensions } from "./session-extensions.ts";
import type { SessionSecrets } from "./session-secrets.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionPagesOptions {
  readonly deps: Pick<SessionDeps, "blocklists" | "captchaSolver" | "clock" | "knownHosts" | "logger">;
  readonly store: SessionStore;
  readonly secrets: Pick<SessionSecrets, "over">;
  readonly extensions: Pick<SessionExtensions, "over" | "areWatching">;
  /** Tells every CDP client of an event. */
  readonly tell: (event: string, params: object) => void;
  /** Something was kept from a page. */
  readonly onBlocked: (what: "request" | "popup") => void;
}

/** What is done about requests and documents over one connection. */
export interface PageParts {
  readonly frames: FrameTree;
  readonly observers: TargetObserver[];
  readonly handlers: RequestHandler[];
}

const NEEDS_GATE: readonly ((spec: SessionSpec) => boolean)[] = [
  ({ adblock }) => adblock,
  ({ popupBlocker }) => popupBlocker,
  ({ disableWebSecurity }) => disableWebSecurity,
  ({ crossOriginSupport }) => crossOriginSupport,
  ({ popupsAsTabs }) => popupsAsTabs,
  ({ noDialogs }) => noDialogs,
  ({ integrations }) => integrations.length > 0,
  ({ captchaSolver }) => captchaSolver,
];

/** What happens inside a session's pages: what they may load, open and show. In force over every connection. */
export class SessionPages {
  readonly #options: SessionPagesOptions;
  readonly #captchas: SessionCaptchas;

  constructor(options: SessionPagesOptions) {
    this.#options = options;
    this.#captchas = new SessionCaptchas(options);
  }

  /** Whether it takes somebody who watches every target. */
  get isOn(): boolean {
    const { spec } = this.#record();
    return this.#options.extensions.areWatching || NEEDS_GATE.some((isOn) => isOn(spec));
  }

  /** Begins to read what takes its time, while the browser starts. */
  fetch(): void {
    const { adblock, popupBlocker } = this.#record().spec;
    const { blocklists } = this.#options.deps;
    // Whoever needs it hears of a failure.
    if (adblock) blocklists.get("ads").catch(() => undefined);
    if (popupBlocker) blocklists.get("annoyances").catch(() => undefined);
  }

  /**
   * Has it hold in this browser, as soon as its targets are watched.
   *
   * @throws CapabilityError for what was asked for by name and cannot be had.
   */
  async over(live: LiveBrowser): Promise<void> {
    try {
      await this.#takeIntoUse(live);
    } catch (error) {
      throw error instanceof CapabilityError || live.connection.isClosed ? error : new CapabilityError("pages", error);
    }
  }

  async #takeIntoUse(live: LiveBrowser): Promise<void> {
    const { spec } = this.#record();
    const frames = new FrameTree();
    const parts: PageParts = { frames, observers: [frames], handlers: [] };
    await this.#block(live, parts);
    await this.#guardWindows(live, parts);
    await this.#options.extensions.over(live, parts);
    if (spec.captchaSolver) this.#watchForCaptchas(live, parts);
    if (spec.noDialogs) parts.observers.push(new PageScripts([NO_DIALOGS]));
    if (spec.disableWebSecurity) parts.observers.push(new BypassedPolicies());
    if (spec.disableWebSecurity || spec.crossOriginSupport) parts.handlers.push(new CrossOriginAccess(frames));
    if (spec.pdfDownload) parts.handlers.push(pdfDownloads);
    if (this.isOn) for (const observer of parts.observers) live.observe(observer);
    await this.#options.secrets.over(frames);
    const { connection, fetches } = live;
    await Promise.all([
      ...parts.handlers.map((handler) => fetches.use(handler)),
      spec.disableWebSecurity && connection.send("Security.setIgnoreCertificateErrors", { ignore: true }),
    ]);
  }

  async #block({ targets }: LiveBrowser, { frames, observers, handlers }: PageParts): Promise<void> {
    const { spec } = this.#record();
    const asked: [FeatureName, BlocklistName, boolean][] = [
      ["adblock", "ads", spec.adblock],
      ["popupBlocker", "annoyances", spec.popupBlocker],
    ];
    const lists: Blocklist[] = [];
    for (const [feature, name, isAsked] of asked) {
      const list = isAsked ? await this.#list(feature, name) : undefined;
      if (list !== undefined) lists.push(list);
    }
    if (lists.length === 0) return;
    const isPage = (frameId: string): boolean => targets.find(frameId)?.type === "page";
    const onBlocked = (): void => this.#options.onBlocked("request");
    handlers.push(new AdBlocker({ lists, frames, isPage, onBlocked }));
    observers.push(new HiddenElements({ lists, frames }));
  }

  /** Blocking that was not asked for fails open, and the session says so. */
  async #list(feature: FeatureName, name: BlocklistName): Promise<Blocklist | undefined> {
    const { deps, store } = this.#options;
    const { id, asked, lost } = this.#record();
    try {
      return await deps.blocklists.get(name);
    } catch (error) {
      deps.logger.error("session.blocklist_unreadable", { sessionId: id, name, error });
      const reason = `the ${name} list of this deployment cannot be read`;
      if (asked.includes(feature)) throw new CapabilityError(feature, reason);
      store.update({ lost: { ...lost, [feature]: reason } });
      return undefined;
    }
  }

  #watchForCaptchas({ userAgent }: LiveBrowser, { frames, observers }: PageParts): void {
    // Which identity is in force may not be known yet.
    const shown = (): string => this.#record().overrides?.userAgent?.userAgent ?? userAgent;
    // A name that no page can know.
    const name = `_${crypto.randomUUID().replaceAll("-", "")}`;
    observers.push(new PageScripts([captchaScript(name)]));
    new CaptchaWatch({ frames, name, solve: (task) => this.#captchas.solve(task, shown()) }).start();
  }

  async #guardWindows(live: LiveBrowser, { observers, handlers }: PageParts): Promise<void> {
    const { popupBlocker, popupsAsTabs: asTab } = this.#record().spec;
    if (!popupBlocker && !asTab) return;
    const { blocksPopups } = await this.#options.deps.knownHosts.of(live);
    const needsActivation = popupBlocker && !blocksPopups;
    if (needsActivation || asTab) observers.push(new PageScripts([windowOpening({ needsActivation, asTab })]));
    const onBlocked = (): void => this.#options.onBlocked("popup");
    if (!needsActivation) return;
    const { connection, targets } = live;
    const openerOf = (targetId: string): string | undefined => targets.find(targetId)?.openerId;
    const guard = new PopupGuard({ connection, openerOf, onBlocked });
    observers.push(guard);
    handlers.push(guard);
  }

  #record(): SessionRecord {
    const record = this.#options.store.read();
    if (record === undefined) throw new Error("there is no session");
    return record;
  }
}
