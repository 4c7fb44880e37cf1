import type { SessionView } from "../domain/session-view.ts";
import type { Failure } from "../domain/failure.ts";
import type { AccountId, ProfileId, ProfileVersionId, SessionId } from "../domain/ids.ts";
import type { Principal, Standing } from "../domain/plan.ts";
import { overLimit } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";
import type { DialectName } from "../domain/session-spec.ts";
import type { ClaimedSession, KeyClaim } from "./idempotency-keys.ts";
import { claimStatements, toClaimedSession } from "./idempotency-keys.ts";
import { monthOf } from "./month.ts";

/** What the index keeps of a session that asks to be admitted. */
export interface Admission {
  readonly id: SessionId;
  readonly dialect: DialectName;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly tags: readonly string[];
  readonly proxyType: string | null;
  readonly proxyCountry: string | null;
  readonly profileId: ProfileId | null;
  /** What of the profile it loads: kept while the session runs. */
  readonly profileVersion: ProfileVersionId | null;
  readonly headless: boolean;
  readonly recording: boolean;
  /** What can be shown of the session before anything else is known. */
  readonly view: SessionView;
}

/** How an admission with an `Idempotency-Key` ended, when it was not refused. */
export type KeyedAdmission =
  | { readonly kind: "admitted" }
  /** The key is taken: by this request, sent before, or by another one. */
  | { readonly kind: "claimed"; readonly claimed: ClaimedSession };

/** Who may start a session. Each answer is one round trip. */
export interface SessionAdmission {
  /** Quota and concurrency in one statement: of parallel calls exactly as many pass as there is room for. */
  admit(principal: Principal, admission: Admission): Promise<Result<null, Failure>>;
  /** The same for a request with a key: of parallel calls with one key at most one is admitted. */
  admitOnce(principal: Principal, admission: Admission, claim: KeyClaim): Promise<Result<KeyedAdmission, Failure>>;
  /** `month` is `YYYY-MM`. */
  standing(accountId: AccountId, month: string): Promise<Standing>;
}

/** ?13 is the hard quota or NULL, ?14 the concurrency limit, ?15 the claimed key's hash or NULL, ?16 the first view, ?17 and ?18 the profile. */
const ADMIT = `
  INSERT INTO sessions (id, account_id, api_key_id, dialect, status, revision, created_at, expires_at, month,
                        refunded, tags, proxy_type, proxy_country, headless, recording, admitted_view,
                        profile_id, profile_version)
  SELECT ?1, ?2, ?3, ?4, 'launching', 0, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, ?12, ?16, ?17, ?18
  WHERE (?13 IS NULL
         OR COALESCE((SELECT sessions FROM usage_months WHERE account_id = ?2 AND month = ?7), 0) < ?13)
    AND (SELECT COUNT(*) FROM sessions WHERE account_id = ?2 AND ended_at IS NULL) < ?14
    AND (?15 IS NULL
         OR EXISTS (SELECT 1 FROM idempotency_keys WHERE account_id = ?2 AND key_hash = ?15 AND session_id = ?1))
  RETURNING id`;

/** Same transaction as ADMIT. The id is fresh, so its row exists only if ADMIT has just inserted it. */
const COUNT_ADMISSION = `
  INSERT INTO usage_months (account_id, month, sessions)
  SELECT account_id, month, 1 FROM sessions WHERE id = ?1
  ON CONFLICT (account_id, month) DO UPDATE SET sessions = sessions + 1`;

const STANDING = `
  SELECT COALESCE((SELECT sessions FROM usage_months WHERE account_id = ?1 AND month = ?2), 0) AS usedThisMonth,
         (SELECT COUNT(*) FROM sessions WHERE account_id = ?1 AND ended_at IS NULL) AS active`;

interface Asking {
  readonly principal: Principal;
  readonly admission: Admission;
  readonly claim?: KeyClaim;
}

function bindAdmission(database: D1Database, { principal, admission, claim }: Asking): D1PreparedStatement {
  const { plan } = principal;
  return database
    .prepare(ADMIT)
    .bind(
      admission.id,
      principal.accountId,
      principal.apiKeyId,
      admission.dialect,
      admission.createdAt,
      admission.expiresAt,
      monthOf(admission.createdAt),
      JSON.stringify(admission.tags),
      admission.proxyType,
      admission.proxyCountry,
      Number(admission.headless),
      Number(admission.recording),
      plan.overageMicros === null ? plan.monthlySessions : null,
      plan.concurrentSessions,
      claim?.keyHash ?? null,
      JSON.stringify(admission.view),
      admission.profileId,
      admission.profileVersion,
    );
}

/** The refusal that a standing explains, in the transaction that refused. */
function refusalOf({ principal, admission }: Asking, standings: D1Result | undefined): Result<never, Failure> {
  // STANDING answers one row with these two columns.
  const standing = standings?.results[0] as Standing | undefined;
  const failure = standing && overLimit(principal, standing);
  if (failure === undefined) throw new Error(`Session ${admission.id} was refused within its limits`);
  return fail(failure);
}

export function createSessionAdmission({ database }: { readonly database: D1Database }): SessionAdmission {
  const readStanding = (accountId: AccountId, month: string) => database.prepare(STANDING).bind(accountId, month);
  const standingOf = ({ principal, admission }: Asking) =>
    readStanding(principal.accountId, monthOf(admission.createdAt));
  const countAdmission = ({ admission }: Asking) => database.prepare(COUNT_ADMISSION).bind(admission.id);

  return {
    async admit(principal, admission) {
      const asking = { principal, admission };
      const statements = [bindAdmission(database, asking), countAdmission(asking), standingOf(asking)];
      const [admitted, , standings] = await database.batch(statements);
      return admitted?.results.length === 1 ? succeed(null) : refusalOf(asking, standings);
    },
    async admitOnce(principal, admission, claim) {
      const asking = { principal, admission, claim };
      const { take, release, read } = claimStatements(database, { ...claim, ...admission, ...principal });
      const [, admitted, , , claims, standings] = await database.batch([
        take,
        bindAdmission(database, asking),
        countAdmission(asking),
        release,
        read,
        standingOf(asking),
      ]);
      if (admitted?.results.length === 1) return succeed({ kind: "admitted" });
      const claimed = toClaimedSession(claims?.results[0]);
      return claimed === undefined ? refusalOf(asking, standings) : succeed({ kind: "claimed", claimed });
    },
    async standing(accountId, month) {
      const standing = await readStanding(accountId, month).first<Standing>();
      return standing ?? { usedThisMonth: 0, active: 0 };
    },
  };
}
