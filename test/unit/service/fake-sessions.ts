import { env } from "cloudflare:workers";
import { createProfileStore, type ProfileStore } from "../../../src/accounts/profile-store.ts";
import type { SealedPool } from "../../../src/accounts/proxy-pool-store.ts";
import type { SessionIndex } from "../../../src/accounts/session-index.ts";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import { inForce, toPublicSpec } from "../../../src/domain/effective-spec.ts";
import type { ExtensionAnalysis } from "../../../src/domain/extension.ts";
import type { Failure } from "../../../src/domain/failure.ts";
import type { AccountId, ProfileId, SessionId } from "../../../src/domain/ids.ts";
import type { Plan, Principal } from "../../../src/domain/plan.ts";
import type { Result } from "../../../src/domain/result.ts";
import { fail, succeed } from "../../../src/domain/result.ts";
import type { FeatureName, RequestedSession } from "../../../src/domain/session-spec.ts";
import type { EndReason } from "../../../src/domain/session-state.ts";
import { statusAfterEnd } from "../../../src/domain/session-state.ts";
import { NO_METRICS, type SessionView, type TokenScope } from "../../../src/domain/session-view.ts";
import type { Logger } from "../../../src/observability/logger.ts";
import { type CreateCall, createSessionService } from "../../../src/service/session-service.ts";
import type { CreateSession, OwnedSession, SessionObject } from "../../../src/session/session-object.ts";
import { aPool } from "../../support/worker/a-pool.ts";
import { createTenant, cryptoIds, FakeClock, NOON } from "../accounts/tenant.ts";
import { EVERY_FEATURE } from "./requests.ts";

/** Session objects that launch nothing, and keep the contract of real ones towards the index. */
export class FakeSessions {
  readonly created: CreateSession[] = [];
  readonly asked: SessionId[] = [];
  readonly revoked: string[] = [];
  readonly #running = new Map<SessionId, OwnedSession & { readonly accountId: AccountId }>();
  readonly #index: SessionIndex;
  /** What the next `create` throws, as a lost Durable Object would make it. */
  createError: Error | undefined;
  /** Sessions that a repeated create has asked for. */
  readonly joined: SessionId[] = [];
  /** Awaited by every `create` once it is known here, as a launch is. */
  launched: Promise<void> = Promise.resolve();
  /** What `joinCreate` throws. */
  joinError: Error | undefined;
  /** What a launch fails with, in the ordinary way: recorded as the object would. */
  launchFailure: Failure | undefined;
  /** Whether the browser is there although `create` throws. */
  startsAnyway = false;
  /** The object hears of a create only when its launch is over: ends come before it. */
  overtakes = false;
  /** Ends that found no session. */
  missedEnds = 0;
  /** What a save of a profile fails with. */
  saveFailure: Failure | undefined;
  /** Stands in for a save to another profile than the session's own. */
  onSave: ((to: ProfileId, id: SessionId) => Promise<void>) | undefined;
  /** What `end` throws, by session. */
  readonly endErrors = new Map<SessionId, Error>();

  constructor(index: SessionIndex) {
    this.#index = index;
  }

  /** The session is not in its object, whatever the index says. */
  forget(id: SessionId): void {
    this.#running.delete(id);
  }

  isRunning(id: SessionId): boolean {
    return this.#running.has(id);
  }

  object(id: SessionId): SessionObject {
    this.asked.push(id);
    return {
      create: (command) => this.#create(command),
      joinCreate: async (accountId) => {
        this.joined.push(id);
        await this.launched;
        if (this.joinError !== undefined) throw this.joinError;
        return this.#owned(id, accountId);
      },
      describe: async (accountId) => this.#owned(id, accountId),
      end: (accountId, reason, detail) => this.#end(id, { accountId, reason, detail }),
      pages: async (accountId) => this.#when(id, accountId, [{ id: "T1", title: "One", url: "about:blank" }]),
      setTags: async (accountId, tags) => this.#when(id, accountId, tags),
      createToken: async (accountId, scope: TokenScope) => this.#when(id, accountId, `ct_${scope}`),
      revokeToken: async (accountId, token) => {
        this.revoked.push(token);
        return this.#when(id, accountId, null);
      },
      profileOrigin: async (accountId) =>
        this.#when(id, accountId, { seed: `seed of ${id}`, fingerprint: null, proxy: null }),
      saveProfile: async (accountId, to) => {
        if (this.saveFailure !== undefined) return fail(this.saveFailure);
        const saved = this.#when(id, accountId, null);
        if (saved.ok && to !== undefined) await this.onSave?.(to, id);
        return saved;
      },
      cookies: async (accountId) => this.#when(id, accountId, []),
      importCookies: async (accountId, cookies) => this.#when(id, accountId, cookies.length),
      pauseRecording: async (accountId) => this.#when(id, accountId, null),
      screenshot: async (accountId) => this.#when(id, accountId, new Uint8Array([1, 2, 3])),
      control: async (accountId) => this.#when(id, accountId, { kind: "done" }),
      drive: async (accountId) => this.#when(id, accountId, { isTaken: false, takenAt: null, request: null }),
      reap: async () => this.isRunning(id),
    };
  }

  #owned(id: SessionId, accountId: AccountId): Result<OwnedSession, Failure> {
    const owned = this.#running.get(id);
    if (owned?.accountId !== accountId) return fail({ kind: "sessionNotFound", sessionId: id });
    return succeed({ view: owned.view, connectToken: owned.connectToken, liveViewToken: owned.liveViewToken });
  }

  #when<T>(id: SessionId, accountId: AccountId, value: T): Result<T, Failure> {
    const owned = this.#owned(id, accountId);
    return owned.ok ? succeed(value) : owned;
  }

  async #create(command: CreateSession): Promise<Result<OwnedSession, Failure>> {
    this.created.push(command);
    const { id, accountId } = command;
    const owned = { view: viewOf(command), connectToken: "ct_connect", liveViewToken: "ct_live" };
    if (this.launchFailure !== undefined) return this.#failToLaunch(command, this.launchFailure);
    if (this.overtakes) await this.launched;
    if (this.createError === undefined || this.startsAnyway) this.#running.set(id, { ...owned, accountId });
    await this.launched;
    if (this.createError !== undefined) throw this.createError;
    return this.isRunning(id) ? succeed(owned) : fail({ kind: "sessionNotRunning", sessionId: id, status: "failed" });
  }

  async #failToLaunch({ id, createdAt }: CreateSession, failure: Failure): Promise<Result<never, Failure>> {
    const end = { id, status: "failed", endReason: "launch_failed", endedAt: createdAt, finalView: null } as const;
    await this.#index.recordEnd({
      ...end,
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: true,
    });
    return fail(failure);
  }

  async #end(
    id: SessionId,
    { accountId, reason, detail }: { accountId: AccountId; reason: EndReason; detail: string | undefined },
  ): Promise<Result<SessionView, Failure>> {
    const error = this.endErrors.get(id);
    if (error) throw error;
    const owned = this.#owned(id, accountId);
    if (!owned.ok) {
      this.missedEnds += 1;
      return owned;
    }
    this.#running.delete(id);
    const endedAt = owned.value.view.createdAt + 1000;
    const end = { status: statusAfterEnd(reason), endReason: reason, endedAt } as const;
    const finalView: SessionView = { ...owned.value.view, ...end, endDetail: detail ?? null };
    const refund = reason === "launch_failed";
    await this.#index.recordEnd({
      id,
      ...end,
      browserMs: 1000,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund,
      finalView,
    });
    return succeed(finalView);
  }
}

const viewOf = ({ id, spec, createdAt }: CreateSession): SessionView => ({
  id,
  status: "ready",
  endReason: null,
  endDetail: null,
  createdAt,
  expiresAt: spec.lifetimeMs === null ? null : createdAt + spec.lifetimeMs,
  endedAt: null,
  spec: toPublicSpec(spec),
  inForce: inForce(spec, EVERY_FEATURE),
  lost: {},
  captchas: [],
  extensions: [],
  fingerprint: null,
  contradictions: [],
  proxy: null,
  proxyCostMicros: 0,
  profile: null,
  metrics: NO_METRICS,
});

/** Keeps what was logged. */
export class FakeLogger implements Logger {
  readonly events: string[] = [];
  info = (event: string): void => void this.events.push(event);
  warn = (event: string): void => void this.events.push(event);
  error = (event: string): void => void this.events.push(event);
}

const ALL_PROFILES: Pick<ProfileStore, "find" | "noteUse"> = {
  find: async (accountId, { value }) => ({
    id: "prof_aaaaaaaaaaaaaaaa" as ProfileId,
    accountId,
    name: value,
    description: null,
    tags: [],
    fingerprint: null,
    proxy: null,
    seed: "seed",
    source: "empty",
    sessionId: null,
    head: null,
    usageCount: 0,
    lastUsedAt: null,
    createdAt: 0,
    updatedAt: 0,
  }),
  noteUse: async () => undefined,
};

export interface ServiceOptions {
  readonly limits?: Partial<Plan>;
  readonly available?: ReadonlySet<FeatureName>;
  /** Stands in for parts of the real index. */
  /** The deployment's proxy pools: one of homes anywhere, unless told otherwise. */
  readonly pools?: readonly SealedPool[];
  readonly allowPrivateNetwork?: boolean;
  /** Whatever profile a session names is there, and empty. */
  readonly hasEveryProfile?: boolean;
  readonly wrapIndex?: (index: SessionIndex) => SessionIndex;
  readonly extensionsAreEmulated?: boolean;
  /** Of whatever extension a session names. */
  readonly analysis?: ExtensionAnalysis;
}

/** Of an integration, and of an extension, that no account has. */
export const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";

/** A session service on real D1 and fake session objects, with a tenant of its own. */
export async function createServiceSetup({
  limits,
  available = EVERY_FEATURE,
  wrapIndex,
  pools = [aPool()],
  allowPrivateNetwork = false,
  hasEveryProfile = false,
  extensionsAreEmulated = false,
  analysis = { support: "full", unsupported: [], limits: [] },
}: ServiceOptions = {}) {
  const clock = new FakeClock(NOON);
  const index = createSessionIndex({ database: env.DB });
  const sessions = new FakeSessions(index);
  const logger = new FakeLogger();
  const works: Promise<void>[] = [];
  const created = createSessionService({
    index: wrapIndex ? wrapIndex(index) : index,
    profiles: hasEveryProfile ? ALL_PROFILES : createProfileStore({ database: env.DB, clock, ids: cryptoIds }),
    extensions: {
      standings: (_accountId, ids) =>
        Promise.resolve(ids.flatMap((id) => (id === UNKNOWN_ID ? [] : [{ id, name: "an extension", analysis }]))),
    },
    extensionsAreEmulated,
    integrations: { existing: (_accountId, ids) => Promise.resolve(new Set(ids.filter((id) => id !== UNKNOWN_ID))) },
    sessionObject: (id) => sessions.object(id),
    sessionDoor: () => ({ fetch: () => Promise.reject(new Error("nothing is passed on")) }),
    availableFeatures: available,
    allowPrivateNetwork,
    proxyPools: { forType: (type) => Promise.resolve(pools.filter((pool) => pool.type === type)) },
    engineHasLocations: true,
    draw: () => 0,
    exitCheckUrl: undefined,
    clock,
    ids: cryptoIds,
    logger,
    background: (work) => void works.push(work),
  });
  /** Where a test does not care how a create was asked for. */
  const service = {
    ...created,
    create: (by: Principal, requested: RequestedSession, call: CreateCall = { origin: "https://berth.invalid" }) =>
      created.create(by, requested, call),
  };
  const { principal } = await createTenant({ concurrentSessions: 5, ...limits }, clock);
  const standing = () => index.standing(principal.accountId, "2026-11");
  /** Waits for everything handed to the background. */
  const settle = async () => void (await Promise.all(works));
  return { clock, index, sessions, logger, service, principal, standing, settle, works };
}
