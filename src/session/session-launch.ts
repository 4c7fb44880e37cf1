import { CapabilityError } from "../capabilities/capability-error.ts";
import { EgressError } from "../capabilities/proxy/egress-error.ts";
import { NO_OVERRIDES, type Overrides } from "../capabilities/stealth/overrides.ts";
import type { Failure } from "../domain/failure.ts";
import type { ProxyExit } from "../domain/proxy-exit.ts";
import type { SessionSpec } from "../domain/session-spec.ts";
import type { ObservedFingerprint } from "../domain/session-view.ts";
import { BrowserGoneError, type EngineBrowser } from "../engines/engine.ts";
import { type BrowserLink, BrowserLostError } from "./browser-link.ts";
import { closeFor } from "./end-close.ts";
import { launchBrowser } from "./launcher.ts";
import type { LiveBrowser } from "./live-browser.ts";
import { ProfileError, type SessionProfile } from "./session-profile.ts";
import type { SessionEgress } from "./session-egress.ts";
import type { EgressPlan } from "./session-object.ts";
import type { SessionDeps } from "./session-deps.ts";
import { drawIdentity, wantsIdentity } from "./session-identity.ts";
import type { SessionExtensions } from "./session-extensions.ts";
import type { SessionPages } from "./session-pages.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionRecording } from "./session-recording.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionLaunchOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  readonly link: BrowserLink;
  readonly egress: SessionEgress;
  readonly profile: SessionProfile;
  readonly recording: SessionRecording;
  readonly pages: SessionPages;
  readonly extensions: SessionExtensions;
  /** Something that the session promised is not in force any more. */
  readonly onCapabilityFailed: (error: CapabilityError) => void;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
}

/** What was asked for cannot be had from the browser that came. */
export class LaunchRefused extends Error {
  override readonly name = "LaunchRefused";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(toSentence(failure));
    this.failure = failure;
  }
}

function toSentence(failure: Failure): string {
  if (failure.kind === "notFound") return `${failure.what} ${failure.id} not found`;
  return "message" in failure ? failure.message : "reason" in failure ? failure.reason : failure.kind;
}

/** From an admitted session to a browser that answers. */
export class SessionLaunch {
  readonly #options: SessionLaunchOptions;
  /** Settles when the first tab shows the session's identity. */
  #setUp: Promise<void> = Promise.resolve();

  constructor(options: SessionLaunchOptions) {
    this.#options = options;
  }

  /**
   * Answers whether the session got its browser; `false` when it ended meanwhile, its browser with it.
   *
   * @throws EngineError, or whatever else kept the browser from coming up.
   */
  async run(record: SessionRecord, plan: EgressPlan): Promise<boolean> {
    const { spec, createdAt } = record;
    const { deps, store, link, background } = this.#options;
    const { engine, clock, timing } = deps;
    const location = locationOf(spec, plan);
    if (record.profile !== null) this.#options.profile.fetch();
    this.#options.pages.fetch();
    this.#options.extensions.fetch();
    const wanted = (): boolean => this.#isWanted();
    const launching = { engine, location, clock, limitMs: timing.launchLimitMs, wanted, background };
    let browser = await launchBrowser(launching);
    if (!wanted()) return this.#abandon(browser);
    // Evidence right after the side effect: whoever wakes later can find the browser, or close it.
    store.update({ browserId: browser.browserId });
    const first = await link.connect().catch(goneAtOnce);
    if (first === undefined) {
      browser = await launchBrowser(launching);
      if (!wanted()) return this.#abandon(browser);
      store.update({ browserId: browser.browserId });
    }
    const live = first ?? (await link.connect());
    this.#options.extensions.check();
    const fingerprint = wantsIdentity(spec)
      ? await this.#identify(live, record, plan)
      : await this.#fingerprintOf(live);
    await this.#watch(live);
    // Before the first page is loaded, and while all that they start meets the session's identity.
    await this.#options.extensions.start(live);
    if (record.profile !== null) await this.#load(live);
    if (!wanted()) return this.#abandon(browser);
    link.metrics.launched(clock.now() - createdAt);
    store.update({ fingerprint, metrics: link.metrics.read() });
    const { initialUrl } = spec;
    if (initialUrl !== null) background(this.#setUp.then(() => live.openInitialUrl(initialUrl)));
    return true;
  }

  /** Whoever watches the targets does so together with those who set them up. */
  async #watch(live: LiveBrowser): Promise<void> {
    const { recording, pages, store } = this.#options;
    if (!recording.isOn && !pages.isOn) return;
    if ((store.read()?.overrides ?? null) === null) await this.#apply(live, NO_OVERRIDES);
    recording.begun();
  }

  /** After the way out is known: it may have changed the context whose cookies these are. */
  async #load(live: LiveBrowser): Promise<void> {
    const { profile, background } = this.#options;
    try {
      await profile.load(live);
    } catch (error) {
      throw error instanceof ProfileError ? new LaunchRefused(error.toFailure()) : error;
    }
    background(this.#setUp.then(() => profile.prepare()));
  }

  async #leaveThrough(live: LiveBrowser, record: SessionRecord, plan: EgressPlan): Promise<ProxyExit> {
    try {
      return await this.#options.egress.establish(live, record, plan);
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      throw new LaunchRefused({ kind: "proxyFailed", problem: error.problem, reason: error.message });
    }
  }

  #isWanted(): boolean {
    return this.#options.store.read()?.status === "launching";
  }

  /** Draws the session's identity and puts it in force. */
  async #identify(live: LiveBrowser, record: SessionRecord, plan: EgressPlan): Promise<ObservedFingerprint> {
    const { id, spec } = record;
    const { deps, store } = this.#options;
    const host = await deps.knownHosts.of(live);
    const exit = spec.proxy === null ? null : await this.#leaveThrough(live, record, plan);
    const identity = drawIdentity(spec, {
      host,
      seed: record.profile?.seed ?? id,
      exit,
      sharesBrowser: deps.engine.features.sharesBrowser,
    });
    if (!identity.ok) throw new LaunchRefused(identity.failure);
    const { overrides, fingerprint, contradictions } = identity.value;
    // Before it is in force: a restore that comes meanwhile has to know.
    store.update({ overrides, contradictions });
    if (overrides !== null) await this.#apply(live, overrides);
    return fingerprint;
  }

  /** The first tab's renderer is still starting: the create does not wait for it, only clients' commands to it do. */
  async #apply(live: LiveBrowser, overrides: Overrides): Promise<void> {
    const { onCapabilityFailed, background } = this.#options;
    const { setUp } = await live.applyOverrides(overrides, onCapabilityFailed);
    this.#setUp = setUp.catch((error: unknown) => {
      // A socket that is lost is somebody else's to report, and brings all of it again.
      if (error instanceof CapabilityError) onCapabilityFailed(error);
    });
    background(this.#setUp);
  }

  /** What earlier browsers of this build showed, checked in the background; a first one is asked. */
  async #fingerprintOf(live: LiveBrowser): Promise<ObservedFingerprint> {
    const { deps, store, background } = this.#options;
    const { knownFingerprints, logger } = deps;
    const known = knownFingerprints.find(live.userAgent);
    const observing = live.observeFingerprint().then((seen) => {
      const record = store.read();
      // A client that has come, or a page that was opened, may have changed what there is to see.
      const untouched = record?.status === "launching" || record?.status === "ready";
      if (!record || !untouched || record.spec.initialUrl !== null) return seen;
      knownFingerprints.learn(live.userAgent, seen);
      store.update({ fingerprint: seen });
      return seen;
    });
    if (known === undefined) return observing;
    background(
      observing.then(
        () => undefined,
        // The page was closed or is loading the initial URL: the next session checks again.
        (error: unknown) => logger.info("session.fingerprint_unchecked", { error: String(error) }),
      ),
    );
    return known;
  }

  /** The session ended while its browser was starting: the browser must not outlive it. */
  async #abandon(browser: EngineBrowser): Promise<false> {
    this.#options.link.release()?.close(closeFor("requested"));
    await browser.close();
    return false;
  }
}

/** A browser that died while it was starting leaves nothing behind: another one may be asked for, once. */
function goneAtOnce(error: unknown): undefined {
  if (error instanceof BrowserLostError && error.cause instanceof BrowserGoneError) return undefined;
  throw error;
}

/** Where the engine's own way out is to be: for a proxy that comes from no pool. */
function locationOf({ proxy }: SessionSpec, { pools }: EgressPlan): string | null {
  return proxy === null || proxy.type === "custom" || pools.length > 0 ? null : proxy.country;
}
