import type { BrowserOwner, SessionDrift } from "../accounts/session-drift.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import type { Result } from "../domain/result.ts";
import type { EndReason } from "../domain/session-state.ts";
import type { Logger } from "../observability/logger.ts";

/** A browser that runs at the engine. */
export interface RunningBrowser {
  readonly browserId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly connected: boolean;
}

/** The engine, as far as it is cleaned up. */
export interface RunningBrowsers {
  list(): Promise<readonly RunningBrowser[]>;
  /** Success also for a browser that is gone. */
  close(browserId: string): Promise<void>;
}

/** A browser that should not have run any more. */
export interface ClosedBrowser {
  readonly browserId: string;
  /** The ended session that it had belonged to; `null` for a browser of no session. */
  readonly sessionId: SessionId | null;
}

export interface StrayBrowsers {
  readonly closed: readonly ClosedBrowser[];
  /** Old browsers without a connection and without a session, which were left alone. */
  readonly unknown: number;
}

export interface StrayBrowserOptions {
  readonly index: Pick<SessionDrift, "browserOwners" | "oldestWithoutBrowser">;
  readonly browsers: RunningBrowsers;
  readonly sessionObject: (id: SessionId) => {
    end(accountId: AccountId, reason: EndReason): Promise<Result<unknown, unknown>>;
  };
  /** Nobody else launches browsers where this deployment does. */
  readonly exclusive: boolean;
  readonly logger: Logger;
  readonly now: number;
}

/** A session that ends closes its browser itself, and tries again for a while. */
const ENDED_GRACE_MS = 60_000;
/** Longer than a launch: until it is over the index need not know the browser. */
const UNKNOWN_GRACE_MS = 90_000;
/** Clocks of the engine and of Workers differ. */
const CLOCK_SKEW_MS = 10_000;

/** Closes browsers whose session has ended, and those of no session where that is safe. */
export async function closeStrayBrowsers(options: StrayBrowserOptions): Promise<StrayBrowsers> {
  const { index, browsers, now } = options;
  // Before the index is asked: a browser that is listed has had its session admitted by then.
  const running = await browsers.list();
  if (running.length === 0) return { closed: [], unknown: 0 };
  const owners = Map.groupBy(await index.browserOwners(running.map(({ browserId }) => browserId)), (o) => o.browserId);
  const closed: ClosedBrowser[] = [];
  const unowned: RunningBrowser[] = [];
  for (const browser of running) {
    const owned = owners.get(browser.browserId);
    if (owned === undefined) unowned.push(browser);
    else if (owned.every(({ endedAt }) => endedAt !== null && endedAt < now - ENDED_GRACE_MS)) {
      closed.push(...(await closeOfEnded(options, owned)));
    }
  }
  const suspects = unowned.filter(({ connected, startedAt }) => !connected && startedAt < now - UNKNOWN_GRACE_MS);
  const ownerless = await closeOwnerless(options, suspects);
  return { closed: [...closed, ...ownerless], unknown: suspects.length - ownerless.length };
}

/** The object first: if it still believes in its session, its clients are told, and it closes the browser. */
async function closeOfEnded(
  { browsers, sessionObject, logger }: StrayBrowserOptions,
  owners: readonly BrowserOwner[],
): Promise<readonly ClosedBrowser[]> {
  const [last] = owners;
  if (last === undefined) return [];
  const { browserId, sessionId, accountId, endReason } = last;
  try {
    const ended = await sessionObject(sessionId).end(accountId, endReason ?? "requested");
    if (!ended.ok) await browsers.close(browserId);
    return [{ browserId, sessionId }];
  } catch (error) {
    logger.warn("reconcile.browser_not_closed", { browserId, sessionId, error });
    return [];
  }
}

/**
 * A browser that the index does not know may still be a session's whose report was lost: of one that began
 * before the browser did, and whose browser is not known. While there is such a session, nothing is closed.
 */
async function closeOwnerless(
  { index, browsers, exclusive, logger }: StrayBrowserOptions,
  suspects: readonly RunningBrowser[],
): Promise<readonly ClosedBrowser[]> {
  if (!exclusive || suspects.length === 0) return [];
  const oldest = (await index.oldestWithoutBrowser()) ?? Number.POSITIVE_INFINITY;
  const closed: ClosedBrowser[] = [];
  for (const { browserId, startedAt } of suspects) {
    if (startedAt >= oldest - CLOCK_SKEW_MS) continue;
    try {
      await browsers.close(browserId);
      closed.push({ browserId, sessionId: null });
    } catch (error) {
      logger.warn("reconcile.browser_not_closed", { browserId, error });
    }
  }
  return closed;
}
