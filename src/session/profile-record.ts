import type { ProfileId, ProfileVersionId } from "../domain/ids.ts";
import type { LoadedProfile } from "../domain/profile.ts";
import type { StagedVersion } from "../domain/profile-content.ts";
import type { HiddenTab } from "./hidden-tab.ts";

/** What a session knows of the profile that it has loaded. */
export interface ProfileRecord {
  readonly id: ProfileId;
  readonly name: string;
  readonly seed: string;
  /** The version that the session goes on from: as loaded, or as it saved it last. */
  readonly base: LoadedProfile["version"];
  /** Origins whose storage is in the browser. */
  readonly restored: readonly string[];
  /** Origins whose sessionStorage the first tab was given. */
  readonly restoredTabs: readonly string[];
  /** Taken while the session runs, for the case that its browser crashes; no version yet. */
  readonly checkpoint: StagedVersion | null;
  /** Of the last checkpoint or save: what came before it is safe. Epoch milliseconds. */
  readonly safeAt: number | null;
  readonly saved: { readonly versionId: ProfileVersionId; readonly at: number } | null;
  /** Why the save at the end failed. */
  readonly saveError: string | null;
}

/** What a session knows of its browser's storage, profile or not. */
export interface StorageRecord {
  /** Origins that had a page, the latest last. */
  readonly visited: readonly string[];
  /** A tab of Berth's own, from which storage is read and written. */
  readonly tab: HiddenTab | null;
}

export const NO_STORAGE: StorageRecord = { visited: [], tab: null };

export const toProfileRecord = ({ id, name, seed, version }: LoadedProfile): ProfileRecord => ({
  id,
  name,
  seed,
  base: version,
  restored: [],
  restoredTabs: [],
  checkpoint: null,
  safeAt: null,
  saved: null,
  saveError: null,
});
