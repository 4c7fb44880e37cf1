import type { ProfileStore } from "../accounts/profile-store.ts";
import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import type { LoadedProfile } from "../domain/profile.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { RequestedSession, SessionSpec } from "../domain/session-spec.ts";

/** A request with what its profile prefers. */
export interface ProfiledRequest {
  readonly requested: RequestedSession;
  /** `null` for a request that names none. */
  readonly profile: LoadedProfile | null;
}

/**
 * Finds the profile that a request names. What the request says stands; what it leaves open is as the profile
 * prefers.
 *
 * @returns `notFound` naming the profile, when the account has no such one.
 */
export async function loadProfile(
  { profiles }: { readonly profiles: Pick<ProfileStore, "find"> },
  { accountId }: Principal,
  requested: RequestedSession,
): Promise<Result<ProfiledRequest, Failure>> {
  const { spec } = requested;
  if (spec.profile === null) return succeed({ requested, profile: null });
  const found = await profiles.find(accountId, spec.profile);
  if (found === undefined) return fail({ kind: "notFound", what: "profile", id: spec.profile.value });
  const { id, name, seed, head } = found;
  const preferred: SessionSpec = {
    ...spec,
    fingerprint: spec.fingerprint === "auto" ? (found.fingerprint ?? "auto") : spec.fingerprint,
    proxy: spec.proxy ?? found.proxy,
  };
  const version = head && { id: head.id, manifestKey: head.manifestKey };
  return succeed({
    requested: { ...requested, spec: preferred },
    profile: { id, accountId, name, seed, version },
  });
}
