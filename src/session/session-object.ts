import type { SealedPool } from "../accounts/proxy-pool-store.ts";
import type { ControlAction, ControlResult } from "../domain/control.ts";
import type { Failure } from "../domain/failure.ts";
import type { AccountId, ProfileId, SessionId } from "../domain/ids.ts";
import type { ControlState, DriveCommand } from "../domain/live-view.ts";
import type { LoadedProfile, ProfilePreferences } from "../domain/profile.ts";
import type { StoredCookie } from "../domain/profile-content.ts";
import type { Result } from "../domain/result.ts";
import type { FeatureName, SessionSpec } from "../domain/session-spec.ts";
import type { EndReason } from "../domain/session-state.ts";
import type { PageView, SessionView, TokenScope } from "../domain/session-view.ts";

/** What a session's traffic may go through, and how its exit is verified. */
export interface EgressPlan {
  /** Pools to draw an upstream from, the best first; none for a caller's own proxy and for the engine's way out. */
  readonly pools: readonly SealedPool[];
  /** Answers who asks, as `GET /ip` does. */
  readonly exitCheckUrl: string;
}

/** Everything that a session needs to know about itself; handed over once, right after admission. */
export interface CreateSession extends EgressPlan {
  readonly id: SessionId;
  readonly accountId: AccountId;
  readonly spec: SessionSpec;
  /** Features that were asked for by name. */
  readonly asked: readonly FeatureName[];
  /** What `spec.profile` names; `null` without one. */
  readonly profile: LoadedProfile | null;
  /** Where the deployment was reached: what addresses that the session hands out begin with. */
  readonly origin: string;
  /** Epoch milliseconds of the admission: the session's `createdAt`. */
  readonly createdAt: number;
}

/** A session just created, or described to its owner while it has a browser. */
export interface OwnedSession {
  readonly view: SessionView;
  /** The credential for `cdpUrl`; `null` once the session has ended. */
  readonly connectToken: string | null;
  /** The credential for the live view, read-only when the spec says so; `null` once the session has ended. */
  readonly liveViewToken: string | null;
}

/** What a profile that is made from a session takes from it, besides its content. */
export interface ProfileOrigin extends ProfilePreferences {
  /** The same device as the session's. */
  readonly seed: string;
}

/** When an outcome that is not known yet may be. */
const RETRY_AFTER_MS = 2_000;

/** The answer of whoever cannot know yet what became of a create. */
export const CREATE_UNDECIDED = {
  kind: "unavailable",
  message: "The first request with this Idempotency-Key is still at work: try again",
  retryAfterMs: RETRY_AFTER_MS,
} as const;

/**
 * The RPC surface of a session's Durable Object: the types that `service` may see. Every method answers
 * with data (a class does not survive RPC), and treats another account's session as one that does not exist.
 */
export interface SessionObject {
  /** Launches the browser and answers when the session is `ready`. Frees its slot itself when it fails. */
  create(command: CreateSession): Promise<Result<OwnedSession, Failure>>;
  /**
   * What a repeated create is answered: waits for a launch that runs. `unavailable` while nobody can know its
   * outcome; `sessionNotFound` as for `describe`.
   */
  joinCreate(accountId: AccountId): Promise<Result<OwnedSession, Failure>>;
  /** `sessionNotFound` also for a session that ended and has been handed over to the index. */
  describe(accountId: AccountId): Promise<Result<OwnedSession, Failure>>;
  /** Ends the session and answers its final view; `sessionNotFound` when it has ended before. */
  end(accountId: AccountId, reason: EndReason, detail?: string): Promise<Result<SessionView, Failure>>;
  /** Tabs that clients may see, the oldest first. */
  pages(accountId: AccountId): Promise<Result<readonly PageView[], Failure>>;
  setTags(accountId: AccountId, tags: readonly string[]): Promise<Result<readonly string[], Failure>>;
  /** A new random token; from the first one on, the account's API key alone no longer opens a CDP socket. */
  createToken(accountId: AccountId, scope: TokenScope): Promise<Result<string, Failure>>;
  /** Stops new connections with this token; open ones live on. */
  revokeToken(accountId: AccountId, token: string): Promise<Result<null, Failure>>;
  /** What a profile that is to be made from this session shall prefer. `sessionNotRunning` without a browser. */
  profileOrigin(accountId: AccountId): Promise<Result<ProfileOrigin, Failure>>;
  /**
   * Saves what the browser remembers, and answers when it is kept: to the session's own profile, or to another one.
   * `profileFailed` leaves everything as it was; `conflict` for a session without a profile.
   */
  saveProfile(accountId: AccountId, to?: ProfileId): Promise<Result<null, Failure>>;
  /** Cookies of the browser's default context. */
  cookies(accountId: AccountId): Promise<Result<readonly StoredCookie[], Failure>>;
  /**
   * Sets cookies; `isMerge` keeps those that are there. Answers how many were set. `invalidRequest` naming `cookies`
   * for what Chromium does not take; then all are as they were.
   */
  importCookies(
    accountId: AccountId,
    cookies: readonly StoredCookie[],
    isMerge: boolean,
  ): Promise<Result<number, Failure>>;
  /** `invalidRequest` for a session of which nothing is recorded. */
  pauseRecording(accountId: AccountId, isPaused: boolean): Promise<Result<null, Failure>>;
  /** The tab in use as it looks now: PNG. `conflict` without a tab. */
  screenshot(accountId: AccountId): Promise<Result<Uint8Array, Failure>>;
  /** Does something to a page, or reads it. `pageFailed` and `timedOut` are the page's. */
  control(accountId: AccountId, action: ControlAction): Promise<Result<ControlResult, Failure>>;
  /** Who drives; changes it first when asked to. `timedOut` when nobody came to help. */
  drive(accountId: AccountId, command: DriveCommand): Promise<Result<ControlState, Failure>>;
  /** For the reaper: does what is overdue; answers whether the object still has the session, or its end, in hand. */
  reap(): Promise<boolean>;
}
