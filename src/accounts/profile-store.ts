import { and, asc, count, desc, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { AccountId, ProfileId, SessionId } from "../domain/ids.ts";
import { newProfileId } from "../domain/ids.ts";
import type { NewProfile, ProfileReference, ProfileSource, ProfileView, ProfileVersion } from "../domain/profile.ts";
import { profiles, profileVersions } from "./tables.ts";

/** A profile as it is stored. */
export interface StoredProfile extends Omit<ProfileView, "head"> {
  readonly accountId: AccountId;
  readonly seed: string;
  readonly head: StoredVersion | null;
}

export interface StoredVersion extends ProfileVersion {
  readonly profileId: ProfileId;
  readonly manifestKey: string;
  readonly objects: readonly string[];
}

/** A profile that is to be created, with what its owner does not say. */
export interface ProfileCreation extends NewProfile {
  readonly source: ProfileSource;
  readonly sessionId: SessionId | null;
  /** Drawn when it is absent. */
  readonly seed?: string;
}

export interface ProfileListRequest {
  readonly tag?: string;
  readonly limit: number;
}

export interface ProfileList {
  readonly items: readonly StoredProfile[];
  readonly total: number;
}

/** The `profiles` table. Saved states are in {@link ProfileVersionStore}. */
export interface ProfileStore {
  find(accountId: AccountId, reference: ProfileReference): Promise<StoredProfile | undefined>;
  /** Newest first. */
  list(accountId: AccountId, request: ProfileListRequest): Promise<ProfileList>;
  /** `undefined` when the account has a profile of this name. */
  create(accountId: AccountId, profile: ProfileCreation): Promise<StoredProfile | undefined>;
  /** Takes it out of sight, and its name free. Answers whether it was there. */
  hide(id: ProfileId): Promise<boolean>;
  /** Hidden profiles whose objects may still be there. */
  hidden(limit: number): Promise<readonly ProfileId[]>;
  /** Removes the rows of a hidden profile. */
  purge(id: ProfileId): Promise<void>;
  /** A session has loaded it. */
  noteUse(id: ProfileId, at: number): Promise<void>;
}

export interface ProfileStoreDeps {
  readonly database: D1Database;
  readonly clock: Clock;
  readonly ids: IdSource;
}

type Row = {
  readonly profile: typeof profiles.$inferSelect;
  readonly version: typeof profileVersions.$inferSelect | null;
};

function toProfile({ profile, version }: Row): StoredProfile {
  const { deletedAt: _deletedAt, head: _head, ...shown } = profile;
  return { ...shown, head: version };
}

const isNamed = (accountId: AccountId, { by, value }: ProfileReference): SQL | undefined =>
  and(
    eq(profiles.accountId, accountId),
    isNull(profiles.deletedAt),
    by === "name" ? eq(profiles.name, value) : sql`${profiles.id} = ${value}`,
  );

export function createProfileStore(deps: ProfileStoreDeps): ProfileStore {
  return { ...createProfileReads(deps), ...createProfileWrites(deps) };
}

function createProfileReads({ database }: ProfileStoreDeps): Pick<ProfileStore, "find" | "list" | "hidden"> {
  const db = drizzle(database);
  const select = (condition: SQL | undefined) =>
    db
      .select({ profile: profiles, version: profileVersions })
      .from(profiles)
      .leftJoin(profileVersions, eq(profileVersions.id, profiles.head))
      .where(condition)
      .$dynamic();

  return {
    async find(accountId, reference) {
      const row = await select(isNamed(accountId, reference)).get();
      return row && toProfile(row);
    },
    async list(accountId, { tag, limit }) {
      const hasTag = sql`EXISTS (SELECT 1 FROM json_each(${profiles.tags}) AS tag WHERE tag.value = ${tag ?? ""})`;
      const condition = and(
        eq(profiles.accountId, accountId),
        isNull(profiles.deletedAt),
        tag === undefined ? undefined : hasTag,
      );
      // Not in one batch: there D1 answers by column names, which the two tables share.
      const [rows, totals] = await Promise.all([
        select(condition).orderBy(desc(profiles.createdAt), desc(profiles.id)).limit(limit),
        db.select({ total: count() }).from(profiles).where(condition),
      ]);
      return { items: rows.map(toProfile), total: totals[0]?.total ?? 0 };
    },
    async hidden(limit) {
      const rows = await db
        .select({ id: profiles.id })
        .from(profiles)
        .where(isNotNull(profiles.deletedAt))
        .orderBy(asc(profiles.deletedAt))
        .limit(limit);
      return rows.map(({ id }) => id);
    },
  };
}

type Writes = "create" | "hide" | "purge" | "noteUse";

function createProfileWrites({ database, clock, ids }: ProfileStoreDeps): Pick<ProfileStore, Writes> {
  const db = drizzle(database);
  return {
    async create(accountId, { seed, ...profile }) {
      const now = clock.now();
      const row = { ...profile, id: newProfileId(ids), accountId, seed: seed ?? ids.uuid(), createdAt: now };
      const inserted = await db
        .insert(profiles)
        .values({ ...row, updatedAt: now })
        .onConflictDoNothing()
        .returning();
      const [created] = inserted;
      return created && toProfile({ profile: created, version: null });
    },
    async hide(id) {
      const hidden = await db
        .update(profiles)
        .set({ deletedAt: clock.now(), head: null })
        .where(and(eq(profiles.id, id), isNull(profiles.deletedAt)))
        .returning({ id: profiles.id });
      return hidden.length > 0;
    },
    async purge(id) {
      await db.batch([
        db.delete(profileVersions).where(eq(profileVersions.profileId, id)),
        db.delete(profiles).where(and(eq(profiles.id, id), isNotNull(profiles.deletedAt))),
      ]);
    },
    async noteUse(id, at) {
      const usageCount = sql`${profiles.usageCount} + 1`;
      await db.update(profiles).set({ usageCount, lastUsedAt: at }).where(eq(profiles.id, id));
    },
  };
}
