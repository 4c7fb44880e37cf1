import type { ProfileStore } from "../accounts/profile-store.ts";
import type { ProfileVault } from "../accounts/profile-vault.ts";
import type { ProfileId } from "../domain/ids.ts";
import type { Logger } from "../observability/logger.ts";

export interface ProfileDeletionDeps {
  readonly profiles: Pick<ProfileStore, "hidden" | "purge">;
  readonly vault: Pick<ProfileVault, "removeAll">;
  readonly logger: Logger;
}

/** At once, so that a run of the cron has an end. */
const BATCH = 100;

/** Removes what a hidden profile held, and then its rows: should it fail on the way, the cron finds it again. */
export async function deleteContent({ profiles, vault, logger }: ProfileDeletionDeps, id: ProfileId): Promise<void> {
  try {
    await vault.removeAll(id);
    await profiles.purge(id);
  } catch (error) {
    logger.warn("profile.deletion_unfinished", { profileId: id, error });
  }
}

/** For the cron: what deletions before could not finish. */
export async function finishDeletions(deps: ProfileDeletionDeps): Promise<void> {
  for (const id of await deps.profiles.hidden(BATCH)) await deleteContent(deps, id);
}
