import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AccountId } from "../domain/ids.ts";
import { usageMonths } from "./tables.ts";

/** Counters of one account in one month. */
export interface LedgerMonth {
  /** Admitted sessions, less refunds. */
  readonly sessions: number;
  /** Browser time of ended sessions. */
  readonly browserMs: number;
  /** What ended sessions, refunded ones too, moved through the operator's proxies. */
  readonly proxyBytes: number;
  /** What that cost, in millionths of a US dollar. */
  readonly proxyCostMicros: number;
}

const NOTHING: LedgerMonth = { sessions: 0, browserMs: 0, proxyBytes: 0, proxyCostMicros: 0 };

/** Reads the `usage_months` table. `session-index.ts` moves its counters together with the rows they count. */
export interface UsageLedger {
  /** `month` is `YYYY-MM`; a month without sessions is all zeroes. */
  month(accountId: AccountId, month: string): Promise<LedgerMonth>;
}

export function createUsageLedger({ database }: { readonly database: D1Database }): UsageLedger {
  const db = drizzle(database);
  return {
    async month(accountId, month) {
      const counted = await db
        .select({
          sessions: usageMonths.sessions,
          browserMs: usageMonths.browserMs,
          proxyBytes: usageMonths.proxyBytes,
          proxyCostMicros: usageMonths.proxyCostMicros,
        })
        .from(usageMonths)
        .where(and(eq(usageMonths.accountId, accountId), eq(usageMonths.month, month)))
        .get();
      return counted ?? NOTHING;
    },
  };
}
