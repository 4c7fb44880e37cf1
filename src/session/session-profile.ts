import { UnreadableObject } from "../accounts/key-ring.ts";
import { ProfileTooLarge } from "../accounts/profile-vault.ts";
import { CapabilityError } from "../capabilities/capability-error.ts";
import type { Failure, ProfileProblem } from "../domain/failure.ts";
import type { ProfileId, ProfileVersionId } from "../domain/ids.ts";
import { EMPTY_MANIFEST, type ProfileManifest, type StagedVersion } from "../domain/profile-content.ts";
import { within } from "../domain/within.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { ProfileRecord } from "./profile-record.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionRecord } from "./session-record.ts";
import { SessionStorage } from "./session-storage.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionProfileOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
}

/** A profile cannot be had: not read, or not saved. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
  readonly problem: ProfileProblem;

  constructor(problem: ProfileProblem, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.problem = problem;
  }

  toFailure(): Failure {
    return { kind: "profileFailed", problem: this.problem, reason: this.message };
  }
}

/** Visited origins that are kept in mind: the latest ones. */
const MAX_VISITED = 500;
/** Time that reading a browser's storage may take. */
const CAPTURE_LIMIT_MS = 120_000;

/** The profile of a session: loaded before its first page, saved when it is asked for, at the end, and on the way. */
export class SessionProfile {
  readonly #deps: SessionDeps;
  readonly #store: SessionStore;
  #storage: { readonly live: LiveBrowser; readonly storage: SessionStorage } | undefined;
  /** What was loaded, or read last: what the next save goes on from. */
  #earlier: Promise<ProfileManifest> | undefined;
  /** Saves follow each other. */
  #saving: Promise<unknown> = Promise.resolve();

  constructor({ deps, store }: SessionProfileOptions) {
    this.#deps = deps;
    this.#store = store;
  }

  /** Begins to read what is to be loaded, while the browser starts. */
  fetch(): void {
    this.#manifest().catch(() => undefined);
  }

  /** A page of this origin was shown. */
  visited(origin: string): void {
    this.#storage?.storage.visited(origin);
    const storage = this.#store.read()?.storage;
    if (storage === undefined || storage.visited.includes(origin)) return;
    const visited = [...storage.visited, origin].slice(-MAX_VISITED);
    this.#store.update({ storage: { ...storage, visited } });
  }

  /**
   * Puts the profile into a browser that has just started, before any client is let in.
   *
   * @throws ProfileError when it cannot be read.
   */
  async load(live: LiveBrowser): Promise<void> {
    const storage = await this.#over(live);
    await storage.load();
  }

  /**
   * Takes it up again over a new socket.
   *
   * @throws CapabilityError when what is left to restore cannot be read.
   */
  async resume(live: LiveBrowser): Promise<void> {
    try {
      const storage = await this.#over(live);
      await storage.resume();
    } catch (error) {
      // Storage that does not answer may do so in a moment; what it does not have it will not have then.
      const isGone = error instanceof ProfileError && isUnreadable(error.cause);
      throw isGone ? new CapabilityError("profile", error) : error;
    }
  }

  /** Opens what the first restore needs, when nobody waits for it. */
  async prepare(): Promise<void> {
    const isLoaded = (this.#store.read()?.profile?.base ?? null) !== null;
    // Without it the first restore takes a little longer.
    if (isLoaded) await this.#storage?.storage.prepare().catch(() => undefined);
  }

  /**
   * Saves what the browser remembers, to the session's own profile or to another one.
   *
   * @throws ProfileError, with everything as it was before.
   */
  save(live: LiveBrowser, to?: ProfileId): Promise<void> {
    return this.#inTurn(async () => {
      const own = this.#record().profile;
      const profileId = to ?? own?.id;
      if (profileId === undefined) throw new ProfileError("save_failed", "the session has no profile");
      const staged = await this.#stage(live, profileId);
      try {
        if (profileId === own?.id) await this.#commitOwn(staged);
        else await this.#commit(profileId, null, staged);
      } catch (error) {
        throw toProfileError(error, "save_failed");
      }
    });
  }

  /** Keeps what the browser remembers now, for the case that it crashes. A failure is the next one's to make good. */
  checkpoint(live: LiveBrowser): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#takeCheckpoint(live);
      } catch (error) {
        this.#deps.logger.warn("session.checkpoint_failed", { sessionId: this.#store.read()?.id, error });
      }
    });
  }

  /**
   * The save that was asked for at creation: of the browser, if there still is one, else of the last checkpoint.
   *
   * @param connect the browser, however it has to be had.
   * @throws when what was read could not be kept: to be tried again.
   */
  saveAtEnd(connect: () => Promise<LiveBrowser | undefined>): Promise<void> {
    return this.#inTurn(async () => {
      const { spec, metrics, profile, endedAt } = this.#record();
      if (profile === null || spec.profile?.persist !== true || metrics.launchMs === null) return;
      const sinceEnd = (at: number | null): boolean => endedAt !== null && at !== null && at >= endedAt;
      if (sinceEnd(profile.saved?.at ?? null)) return;
      // What was read before a commit that failed, or whose answer was lost, is what has to take effect.
      if (profile.checkpoint !== null && sinceEnd(profile.safeAt)) return this.#commitCheckpoint();
      try {
        const live = await connect();
        if (live === undefined) throw new ProfileError("save_failed", "the browser was gone");
        await this.#takeCheckpoint(live);
      } catch (error) {
        const instead = profile.checkpoint === null ? "nothing was saved" : "an earlier state of the session was saved";
        this.#failed(`${error instanceof Error ? error.message : String(error)}; ${instead}`);
      }
      await this.#commitCheckpoint();
    });
  }

  async #takeCheckpoint(live: LiveBrowser): Promise<void> {
    const { profile } = this.#record();
    if (profile === null) return;
    const staged = await this.#stage(live, profile.id);
    const before = this.#profile();
    this.#store.update({ profile: { ...before, checkpoint: staged, safeAt: this.#deps.clock.now() } });
    await this.#forget(before.checkpoint, staged.objects);
  }

  async #commitCheckpoint(): Promise<void> {
    const { checkpoint } = this.#profile();
    if (checkpoint === null) return;
    try {
      await this.#commitOwn(checkpoint);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      this.#failed(error.message);
    }
  }

  #failed(saveError: string): void {
    this.#deps.logger.warn("session.profile_not_saved", { sessionId: this.#record().id, saveError });
    this.#store.update({ profile: { ...this.#profile(), saveError } });
  }

  /** Reads the browser into objects that nobody refers to yet. */
  async #stage(live: LiveBrowser, profileId: ProfileId): Promise<StagedVersion> {
    const staging = this.#deps.profiles.vault.stage(profileId);
    try {
      const earlier = await this.#manifest();
      const storage = await this.#over(live);
      const { manifest, onKept } = await within(CAPTURE_LIMIT_MS, storage.read(staging, earlier));
      const staged = await staging.finish(manifest);
      // Of another profile's save, the session's own does not know.
      if (profileId === this.#store.read()?.profile?.id) {
        this.#earlier = Promise.resolve(manifest);
        onKept();
      }
      return staged;
    } catch (error) {
      await staging.abandon().catch(() => undefined);
      throw toProfileError(error, "save_failed");
    }
  }

  async #commitOwn(staged: StagedVersion): Promise<void> {
    const { id: profileId, base } = this.#profile();
    const id = await this.#commit(profileId, base?.id ?? null, staged);
    const now = this.#profile();
    const saved = { versionId: id, at: this.#deps.clock.now() };
    const { manifestKey } = staged;
    this.#store.update({ profile: { ...now, base: { id, manifestKey }, checkpoint: null, safeAt: saved.at, saved } });
    if (now.checkpoint?.manifestKey !== manifestKey) await this.#forget(now.checkpoint, staged.objects);
  }

  async #commit(profileId: ProfileId, base: ProfileVersionId | null, staged: StagedVersion): Promise<ProfileVersionId> {
    const { vault, versions } = this.#deps.profiles;
    const sessionId = this.#record().id;
    const committed = await versions.commit({ profileId, sessionId, base, staged });
    if (committed === undefined) {
      await vault.remove(staged.objects);
      throw new ProfileError("save_failed", "the profile was deleted");
    }
    await this.#remove(committed.unneeded);
    return committed.version.id;
  }

  /** Removes what a checkpoint alone needed. */
  async #forget(checkpoint: StagedVersion | null, needed: readonly string[]): Promise<void> {
    if (checkpoint === null) return;
    const kept = new Set(needed);
    const base = await this.#baseObjects();
    await this.#remove(checkpoint.objects.filter((key) => !kept.has(key) && !base.has(key)));
  }

  /** What the version that was loaded needs is not a checkpoint's to remove. */
  async #baseObjects(): Promise<ReadonlySet<string>> {
    const key = this.#profile().base?.manifestKey;
    if (key === undefined) return new Set();
    const { origins } = await this.#deps.profiles.vault.readManifest(key);
    return new Set([key, ...origins.flatMap(({ parts }) => parts.map((part) => part.key))]);
  }

  /** An object that stays behind costs its storage, until its profile is deleted. */
  async #remove(keys: readonly string[]): Promise<void> {
    try {
      await this.#deps.profiles.vault.remove(keys);
    } catch (error) {
      this.#deps.logger.warn("session.objects_not_removed", { sessionId: this.#record().id, error });
    }
  }

  /** One for each socket: what is in the browser stays, what was told to it does not. */
  async #over(live: LiveBrowser): Promise<SessionStorage> {
    if (this.#storage?.live === live) return this.#storage.storage;
    const manifest = await this.#manifest();
    const { storage: known, profile } = this.#record();
    const changed = [...known.visited, ...(profile?.restored ?? [])];
    const storage = new SessionStorage({ deps: this.#deps, store: this.#store, live, manifest, changed });
    this.#storage = { live, storage };
    return storage;
  }

  #manifest(): Promise<ProfileManifest> {
    const { profile } = this.#record();
    const key = profile?.checkpoint?.manifestKey ?? profile?.base?.manifestKey;
    if (key === undefined) return (this.#earlier ??= Promise.resolve(EMPTY_MANIFEST));
    this.#earlier ??= this.#deps.profiles.vault.readManifest(key).catch((error: unknown) => {
      this.#earlier = undefined;
      throw toProfileError(error, "unreadable");
    });
    return this.#earlier;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#saving.then(work);
    this.#saving = turn.catch(() => undefined);
    return turn;
  }

  #profile(): ProfileRecord {
    const { profile } = this.#record();
    if (profile === null) throw new Error("the session has no profile");
    return profile;
  }

  #record(): SessionRecord {
    const record = this.#store.read();
    if (record === undefined) throw new Error("there is no session");
    return record;
  }
}

function toProfileError(error: unknown, otherwise: ProfileProblem): ProfileError {
  if (error instanceof ProfileError) return error;
  if (error instanceof ProfileTooLarge) return new ProfileError("too_large", error);
  return new ProfileError(isUnreadable(error) ? "unreadable" : otherwise, error);
}

const isUnreadable = (error: unknown): boolean => error instanceof UnreadableObject;
