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
}

export interface UsageService {
  /** The current month when `month` is absent. */
  usage(principal: Pick<Principal, "accountId" | "plan">, month?: string): Promise<MonthlyUsage>;
}
