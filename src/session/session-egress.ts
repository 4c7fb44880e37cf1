import { CapabilityError } from "../capabilities/capability-error.ts";
import { EgressError } from "../capabilities/proxy/egress-error.ts";
import { checkExit } from "../capabilities/proxy/exit-check.ts";
import { openProxiedContext, throughProxy } from "../capabilities/proxy/proxied-context.ts";
import type { ProxyExit } from "../domain/proxy-exit.ts";
import type { ProxyStatus } from "../domain/session-view.ts";
import { pause } from "../domain/within.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { EgressPlan } from "./session-object.ts";
import type { EgressRecord, SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";
import { UpstreamProxies, type Way } from "./upstream-proxies.ts";

export interface SessionEgressOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  /** A promise about the way out does not hold any more. */
  readonly onFailed: (error: CapabilityError) => void;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
}

/** The first try, and three other exits. */
const ATTEMPTS = 4;
const CHECK_LIMIT_MS = 10_000;
/** A page that cannot load fails a hundred requests at once. */
const PAUSE_BETWEEN_CHECKS_MS = 1000;

/**
 * The way that a session's traffic takes. It is asked for its exit before the first page, and again when pages say
 * that it fails; what is found is what the session shows. Traffic never takes another way.
 */
export class SessionEgress {
  readonly #options: SessionEgressOptions;
  readonly #upstreams: UpstreamProxies;
  #live: LiveBrowser | undefined;
  #checking = false;
  #isCheckDue = false;
  /** Epoch milliseconds of the last check's end. */
  #checkedAt = -Infinity;

  constructor(options: SessionEgressOptions) {
    this.#options = options;
    this.#upstreams = new UpstreamProxies(options.deps);
  }

  /**
   * Puts the session behind its proxy: a context of its own, whose exit has answered and is where it was asked for.
   *
   * @throws EgressError when none of the exits that were tried is.
   */
  async establish(live: LiveBrowser, record: SessionRecord, plan: EgressPlan): Promise<ProxyExit> {
    const { proxy } = record.spec;
    if (proxy === null) throw new Error(`Session ${record.id} has no proxy to go through`);
    if (proxy.type !== "custom" && plan.pools.length === 0) return this.#useEngine(live, record, plan);
    await this.#options.deps.knownProxySupport.require(live, plan.exitCheckUrl);
    const attempts = proxy.type === "custom" ? 1 : ATTEMPTS;
    for (let attempt = 0; ; attempt += 1) {
      const way = await this.#upstreams.choose(record.spec, plan.pools, attempt);
      try {
        return await this.#enter(live, record, { way, exitCheckUrl: plan.exitCheckUrl });
      } catch (error) {
        if (!(error instanceof EgressError)) throw error;
        const { problem, message } = error;
        this.#options.deps.logger.warn("session.exit_refused", { sessionId: record.id, attempt, problem, message });
        if (attempt + 1 >= attempts) throw error;
      }
    }
  }

  async #enter(live: LiveBrowser, record: SessionRecord, { way, exitCheckUrl }: Entering): Promise<ProxyExit> {
    const { connection } = live;
    const { server, credentials } = way.upstream;
    const context = await openProxiedContext(connection, server);
    try {
      const checkTab = await live.openHiddenTab(context.id);
      // Meanwhile; should the exit be none, it goes with the context.
      const opening = live.openFirstPage(context);
      opening.catch(() => undefined);
      const asking = {
        connection,
        targetId: checkTab.targetId,
        url: exitCheckUrl,
        credentials,
        limitMs: CHECK_LIMIT_MS,
      };
      const exit = await checkExit(asking);
      mustBeIn(record, exit);
      const { poolId, session, microsPerGb } = way;
      const common = { poolId, session, microsPerGb, exitCheckUrl, checkTab, exit };
      this.#options.store.update({
        context,
        egress: { ...common, mode: "upstream", proxyServer: server, status: "verified" },
      });
      await opening;
      live.enterContext(context);
      this.#follow(live);
      return exit;
    } catch (error) {
      // With the browser gone there is nothing to dispose of.
      connection.send("Target.disposeBrowserContext", { browserContextId: context.id }).catch(() => undefined);
      throw error;
    }
  }

  /** The engine was asked for a browser near there when it was launched. */
  async #useEngine(live: LiveBrowser, record: SessionRecord, { exitCheckUrl }: EgressPlan): Promise<ProxyExit> {
    const { connection } = live;
    const checkTab = await live.openHiddenTab(undefined);
    const asking = {
      connection,
      targetId: checkTab.targetId,
      url: exitCheckUrl,
      credentials: null,
      limitMs: CHECK_LIMIT_MS,
    };
    const exit = await checkExit(asking);
    mustBeIn(record, exit);
    const none = { poolId: null, session: null, microsPerGb: null, proxyServer: null };
    this.#options.store.update({
      egress: { ...none, mode: "engine", exitCheckUrl, checkTab, exit, status: "verified" },
    });
    this.#follow(live);
    return exit;
  }

  /**
   * Takes the way up again over a new socket, before any client is let in.
   *
   * @throws CapabilityError when a session that was to keep its exit has lost it.
   */
  async resume(live: LiveBrowser): Promise<void> {
    const egress = this.#record()?.egress;
    if (!egress) return;
    live.hideTab(egress.checkTab);
    this.#follow(live);
    if (!this.#isSticky()) return;
    const lost = await this.#check(live);
    if (lost) throw lost;
  }

  /** A request failed for want of the proxy. */
  onProxyError(): void {
    this.#checkSoon();
  }

  /** Something came through; that is news where the proxy was thought gone. */
  onTraffic(): void {
    if (this.#record()?.egress?.status === "unreachable") this.#checkSoon();
  }

  #follow(live: LiveBrowser): void {
    this.#live = live;
    const proxyServer = this.#record()?.egress?.proxyServer;
    if (!proxyServer) return;
    live.mux.egress = {
      params: throughProxy(proxyServer),
      prime: (contextId) => this.#prime(live, contextId),
    };
  }

  /** A context that cannot be primed cannot be used: its requests fail at the proxy. */
  async #prime(live: LiveBrowser, contextId: string): Promise<void> {
    const record = this.#record();
    if (!record?.egress) return;
    try {
      const credentials = await this.#upstreams.credentials(record);
      if (credentials === null) return;
      const { targetId } = await live.openHiddenTab(contextId);
      const url = record.egress.exitCheckUrl;
      const { connection } = live;
      await checkExit({ connection, targetId, url, credentials, limitMs: CHECK_LIMIT_MS });
      await connection.send("Target.closeTarget", { targetId });
    } catch (error) {
      this.#options.deps.logger.warn("session.context_not_primed", { sessionId: record.id, error });
    }
  }

  /** Once, however many reasons there are; not right after the last time, but then all the same. */
  #checkSoon(): void {
    const { deps, background } = this.#options;
    if (this.#isCheckDue) return;
    this.#isCheckDue = true;
    const waitMs = Math.max(0, this.#checkedAt + PAUSE_BETWEEN_CHECKS_MS - deps.clock.now());
    background(
      pause(waitMs)
        .then(() => this.#checkDue())
        // A socket that is lost is somebody else's to report.
        .catch((error: unknown) => deps.logger.info("session.exit_unchecked", { error })),
    );
  }

  async #checkDue(): Promise<void> {
    this.#isCheckDue = false;
    const lost = this.#live && (await this.#check(this.#live));
    if (lost) this.#options.onFailed(lost);
  }

  /** Asks for the exit, with the credentials of now; answers what promise it breaks. */
  async #check(live: LiveBrowser): Promise<CapabilityError | undefined> {
    const record = this.#record();
    if (!record?.egress || this.#checking) return undefined;
    this.#checking = true;
    try {
      const { checkTab, exitCheckUrl: url } = record.egress;
      const { targetId } = checkTab;
      const credentials = await this.#upstreams.credentials(record);
      const { connection } = live;
      const exit = await checkExit({ connection, targetId, url, credentials, limitMs: CHECK_LIMIT_MS });
      const before = record.egress.exit;
      this.#note("verified", exit);
      if (!this.#isSticky() || exit.ip === before.ip) return undefined;
      return new CapabilityError("proxy", `the exit changed from ${before.ip} to ${exit.ip}`);
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      this.#note("unreachable");
      return undefined;
    } finally {
      this.#checking = false;
      this.#checkedAt = this.#options.deps.clock.now();
    }
  }

  #note(status: ProxyStatus, exit?: ProxyExit): void {
    const egress = this.#record()?.egress;
    if (!egress) return;
    if (egress.status !== status) {
      this.#options.deps.logger.warn(`session.proxy_${status}`, { sessionId: this.#record()?.id });
    }
    const next: EgressRecord = { ...egress, status, ...(exit && { exit }) };
    this.#options.store.update({ egress: next });
  }

  #record(): SessionRecord | undefined {
    return this.#options.store.read();
  }

  #isSticky(): boolean {
    const proxy = this.#record()?.spec.proxy;
    return proxy !== null && proxy !== undefined && proxy.type !== "custom" && proxy.sticky;
  }
}

interface Entering {
  readonly way: Way;
  readonly exitCheckUrl: string;
}

/** @throws EgressError for an exit in another country than the one that was asked for. */
function mustBeIn({ spec: { proxy } }: SessionRecord, { country }: ProxyExit): void {
  const wanted = proxy === null || proxy.type === "custom" ? null : proxy.country;
  if (wanted === null || wanted === country) return;
  const found = country === null ? "in a country that is not known" : `in ${country}`;
  throw new EgressError("proxy_country_mismatch", `asked for ${wanted}, and the exit is ${found}`);
}
