import type { ControlAction, ControlResult } from "../../../../src/domain/control.ts";
import type { ControlState, DriveCommand } from "../../../../src/domain/live-view.ts";
import type { Failure } from "../../../../src/domain/failure.ts";
import type { ProfileId, ProfileVersionId, SessionId } from "../../../../src/domain/ids.ts";
import type { SessionProfileView } from "../../../../src/domain/profile.ts";
import type { StoredCookie } from "../../../../src/domain/profile-content.ts";
import { fail, type Result, succeed } from "../../../../src/domain/result.ts";
import { FEATURES, type FeatureName, type RequestedSession } from "../../../../src/domain/session-spec.ts";
import {
  NO_METRICS,
  type SessionSummary,
  type SessionView,
  type TokenScope,
} from "../../../../src/domain/session-view.ts";
import type { CreateCall, SessionFilter, SessionService, Uploaded } from "../../../../src/service/session-service.ts";
import type { OwnedSession } from "../../../../src/session/session-object.ts";

export const CREATED_AT = Date.parse("2026-10-27T14:00:00Z");
export const MESHBROW_ID = "ses_k8m2n4p6q5r3s2t4u6v5w3x2ya" as SessionId;
export const ANCHOR_ID = "550e8400-e29b-41d4-a716-446655440000" as SessionId;

const NOTHING_IN_FORCE = Object.fromEntries(FEATURES.map((name) => [name, false])) as Record<FeatureName, boolean>;
const features = (...names: readonly FeatureName[]): Record<FeatureName, boolean> => ({
  ...NOTHING_IN_FORCE,
  ...Object.fromEntries(names.map((name) => [name, true])),
});

/** What the service answers to a create, given a spec and what is in force. */
export function viewOf({ spec }: RequestedSession, ...inForce: readonly FeatureName[]): SessionView {
  const { proxy: _proxy, integrations: _integrations, ...publicSpec } = spec;
  return {
    id: spec.dialect === "meshbrow" ? MESHBROW_ID : ANCHOR_ID,
    status: "ready",
    endReason: null,
    endDetail: null,
    createdAt: CREATED_AT,
    expiresAt: spec.lifetimeMs === null ? null : CREATED_AT + spec.lifetimeMs,
    endedAt: null,
    spec: publicSpec,
    inForce: features(...inForce),
    lost: {},
    captchas: [],
    extensions: [],
    fingerprint: null,
    contradictions: [],
    proxy: null,
    proxyCostMicros: 0,
    profile: null,
    metrics: NO_METRICS,
  };
}

export const owned = (view: SessionView): OwnedSession => ({
  view,
  connectToken: view.endedAt === null ? "ct_abc123" : null,
  liveViewToken: view.endedAt === null ? "ct_live456" : null,
});

export const summaryOf = (id: string, changes: Partial<SessionSummary> = {}): SessionSummary => ({
  id: id as SessionId,
  status: "active",
  endReason: null,
  createdAt: CREATED_AT,
  expiresAt: CREATED_AT + 1_800_000,
  endedAt: null,
  tags: [],
  proxyType: null,
  proxyCountry: null,
  headless: true,
  recording: false,
  apiKeyName: "production",
  ...changes,
});

/** The profile of a session that has saved it, and could not do so again. */
export const PROFILE: SessionProfileView = {
  id: "prof_1" as ProfileId,
  name: "p",
  persist: false,
  saved: { versionId: "ver_1" as ProfileVersionId, at: CREATED_AT },
  safeAt: null,
  saveError: "full",
};

interface Listing {
  readonly filter: SessionFilter;
  readonly page: object;
}

/** An in-memory service: answers with what a test puts in, and remembers what it was asked. */
export class FakeSessions implements SessionService {
  readonly created: RequestedSession[] = [];
  readonly calls: CreateCall[] = [];
  /** Answered to every create while it is set, as to a request that comes again. */
  replayed: SessionView | undefined;
  readonly listings: Listing[] = [];
  readonly tokens: TokenScope[] = [];
  readonly revoked: string[] = [];
  /** Sessions whose profile was saved. */
  readonly saved: string[] = [];
  saveFailure: Failure | undefined;
  jar: readonly StoredCookie[] = [];
  readonly known = new Map<string, SessionView>();
  summaries: readonly SessionSummary[] = [];
  nextCursor: string | null = null;
  /** Answered to every create while it is set. */
  refusal: Failure | undefined;

  #find(id: string): Result<SessionView, Failure> {
    const view = this.known.get(id);
    return view === undefined ? fail({ kind: "sessionNotFound", sessionId: id }) : succeed(view);
  }

  async create(
    _principal: unknown,
    requested: RequestedSession,
    call: CreateCall,
  ): Promise<Result<OwnedSession, Failure>> {
    this.calls.push(call);
    if (this.replayed !== undefined) return succeed(owned(this.replayed));
    if (this.refusal !== undefined) return fail(this.refusal);
    this.created.push(requested);
    const view = viewOf(requested);
    this.known.set(view.id, view);
    return succeed(owned(view));
  }

  async describe(_principal: unknown, id: string): Promise<Result<OwnedSession, Failure>> {
    const found = this.#find(id);
    return found.ok ? succeed(owned(found.value)) : found;
  }

  async listByCursor(_principal: unknown, filter: SessionFilter, page: { readonly limit: number }) {
    this.listings.push({ filter, page });
    return succeed({ items: this.summaries, total: this.summaries.length, nextCursor: this.nextCursor });
  }

  async listByPage(
    _principal: unknown,
    filter: SessionFilter,
    page: { readonly page: number; readonly limit: number; readonly order: "asc" | "desc" },
  ) {
    this.listings.push({ filter, page });
    const start = (page.page - 1) * page.limit;
    return { items: this.summaries.slice(start, start + page.limit), total: this.summaries.length };
  }

  async end(_principal: unknown, id: string): Promise<Result<SessionView, Failure>> {
    const found = this.#find(id);
    if (!found.ok || found.value.endedAt !== null) return fail({ kind: "sessionNotFound", sessionId: id });
    const endedAt = CREATED_AT + 342_700;
    const view: SessionView = { ...found.value, status: "destroyed", endReason: "requested", endedAt };
    this.known.set(id, view);
    return succeed(view);
  }

  async endAll(): Promise<number> {
    const running = [...this.known.values()].filter(({ endedAt }) => endedAt === null);
    for (const { id } of running) await this.end(undefined, id);
    return running.length;
  }

  async pages(_principal: unknown, id: string) {
    const found = this.#find(id);
    if (!found.ok) return found;
    return succeed([{ id: "TARGET&1", title: "Example Domain", url: "https://example.com/" }]);
  }

  async setTags(_principal: unknown, id: string, tags: readonly string[]): Promise<Result<readonly string[], Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    this.known.set(id, { ...found.value, spec: { ...found.value.spec, tags } });
    return succeed(tags);
  }

  async createToken(_principal: unknown, id: string, scope: TokenScope): Promise<Result<string, Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    this.tokens.push(scope);
    return succeed(`ct_token${this.tokens.length}`);
  }

  async saveProfile(_principal: unknown, id: string): Promise<Result<null, Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    if (this.saveFailure !== undefined) return fail(this.saveFailure);
    this.saved.push(id);
    return succeed(null);
  }

  async cookies(_principal: unknown, id: string): Promise<Result<readonly StoredCookie[], Failure>> {
    const found = this.#find(id);
    return found.ok ? succeed(this.jar) : found;
  }

  async importCookies(
    _principal: unknown,
    id: string,
    imported: { readonly cookies: readonly StoredCookie[]; readonly isMerge: boolean },
  ): Promise<Result<number, Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    this.jar = imported.isMerge ? [...this.jar, ...imported.cookies] : imported.cookies;
    return succeed(imported.cookies.length);
  }

  /** Answered to every action. */
  result: ControlResult = { kind: "done" };
  readonly actions: ControlAction[] = [];
  readonly drives: DriveCommand[] = [];

  async control(_principal: unknown, id: string, action: ControlAction): Promise<Result<ControlResult, Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    this.actions.push(action);
    return succeed(this.result);
  }

  async upload(_principal: unknown, id: string): Promise<Result<Uploaded, Failure>> {
    const found = this.#find(id);
    return found.ok ? succeed({ name: "a.txt", path: "/tmp/a.txt", bytes: 1 }) : found;
  }

  async drive(_principal: unknown, id: string, command: DriveCommand): Promise<Result<ControlState, Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    this.drives.push(command);
    return succeed({ isTaken: command.kind === "take", takenAt: null, request: null });
  }

  async revokeToken(_principal: unknown, id: string, token: string): Promise<Result<null, Failure>> {
    const found = this.#find(id);
    if (!found.ok) return found;
    this.revoked.push(token);
    return succeed(null);
  }
}

/** A session that is in the service already. */
export function withSession(sessions: FakeSessions, view: SessionView): SessionView {
  sessions.known.set(view.id, view);
  return view;
}
