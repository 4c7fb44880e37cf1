import { and, desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { ProfileId, ProfileVersionId, SessionId } from "../domain/ids.ts";
import { newProfileVersionId } from "../domain/ids.ts";
import type { StagedVersion } from "../domain/profile-content.ts";
import type { StoredVersion } from "./profile-store.ts";
import { profiles, profileVersions } from "./tables.ts";

/** A staged state that is to become the profile's newest version. */
export interface VersionCommit {
  readonly profileId: ProfileId;
  readonly sessionId: SessionId | null;
  /** The version that the content began from; `null` for none. */
  readonly base: ProfileVersionId | null;
  readonly staged: StagedVersion;
}

/** A version that was kept, and objects that no version needs any more. */
export interface CommittedVersion {
  readonly version: StoredVersion;
  readonly unneeded: readonly string[];
}

/** The `profile_versions` table. */
export interface ProfileVersionStore {
  /**
   * Makes the staged state the head, in one transaction: whoever comes later wins, and what was there before stays
   * as an earlier version. Versions beyond the newest ten go, unless a running session has loaded them.
   *
   * @returns `undefined` when there is no such profile any more.
   */
  commit(commit: VersionCommit): Promise<CommittedVersion | undefined>;
  /** Newest first. */
  list(profileId: ProfileId): Promise<readonly StoredVersion[]>;
  /** Makes an earlier version the head again. Answers whether there is such a version. */
  restore(profileId: ProfileId, version: ProfileVersionId): Promise<boolean>;
}

export interface ProfileVersionStoreDeps {
  readonly database: D1Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Versions that are kept of every profile. */
export const KEPT_VERSIONS = 10;

/** ?4 is the session, ?5 the base; a repeated commit of one staged state finds its version there. */
const INSERT = `
  INSERT INTO profile_versions (id, profile_id, number, created_at, session_id, is_conflict, cookie_count,
                                storage_origins, size, manifest_key, objects)
  SELECT ?1, p.id, 1 + COALESCE((SELECT MAX(number) FROM profile_versions WHERE profile_id = p.id), 0), ?3, ?4,
         p.head IS NOT ?5, ?6, ?7, ?8, ?9, ?10
  FROM profiles AS p
  WHERE p.id = ?2 AND p.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM profile_versions WHERE profile_id = p.id AND manifest_key = ?9)`;

const MOVE_HEAD = `
  UPDATE profiles SET head = ?1, updated_at = ?3
  WHERE id = ?2 AND EXISTS (SELECT 1 FROM profile_versions WHERE id = ?1)`;

/** The session goes on from what it has saved. */
const MOVE_SESSION = `
  UPDATE sessions SET profile_version = ?1
  WHERE id = ?3 AND profile_id = ?2 AND EXISTS (SELECT 1 FROM profile_versions WHERE id = ?1)`;

/** Answers what the removed versions needed. */
const PRUNE = `
  DELETE FROM profile_versions
  WHERE profile_id = ?1
    AND number <= (SELECT MAX(number) FROM profile_versions WHERE profile_id = ?1) - ${KEPT_VERSIONS}
    AND id IS NOT (SELECT head FROM profiles WHERE id = ?1)
    AND id NOT IN (SELECT profile_version FROM sessions
                   WHERE profile_id = ?1 AND ended_at IS NULL AND profile_version IS NOT NULL)
  RETURNING objects`;

export function createProfileVersionStore({ database, clock, ids }: ProfileVersionStoreDeps): ProfileVersionStore {
  const db = drizzle(database);
  const list = (profileId: ProfileId): Promise<readonly StoredVersion[]> =>
    db
      .select()
      .from(profileVersions)
      .where(eq(profileVersions.profileId, profileId))
      .orderBy(desc(profileVersions.number));

  return {
    async commit({ profileId, sessionId, base, staged }) {
      const id = newProfileVersionId(ids);
      const now = clock.now();
      const { cookieCount, storageOrigins, size, manifestKey, objects } = staged;
      const content = [cookieCount, JSON.stringify(storageOrigins), size, manifestKey, JSON.stringify(objects)];
      const [, , , pruned] = await database.batch<{ readonly objects: string }>([
        database.prepare(INSERT).bind(id, profileId, now, sessionId, base, ...content),
        database.prepare(MOVE_HEAD).bind(id, profileId, now),
        database.prepare(MOVE_SESSION).bind(id, profileId, sessionId),
        database.prepare(PRUNE).bind(profileId),
      ]);
      const kept = await list(profileId);
      const version = kept.find((each) => each.manifestKey === manifestKey);
      if (version === undefined) return undefined;
      const needed = new Set(kept.flatMap((each) => each.objects));
      const removed = (pruned?.results ?? []).flatMap((row) => JSON.parse(row.objects) as string[]);
      return { version, unneeded: [...new Set(removed)].filter((key) => !needed.has(key)) };
    },
    list,
    async restore(profileId, version) {
      const of = and(eq(profileVersions.profileId, profileId), eq(profileVersions.id, version));
      const found = await db.select({ id: profileVersions.id }).from(profileVersions).where(of).get();
      if (found === undefined) return false;
      await db.update(profiles).set({ head: version, updatedAt: clock.now() }).where(eq(profiles.id, profileId));
      return true;
    },
  };
}
