import type { ProfileStore } from "../accounts/profile-store.ts";
import type { KeyClaim } from "../accounts/idempotency-keys.ts";
import { monthOf } from "../accounts/month.ts";
import type { IntegrationStore } from "../accounts/integration-store.ts";
import type { Admission, KeyedAdmission } from "../accounts/session-admission.ts";
import type { SessionIndex } from "../accounts/session-index.ts";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { AvailableFeatures } from "../domain/effective-spec.ts";
import { effectiveSpec, inForce, toPublicSpec, unsupportedFeature } from "../domain/effective-spec.ts";
import type { Failure } from "../domain/failure.ts";
import type { SessionId } from "../domain/ids.ts";
import { newAnchorSessionId, newMeshbrowSessionId } from "../domain/ids.ts";
import type { Principal } from "../domain/plan.ts";
import { outsidePlan, overLimit } from "../domain/plan.ts";
import { isPrivateHost } from "../domain/private-host.ts";
import type { Result } from "../domain/result.ts";
import { assertNever, fail, succeed } from "../domain/result.ts";
import type { DialectName, RequestedSession } from "../domain/session-spec.ts";
import { NO_METRICS, type SessionView } from "../domain/session-view.ts";
import type { Logger } from "../observability/logger.ts";
import type { CreateSession, EgressPlan, OwnedSession, SessionObject } from "../session/session-object.ts";
import { type EgressDeps, invalidOwnProxy, planEgress } from "./plan-egress.ts";
import { askedExtensions, type ExtensionDeps, unplayableExtension } from "./load-extensions.ts";
import { missingIntegration } from "./load-integrations.ts";
import { loadProfile, type ProfiledRequest } from "./load-profile.ts";
import { claimFor, earlierAnswer, replay } from "./repeated-create.ts";

/** What the session service works with. */
export interface SessionServiceDeps extends EgressDeps, ExtensionDeps {
  readonly index: SessionIndex;
  readonly profiles: Pick<ProfileStore, "find" | "noteUse">;
  readonly integrations: Pick<IntegrationStore, "existing">;
  /** The same object, for what is passed on as it arrives. */
  readonly sessionDoor: (id: SessionId) => { fetch(request: Request): Promise<Response> };
  readonly sessionObject: (id: SessionId) => SessionObject;
  readonly availableFeatures: AvailableFeatures;
  /** Asked through proxies in place of this deployment's own `/ip`. */
  readonly exitCheckUrl: string | undefined;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Keeps work going after the response, as `waitUntil` does. The work never rejects. */
  readonly background: (work: Promise<void>) => void;
}

/** The Durable Object did not answer: a new attempt gets a new one. */
const LAUNCH_RETRY_MS = 1_000;
const LAUNCH_FAILURE_REASON = "The session could not be started";
const CLIENT_LEFT = "the client left before the answer";

/** How a create was asked for, apart from what. */
export interface CreateCall {
  /** The request's `Idempotency-Key`: requests with one key are one request. */
  readonly idempotencyKey?: string;
  /** Aborts when the client leaves before the answer. */
  readonly gone?: AbortSignal;
  /** `https://HOST` as the client calls this deployment: the internet reaches it so. */
  readonly origin: string;
}

/** A create as the service is asked for it. */
export interface CreateRequest {
  readonly principal: Principal;
  readonly requested: RequestedSession;
  readonly call: CreateCall;
}

/**
 * Admits and launches a session. Refusals come in the documented order: quota, concurrency, what the plan
 * does not cover, what the deployment does not have. A refused request leaves nothing behind.
 */
export async function createSession(
  deps: SessionServiceDeps,
  { principal, requested, call }: CreateRequest,
): Promise<Result<OwnedSession, Failure>> {
  const { idempotencyKey: key, gone } = call;
  const claim = key === undefined ? undefined : await claimFor(key, requested.spec);
  const checked = await findRefusal(deps, principal, requested);
  if (!checked.ok) return (claim && (await earlierAnswer(deps, principal, claim))) ?? checked;
  const { pools, profile, requested: allowed } = checked.value;
  const spec = effectiveSpec(allowed.spec, deps.availableFeatures);
  const id = newSessionId(spec.dialect, deps.ids);
  const exitCheckUrl = deps.exitCheckUrl ?? `${call.origin}/ip`;
  const egress = { pools, exitCheckUrl };
  const { origin } = call;
  const asked = [...new Set(allowed.asked.map(({ feature }) => feature))];
  const { accountId } = principal;
  const command = { id, accountId, spec, asked, profile, origin, createdAt: deps.clock.now(), ...egress };
  const admitted = await admit(deps, { principal, command, claim });
  if (!admitted.ok) return admitted;
  if (profile !== null) deps.background(noteUse(deps, command));
  if (claim === undefined) return launchFor(deps, command, gone);
  // With a key the client comes back for the session, so its leaving means nothing.
  const { value } = admitted;
  return value.kind === "claimed" ? replay(deps, principal, { claim, ...value }) : launch(deps, command);
}

/** A request that nothing was found against. */
interface CheckedRequest extends ProfiledRequest {
  readonly pools: EgressPlan["pools"];
}

/** For the profile's own counters: nobody waits for them. */
async function noteUse({ profiles, clock, logger }: SessionServiceDeps, { id, profile }: CreateSession): Promise<void> {
  try {
    if (profile !== null) await profiles.noteUse(profile.id, clock.now());
  } catch (error) {
    logger.warn("profile.use_not_noted", { sessionId: id, error });
  }
}

/**
 * A request that will be refused anyway costs a read of the standing, for the order's sake; a request that
 * will not costs none, because admission itself checks the limits.
 */
async function findRefusal(
  deps: SessionServiceDeps,
  principal: Principal,
  asked: RequestedSession,
): Promise<Result<CheckedRequest, Failure>> {
  const { index, clock, availableFeatures } = deps;
  // What is wrong with the request itself comes before what the account may do.
  const invalid = privateInitialUrl(deps, asked) ?? invalidOwnProxy(deps, asked);
  if (invalid !== undefined) return fail(invalid);
  const profiled = await loadProfile(deps, principal, asked);
  if (!profiled.ok) return profiled;
  const { requested } = profiled.value;
  const missing = await missingIntegration(deps, principal, requested.spec);
  if (missing !== undefined) return fail(missing);
  const extensions = await askedExtensions(deps, principal, requested.spec);
  if (!extensions.ok) return extensions;
  const refusal =
    outsidePlan(principal, requested) ??
    unsupportedFeature(requested.asked, availableFeatures) ??
    unplayableExtension(deps, requested.spec, extensions.value);
  const planned = refusal === undefined ? await planEgress(deps, requested) : fail(refusal);
  if (planned.ok) return succeed({ ...profiled.value, pools: planned.value });
  const standing = await index.standing(principal.accountId, monthOf(clock.now()));
  return fail(overLimit(principal, standing) ?? planned.failure);
}

function privateInitialUrl(
  { allowPrivateNetwork }: SessionServiceDeps,
  { spec: { initialUrl } }: RequestedSession,
): Failure | undefined {
  if (allowPrivateNetwork || initialUrl === null || !isPrivateHost(new URL(initialUrl).hostname)) return undefined;
  const field = "session.initial_url";
  return { kind: "invalidRequest", field, message: `${field} must not lead to a private or local address` };
}

function newSessionId(dialect: DialectName, ids: IdSource): SessionId {
  switch (dialect) {
    case "meshbrow":
      return newMeshbrowSessionId(ids);
    case "anchor":
      return newAnchorSessionId(ids);
    default:
      return assertNever(dialect);
  }
}

function expiryOf({ spec, createdAt }: CreateSession): number | null {
  return spec.lifetimeMs === null ? null : createdAt + spec.lifetimeMs;
}

function toAdmission(deps: SessionServiceDeps, command: CreateSession): Admission {
  const { id, spec, createdAt } = command;
  const { har, screenshots, video } = spec.recording;
  return {
    id,
    dialect: spec.dialect,
    createdAt,
    expiresAt: expiryOf(command),
    tags: spec.tags,
    proxyType: spec.proxy?.type ?? null,
    profileId: command.profile?.id ?? null,
    profileVersion: command.profile?.version?.id ?? null,
    proxyCountry: spec.proxy === null || spec.proxy.type === "custom" ? null : spec.proxy.country,
    headless: spec.headless,
    recording: har || screenshots || video,
    view: viewOfAdmitted(deps, command),
  };
}

interface Admitting {
  readonly principal: Principal;
  readonly command: CreateSession;
  readonly claim: KeyClaim | undefined;
}

async function admit(
  deps: SessionServiceDeps,
  { principal, command, claim }: Admitting,
): Promise<Result<KeyedAdmission, Failure>> {
  const admission = toAdmission(deps, command);
  try {
    if (claim !== undefined) return await deps.index.admitOnce(principal, admission, claim);
    const admitted = await deps.index.admit(principal, admission);
    return admitted.ok ? succeed({ kind: "admitted" }) : admitted;
  } catch (error) {
    // The answer may be lost after the row was written; no Durable Object will ever free that slot.
    deps.background(giveUp(deps, command, "admission was interrupted"));
    throw error;
  }
}

/** Nobody can know a session whose client left before the answer: it ends, and counts for nothing. */
async function launchFor(
  deps: SessionServiceDeps,
  command: CreateSession,
  gone: AbortSignal | undefined,
): Promise<Result<OwnedSession, Failure>> {
  if (gone === undefined) return launch(deps, command);
  if (gone.aborted) {
    await giveUp(deps, command, CLIENT_LEFT);
    return fail({ kind: "launchFailed", reason: CLIENT_LEFT, retryAfterMs: LAUNCH_RETRY_MS });
  }
  const abandon = (): void => deps.background(endUnknown(deps, command, CLIENT_LEFT));
  gone.addEventListener("abort", abandon, { once: true });
  const created = await launch(deps, command);
  gone.removeEventListener("abort", abandon);
  // Again, for an end that overtook the create on the way to the Durable Object.
  if (gone.aborted) await endUnknown(deps, command, CLIENT_LEFT);
  return created;
}

async function launch(deps: SessionServiceDeps, command: CreateSession): Promise<Result<OwnedSession, Failure>> {
  const { id, accountId } = command;
  try {
    // A launch that fails in the ordinary way has freed its slot itself.
    return await deps.sessionObject(id).create(command);
  } catch (error) {
    deps.logger.error("session.create_interrupted", { sessionId: id, accountId, error });
    deps.background(endUnknown(deps, command, LAUNCH_FAILURE_REASON));
    await giveUp(deps, command, LAUNCH_FAILURE_REASON);
    return fail({ kind: "launchFailed", reason: LAUNCH_FAILURE_REASON, retryAfterMs: LAUNCH_RETRY_MS });
  }
}

/** Frees the slot of a session that nobody was told about. The reaper does it if this cannot. */
async function giveUp(deps: SessionServiceDeps, command: CreateSession, detail: string): Promise<void> {
  const { id } = command;
  const endedAt = deps.clock.now();
  const end = { status: "failed", endReason: "launch_failed", endedAt } as const;
  const finalView = { ...viewOfAdmitted(deps, command), ...end, endDetail: detail };
  try {
    const used = { browserMs: 0, proxyBytes: 0, proxyCostMicros: 0, browserId: null };
    await deps.index.recordEnd({ ...end, ...used, id, refund: true, finalView });
  } catch (error) {
    deps.logger.error("session.slot_not_freed", { sessionId: id, error });
  }
}

/** The Durable Object may have a browser although nobody was told of it. */
async function endUnknown(
  { sessionObject, logger }: SessionServiceDeps,
  { id, accountId }: CreateSession,
  detail: string,
): Promise<void> {
  try {
    await sessionObject(id).end(accountId, "launch_failed", detail);
  } catch (error) {
    logger.warn("session.half_started_not_ended", { sessionId: id, error });
  }
}

function viewOfAdmitted({ availableFeatures }: SessionServiceDeps, command: CreateSession): SessionView {
  const { id, spec, profile, createdAt } = command;
  return {
    id,
    status: "launching",
    endReason: null,
    endDetail: null,
    createdAt,
    expiresAt: expiryOf(command),
    endedAt: null,
    spec: toPublicSpec(spec),
    inForce: inForce(spec, availableFeatures),
    lost: {},
    captchas: [],
    extensions: [],
    fingerprint: null,
    contradictions: [],
    proxy: null,
    proxyCostMicros: 0,
    profile: profile && {
      id: profile.id,
      name: profile.name,
      persist: spec.profile?.persist ?? false,
      saved: null,
      safeAt: null,
      saveError: null,
    },
    metrics: NO_METRICS,
  };
}
