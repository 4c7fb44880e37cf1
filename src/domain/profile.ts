import type { AccountId, ProfileId, ProfileVersionId, SessionId } from "./ids.ts";
import type { FingerprintSpec, PooledProxy } from "./session-spec.ts";

/** What a profile sets for sessions that load it and say nothing of their own. */
export interface ProfilePreferences {
  readonly fingerprint: FingerprintSpec | null;
  readonly proxy: PooledProxy | null;
}

/** How a profile came to be: saved from a session, from somebody's storage state, or to be filled later. */
export type ProfileSource = "session" | "import" | "empty";

/** One saved state of a profile. It never changes; a save adds another. */
export interface ProfileVersion {
  readonly id: ProfileVersionId;
  /** From 1, in the order of the saves. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The session that saved it; `null` for an import. */
  readonly sessionId: SessionId | null;
  /** Another version was saved after this one's session had loaded the profile: what that one had is not in it. */
  readonly isConflict: boolean;
  readonly cookieCount: number;
  /** Origins with localStorage or IndexedDB. */
  readonly storageOrigins: readonly string[];
  /** Of the content as it is kept before compression, in UTF-16 code units. */
  readonly size: number;
}

/** A profile as its owner sees it. Times are epoch milliseconds. */
export interface ProfileView extends ProfilePreferences {
  readonly id: ProfileId;
  /** Unique in its account. */
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly source: ProfileSource;
  /** The session that it was first saved from. */
  readonly sessionId: SessionId | null;
  /** What sessions load; `null` while nothing was saved. */
  readonly head: ProfileVersion | null;
  /** Sessions that have loaded it. */
  readonly usageCount: number;
  readonly lastUsedAt: number | null;
  readonly createdAt: number;
  /** Of the last save; the creation's while there is none. */
  readonly updatedAt: number;
}

/** How a caller names a profile: Meshbrow by id, Anchor by name. */
export interface ProfileReference {
  readonly by: "id" | "name";
  readonly value: string;
}

/** A profile to be created. */
export interface NewProfile extends ProfilePreferences {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
}

/** What a session is given of the profile that it loads. */
export interface LoadedProfile {
  readonly id: ProfileId;
  readonly accountId: AccountId;
  readonly name: string;
  /** Decides everything that is drawn for a fingerprint: the same device every time. */
  readonly seed: string;
  /** The version that is loaded; `null` for a profile that holds nothing yet. */
  readonly version: { readonly id: ProfileVersionId; readonly manifestKey: string } | null;
}

/** The profile of a session, as its owner sees it. */
export interface SessionProfileView {
  readonly id: ProfileId;
  readonly name: string;
  /** Whether the session saves it at its end. */
  readonly persist: boolean;
  /** The last save by this session; `null` while there is none. */
  readonly saved: { readonly versionId: ProfileVersionId; readonly at: number } | null;
  /** What the browser remembered then outlives its crash; epoch milliseconds, `null` before the first time. */
  readonly safeAt: number | null;
  /** Why the save at the end failed; `null` when it did not. */
  readonly saveError: string | null;
}

/** Content that a profile may have, in UTF-16 code units. */
export const MAX_PROFILE_SIZE = 300_000_000;
