import type { ProfileStore, StoredProfile, StoredVersion } from "../accounts/profile-store.ts";
import type { ProfileVault } from "../accounts/profile-vault.ts";
import type { ProfileVersionStore } from "../accounts/profile-version-store.ts";
import type { Failure } from "../domain/failure.ts";
import { parseSessionId, type ProfileVersionId, type SessionId } from "../domain/ids.ts";
import type { Principal } from "../domain/plan.ts";
import type { NewProfile, ProfileReference, ProfileVersion, ProfileView } from "../domain/profile.ts";
import { EMPTY_MANIFEST } from "../domain/profile-content.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { StorageState } from "../domain/storage-state.ts";
import type { Logger } from "../observability/logger.ts";
import type { SessionObject } from "../session/session-object.ts";
import { deleteContent } from "./profile-deletion.ts";
import { profileFailure, stageState, writeState } from "./storage-state-transfer.ts";

export interface ProfilePage {
  readonly items: readonly ProfileView[];
  /** Profiles that match, over all pages. */
  readonly total: number;
}

/** The account's profiles. Another account's profile is one that does not exist: `notFound` naming what was asked. */
export interface ProfileService {
  /** An empty profile, or one with the given state. `conflict` when the account has one of this name. */
  create(principal: Principal, profile: NewProfile, state?: StorageState): Promise<Result<ProfileView, Failure>>;
  /**
   * A profile with what a running session's browser remembers now, and the session's own device and preferences
   * where none are given. Nothing is left of it when the save fails.
   */
  createFromSession(
    principal: Principal,
    profile: NewProfile,
    sessionId: string,
  ): Promise<Result<ProfileView, Failure>>;
  /** Newest first. */
  list(principal: Principal, query: { readonly tag?: string; readonly limit: number }): Promise<ProfilePage>;
  find(principal: Principal, reference: ProfileReference): Promise<Result<ProfileView, Failure>>;
  /** Gone at once for every reader; its objects follow, by the cron if not now. */
  remove(principal: Principal, reference: ProfileReference): Promise<Result<null, Failure>>;
  /** Newest first. */
  versions(principal: Principal, reference: ProfileReference): Promise<Result<readonly ProfileVersion[], Failure>>;
  /** Makes an earlier version the one that sessions load. */
  restore(principal: Principal, reference: ProfileReference, versionId: string): Promise<Result<ProfileView, Failure>>;
  /** The whole state as JSON in UTF-8, written while it is read: it may be larger than memory. */
  exportState(principal: Principal, reference: ProfileReference): Promise<Result<ReadableStream<Uint8Array>, Failure>>;
  /** Replaces what sessions load; what was there before stays as an earlier version. */
  importState(
    principal: Principal,
    reference: ProfileReference,
    state: StorageState,
  ): Promise<Result<ProfileView, Failure>>;
}

export interface ProfileServiceDeps {
  readonly profiles: ProfileStore;
  readonly versions: ProfileVersionStore;
  readonly vault: ProfileVault;
  readonly sessionObject: (id: SessionId) => SessionObject;
  readonly logger: Logger;
  /** Keeps work going after the response, as `waitUntil` does. The work never rejects. */
  readonly background: (work: Promise<void>) => void;
}

type Answer<T> = Promise<Result<T, Failure>>;

export function createProfileService(deps: ProfileServiceDeps): ProfileService {
  return { ...createCreations(deps), ...createOperations(deps) };
}

/** The profile as it is after a change. */
async function shown({ profiles }: ProfileServiceDeps, { id, accountId }: StoredProfile): Answer<ProfileView> {
  const reference = { by: "id", value: id } as const;
  const found = await profiles.find(accountId, reference);
  return found === undefined ? notFound(reference) : succeed(toView(found));
}

type Creations = "create" | "createFromSession";

function createCreations(deps: ProfileServiceDeps): Pick<ProfileService, Creations> {
  return {
    async create({ accountId }, profile, state) {
      const source = state === undefined ? "empty" : "import";
      const created = await deps.profiles.create(accountId, { ...profile, source, sessionId: null });
      if (created === undefined) return duplicate(profile);
      if (state === undefined) return succeed(toView(created));
      const imported = await importInto(deps, created, state);
      if (!imported.ok) await discard(deps, created);
      return imported.ok ? shown(deps, created) : imported;
    },
    createFromSession: (principal, profile, sessionId) => createFromSession(deps, { principal, profile, sessionId }),
  };
}

function createOperations(deps: ProfileServiceDeps): Omit<ProfileService, Creations> {
  const { profiles, versions } = deps;

  async function find({ accountId }: Principal, reference: ProfileReference): Answer<StoredProfile> {
    const found = await profiles.find(accountId, reference);
    return found === undefined ? notFound(reference) : succeed(found);
  }

  /** What a reference names, and then something of it. */
  async function on<T>(
    principal: Principal,
    reference: ProfileReference,
    work: (found: StoredProfile) => Answer<T>,
  ): Answer<T> {
    const found = await find(principal, reference);
    return found.ok ? work(found.value) : found;
  }

  return {
    async list({ accountId }, query) {
      const { items, total } = await profiles.list(accountId, query);
      return { items: items.map(toView), total };
    },
    find: (principal, reference) => on(principal, reference, async (found) => succeed(toView(found))),
    remove: (principal, reference) =>
      on(principal, reference, async (found) => {
        // Somebody else may have been faster.
        if (!(await profiles.hide(found.id))) return notFound(reference);
        deps.background(deleteContent(deps, found.id));
        return succeed(null);
      }),
    versions: (principal, reference) =>
      on(principal, reference, async ({ id }) => succeed((await versions.list(id)).map(toVersion))),
    restore: (principal, reference, versionId) =>
      on(principal, reference, async (found) => {
        const restored = await versions.restore(found.id, versionId as ProfileVersionId);
        return restored ? shown(deps, found) : fail({ kind: "notFound", what: "profile version", id: versionId });
      }),
    exportState: (principal, reference) => on(principal, reference, (found) => exportFrom(deps, found)),
    importState: (principal, reference, state) =>
      on(principal, reference, async (found) => {
        const imported = await importInto(deps, found, state);
        return imported.ok ? shown(deps, found) : imported;
      }),
  };
}

const notFound = ({ value }: ProfileReference) => fail({ kind: "notFound", what: "profile", id: value } as const);

const duplicate = ({ name }: NewProfile) =>
  fail({ kind: "conflict", message: `a profile named ${JSON.stringify(name)} exists already` } as const);

/** Field by field: what is added to a stored profile must not be shown unseen. */
const toView = (profile: StoredProfile): ProfileView => ({
  id: profile.id,
  name: profile.name,
  description: profile.description,
  tags: profile.tags,
  fingerprint: profile.fingerprint,
  proxy: profile.proxy,
  source: profile.source,
  sessionId: profile.sessionId,
  head: profile.head && toVersion(profile.head),
  usageCount: profile.usageCount,
  lastUsedAt: profile.lastUsedAt,
  createdAt: profile.createdAt,
  updatedAt: profile.updatedAt,
});

const toVersion = (version: StoredVersion): ProfileVersion => ({
  id: version.id,
  number: version.number,
  createdAt: version.createdAt,
  sessionId: version.sessionId,
  isConflict: version.isConflict,
  cookieCount: version.cookieCount,
  storageOrigins: version.storageOrigins,
  size: version.size,
});

interface FromSession {
  readonly principal: Principal;
  readonly profile: NewProfile;
  readonly sessionId: string;
}

async function createFromSession(
  deps: ProfileServiceDeps,
  { principal, profile, sessionId }: FromSession,
): Answer<ProfileView> {
  const { accountId } = principal;
  const id = parseSessionId(sessionId);
  if (id === undefined) return fail({ kind: "sessionNotFound", sessionId } as const);
  const session = deps.sessionObject(id);
  const origin = await session.profileOrigin(accountId);
  if (!origin.ok) return origin;
  const { seed, fingerprint, proxy } = origin.value;
  const preferences = { fingerprint: profile.fingerprint ?? fingerprint, proxy: profile.proxy ?? proxy };
  const creation = { ...profile, ...preferences, seed, source: "session", sessionId: id } as const;
  const created = await deps.profiles.create(accountId, creation);
  if (created === undefined) return duplicate(profile);
  const saved = await session.saveProfile(accountId, created.id);
  if (!saved.ok) {
    await discard(deps, created);
    return saved;
  }
  return shown(deps, created);
}

/** Nobody was told of it yet. */
async function discard(deps: ProfileServiceDeps, { id }: StoredProfile): Promise<void> {
  await deps.profiles.hide(id);
  await deleteContent(deps, id);
}

async function importInto(deps: ProfileServiceDeps, profile: StoredProfile, state: StorageState): Answer<null> {
  const { vault, versions, logger } = deps;
  const profileId = profile.id;
  try {
    const staged = await stageState(vault, profileId, state);
    const committed = await versions.commit({ profileId, sessionId: null, base: profile.head?.id ?? null, staged });
    if (committed === undefined) {
      await vault.remove(staged.objects);
      return notFound({ by: "id", value: profileId });
    }
    await vault.remove(committed.unneeded);
    return succeed(null);
  } catch (error) {
    logger.warn("profile.not_imported", { profileId, error });
    return fail(profileFailure(error, "save_failed"));
  }
}

async function exportFrom({ vault, logger }: ProfileServiceDeps, { id, head }: StoredProfile) {
  try {
    const manifest = head === null ? EMPTY_MANIFEST : await vault.readManifest(head.manifestKey);
    return succeed(writeState(vault, manifest));
  } catch (error) {
    logger.warn("profile.not_exported", { profileId: id, error });
    return fail(profileFailure(error, "unreadable"));
  }
}
