import { monthOf, startOfUtcDay } from "../accounts/month.ts";
import type { SessionIndex } from "../accounts/session-index.ts";
import type { UsageLedger } from "../accounts/usage-ledger.ts";
import type { Clock } from "../domain/clock.ts";
import type { Plan, Principal } from "../domain/plan.ts";

/** Use of one account in one calendar month (UTC). */
export interface MonthlyUsage {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly plan: Plan;
  /** Sessions counted against the quota; failed launches are refunded. */
  readonly sessions: number;
  /** Sessions created since 00:00 UTC today. */
  readonly sessionsToday: number;
  /** Sessions that hold a slot now. */
  readonly active: number;
  /** Browser time of ended sessions, in milliseconds. */
  readonly browserMs: number;
  /** What ended sessions moved through the operator's proxies. */
  readonly proxyBytes: number;
  /** What that cost, in millionths of a US dollar. */
  readonly proxyCostMicros: number;
}

export interface UsageService {
  /** The current month when `month` is absent. */
  usage(principal: Pick<Principal, "accountId" | "plan">, month?: string): Promise<MonthlyUsage>;
}

export interface UsageServiceDeps {
  readonly index: Pick<SessionIndex, "standing" | "countSince">;
  readonly ledger: UsageLedger;
  readonly clock: Clock;
}

export function createUsageService({ index, ledger, clock }: UsageServiceDeps): UsageService {
  return {
    async usage({ accountId, plan }, month) {
      const now = clock.now();
      const asked = month ?? monthOf(now);
      const [counted, standing, sessionsToday] = await Promise.all([
        ledger.month(accountId, asked),
        index.standing(accountId, asked),
        index.countSince(accountId, startOfUtcDay(now)),
      ]);
      return { month: asked, plan, ...counted, sessionsToday, active: standing.active };
    },
  };
}
