import type { ClaimedSession, KeyClaim } from "../accounts/idempotency-keys.ts";
import { sha256 } from "../accounts/key-hash.ts";
import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";
import type { SessionSpec } from "../domain/session-spec.ts";
import { CREATE_UNDECIDED, type OwnedSession } from "../session/session-object.ts";
import type { SessionServiceDeps } from "./create-session.ts";

/** The header, as failures name it. */
const FIELD = "Idempotency-Key";

const USED_FOR_ANOTHER = {
  kind: "invalidRequest",
  field: FIELD,
  message: `${FIELD} was used for another request`,
} as const;

/**
 * What is kept of a request with a key. Two requests are one when they mean the same, whatever their bytes. The
 * key is in both hashes: without it nobody can try what a stored request may have held.
 */
export async function claimFor(key: string, spec: SessionSpec): Promise<KeyClaim> {
  const [keyHash, requestHash] = await Promise.all([sha256(key), sha256(`${key}\n${canonicalJson(spec)}`)]);
  return { keyHash, requestHash };
}

/** JSON whose keys are in one order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** For a request that would be refused by now: it may have been let in when it came first. */
export async function earlierAnswer(
  deps: SessionServiceDeps,
  principal: Principal,
  claim: KeyClaim,
): Promise<Result<OwnedSession, Failure> | undefined> {
  const claimed = await deps.index.findClaim(principal.accountId, claim.keyHash, deps.clock.now());
  return claimed && replay(deps, principal, { claim, claimed });
}

/** The session that an earlier request with this key has become, as it is now; waits for its launch. */
export async function replay(
  deps: SessionServiceDeps,
  { accountId }: Principal,
  { claim, claimed }: { readonly claim: KeyClaim; readonly claimed: ClaimedSession },
): Promise<Result<OwnedSession, Failure>> {
  const { sessionId } = claimed;
  if (claimed.requestHash !== claim.requestHash) return fail(USED_FOR_ANOTHER);
  if (claimed.ended) return ended(claimed);
  try {
    const joined = await deps.sessionObject(sessionId).joinCreate(accountId);
    if (joined.ok || joined.failure.kind !== "sessionNotFound") return joined;
  } catch (error) {
    deps.logger.warn("session.create_not_joined", { sessionId, error });
    return fail(CREATE_UNDECIDED);
  }
  // It has ended since the index was asked, or is not on its way any more.
  const now = await deps.index.findClaim(accountId, claim.keyHash, deps.clock.now());
  return now?.sessionId === sessionId && now.ended ? ended(now) : fail(CREATE_UNDECIDED);
}

/** Only a session from before first views were kept can be without any; describing it fails in the same way. */
function ended({ sessionId, finalView: view }: ClaimedSession): Result<OwnedSession, Failure> {
  if (view === null) return fail({ kind: "sessionNotFound", sessionId });
  return succeed({ view, connectToken: null, liveViewToken: null });
}
