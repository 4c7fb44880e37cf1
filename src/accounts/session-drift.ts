import type { AccountId, SessionId } from "../domain/ids.ts";
import type { EndReason } from "../domain/session-state.ts";

/** The session that a browser belongs to, as the index knows it. */
export interface BrowserOwner {
  readonly browserId: string;
  readonly sessionId: SessionId;
  readonly accountId: AccountId;
  /** `null` while the session holds a slot. */
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
}

interface Counters {
  readonly sessions: number;
  readonly browserMs: number;
  readonly proxyBytes: number;
  readonly proxyCostMicros: number;
}

/** A month whose counters said something else than its sessions. */
export interface UsageCorrection {
  readonly accountId: AccountId;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly from: Counters;
  readonly to: Counters;
}

/** What the index can say about drift, and the repair of its own. */
export interface SessionDrift {
  /** Owners of those of these browsers that belong to a session. */
  browserOwners(browserIds: readonly string[]): Promise<readonly BrowserOwner[]>;
  /** When the oldest session was created that holds a slot and whose browser the index does not know. */
  oldestWithoutBrowser(): Promise<number | null>;
  /**
   * Sets the counters of the months from `firstMonth` (`YYYY-MM`) on to what the sessions add up to. Months with
   * sessions that ended before their browser time was kept with them are left alone.
   */
  correctUsage(firstMonth: string): Promise<readonly UsageCorrection[]>;
}

/** One parameter however many browsers: D1 allows 100 in a statement. */
const OWNERS = `
  SELECT browser_id AS browserId, id AS sessionId, account_id AS accountId, ended_at AS endedAt,
         end_reason AS endReason
  FROM sessions WHERE browser_id IN (SELECT value FROM json_each(?1))`;

const OLDEST_WITHOUT_BROWSER = `
  SELECT MIN(created_at) AS oldest FROM sessions WHERE ended_at IS NULL AND browser_id IS NULL`;

/** What the counters should say. A month that has lost every session counts none. */
const TRUTH = `
  WITH truth AS (
    SELECT account_id, month, SUM(refunded = 0) AS sessions, COALESCE(SUM(browser_ms), 0) AS browser_ms,
           COALESCE(SUM(proxy_bytes), 0) AS proxy_bytes, COALESCE(SUM(proxy_cost_micros), 0) AS proxy_cost_micros
    FROM sessions WHERE month >= ?1
    GROUP BY month, account_id
    HAVING SUM(ended_at IS NOT NULL AND browser_ms IS NULL) = 0
    UNION ALL
    SELECT account_id, month, 0, 0, 0, 0 FROM usage_months AS counted
    WHERE month >= ?1 AND NOT EXISTS (
      SELECT 1 FROM sessions WHERE sessions.month = counted.month AND sessions.account_id = counted.account_id)
  )`;

const FIND_WRONG = `${TRUTH}
  SELECT truth.account_id AS accountId, truth.month AS month, truth.sessions AS sessions,
         truth.browser_ms AS browserMs, truth.proxy_bytes AS proxyBytes, truth.proxy_cost_micros AS proxyCostMicros,
         COALESCE(counted.sessions, 0) AS countedSessions, COALESCE(counted.browser_ms, 0) AS countedBrowserMs,
         COALESCE(counted.proxy_bytes, 0) AS countedProxyBytes,
         COALESCE(counted.proxy_cost_micros, 0) AS countedProxyCostMicros
  FROM truth LEFT JOIN usage_months AS counted USING (account_id, month)
  WHERE (truth.sessions, truth.browser_ms, truth.proxy_bytes, truth.proxy_cost_micros) IS NOT
        (COALESCE(counted.sessions, 0), COALESCE(counted.browser_ms, 0), COALESCE(counted.proxy_bytes, 0),
         COALESCE(counted.proxy_cost_micros, 0))`;

/** Compares and corrects in one statement: a session that is admitted or ends meanwhile comes before or after it. */
const CORRECT = `${TRUTH}
  INSERT INTO usage_months (account_id, month, sessions, browser_ms, proxy_bytes, proxy_cost_micros)
  SELECT account_id, month, sessions, browser_ms, proxy_bytes, proxy_cost_micros FROM truth
  WHERE sessions > 0 OR browser_ms > 0 OR proxy_bytes > 0 OR proxy_cost_micros > 0 OR EXISTS (
    SELECT 1 FROM usage_months AS counted
    WHERE counted.account_id = truth.account_id AND counted.month = truth.month)
  ON CONFLICT (account_id, month) DO UPDATE SET
    sessions = excluded.sessions, browser_ms = excluded.browser_ms,
    proxy_bytes = excluded.proxy_bytes, proxy_cost_micros = excluded.proxy_cost_micros
  WHERE (usage_months.sessions, usage_months.browser_ms, usage_months.proxy_bytes, usage_months.proxy_cost_micros)
        IS NOT (excluded.sessions, excluded.browser_ms, excluded.proxy_bytes, excluded.proxy_cost_micros)`;

interface WrongRow extends Counters {
  readonly accountId: AccountId;
  readonly month: string;
  readonly countedSessions: number;
  readonly countedBrowserMs: number;
  readonly countedProxyBytes: number;
  readonly countedProxyCostMicros: number;
}

const toCorrection = (row: WrongRow): UsageCorrection => ({
  accountId: row.accountId,
  month: row.month,
  from: {
    sessions: row.countedSessions,
    browserMs: row.countedBrowserMs,
    proxyBytes: row.countedProxyBytes,
    proxyCostMicros: row.countedProxyCostMicros,
  },
  to: {
    sessions: row.sessions,
    browserMs: row.browserMs,
    proxyBytes: row.proxyBytes,
    proxyCostMicros: row.proxyCostMicros,
  },
});

export function createSessionDrift({ database }: { readonly database: D1Database }): SessionDrift {
  return {
    async browserOwners(browserIds) {
      if (browserIds.length === 0) return [];
      const { results } = await database.prepare(OWNERS).bind(JSON.stringify(browserIds)).all<BrowserOwner>();
      return results;
    },
    async oldestWithoutBrowser() {
      const row = await database.prepare(OLDEST_WITHOUT_BROWSER).first<{ oldest: number | null }>();
      return row?.oldest ?? null;
    },
    async correctUsage(firstMonth) {
      // One transaction: what is told is what was corrected.
      const [wrong] = await database.batch<WrongRow>([
        database.prepare(FIND_WRONG).bind(firstMonth),
        database.prepare(CORRECT).bind(firstMonth),
      ]);
      return (wrong?.results ?? []).map(toCorrection);
    },
  };
}
