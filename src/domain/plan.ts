import type { Failure } from "./failure.ts";
import type { AccountId } from "./ids.ts";
import type { RequestedSession } from "./session-spec.ts";

/** A plan's name is data: operators may add plans of their own. */
export type PlanName = string;

/** A tier: what an account may use. Rows of the `plans` table, editable without a deployment. */
export interface Plan {
  readonly name: PlanName;
  /** Sessions included in a calendar month (UTC). */
  readonly monthlySessions: number;
  /** Price of a session over the quota, in millionths of a US dollar; `null` makes the quota hard (402). */
  readonly overageMicros: number | null;
  /** Sessions that may exist at once. */
  readonly concurrentSessions: number;
  /** API requests in a fixed minute. */
  readonly requestsPerMinute: number;
  /** Longest session that the plan allows; `null` for no bound beyond the dialect's own. */
  readonly maxLifetimeMs: number | null;
  /** Proxy types that sessions may use; `custom` is a caller's own proxy. */
  readonly proxyTypes: readonly string[];
}

/** Who is calling: the outcome of authentication. */
export interface Principal {
  readonly accountId: AccountId;
  readonly apiKeyId: string;
  readonly apiKeyName: string;
  readonly plan: Plan;
}

/** How an account stands against its plan right now. */
export interface Standing {
  /** Sessions admitted in the current month, refunds for failed launches taken off. */
  readonly usedThisMonth: number;
  /** Sessions holding a slot. */
  readonly active: number;
}

/** Quota first, then concurrency: the documented order of refusals. */
export function overLimit(principal: Principal, standing: Standing): Failure | undefined {
  const { plan, accountId } = principal;
  if (plan.overageMicros === null && standing.usedThisMonth >= plan.monthlySessions) {
    return {
      kind: "quotaExceeded",
      accountId,
      plan: plan.name,
      used: standing.usedThisMonth,
      limit: plan.monthlySessions,
    };
  }
  if (standing.active >= plan.concurrentSessions) {
    const { active } = standing;
    return { kind: "concurrencyLimitReached", plan: plan.name, active, requested: 1, limit: plan.concurrentSessions };
  }
  return undefined;
}

/** Rules of the plan that do not depend on how many sessions there are. */
export function outsidePlan(principal: Principal, { spec, lifetimeField }: RequestedSession): Failure | undefined {
  const { plan, accountId } = principal;
  const proxyType = spec.proxy?.type;
  if (proxyType !== undefined && !plan.proxyTypes.includes(proxyType)) {
    return { kind: "proxyAccessDenied", accountId, plan: plan.name, proxyType };
  }
  const { maxLifetimeMs } = plan;
  if (maxLifetimeMs !== null && (spec.lifetimeMs === null || spec.lifetimeMs > maxLifetimeMs)) {
    const message = `${lifetimeField} is longer than plan ${plan.name} allows: at most ${maxLifetimeMs / 60_000} minutes`;
    return { kind: "invalidRequest", field: lifetimeField, message };
  }
  return undefined;
}
