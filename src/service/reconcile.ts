import { monthOf } from "../accounts/month.ts";
import type { UsageCorrection } from "../accounts/session-drift.ts";
import type { SessionIndex } from "../accounts/session-index.ts";
import type { Clock } from "../domain/clock.ts";
import type { SessionId } from "../domain/ids.ts";
import type { Logger } from "../observability/logger.ts";
import type { SessionObject } from "../session/session-object.ts";
import { type ReapedSession, reapSessions } from "./reaper.ts";
import { type ClosedBrowser, closeStrayBrowsers, type RunningBrowsers, type StrayBrowsers } from "./stray-browsers.ts";

export interface ReconcileDeps {
  readonly index: Pick<
    SessionIndex,
    "unendedOlderThan" | "recordEnd" | "browserOwners" | "oldestWithoutBrowser" | "correctUsage" | "deleteExpiredKeys"
  >;
  readonly sessionObject: (id: SessionId) => Pick<SessionObject, "reap" | "end">;
  readonly browsers: RunningBrowsers;
  /** Nobody else launches browsers where this deployment does: what no session knows may be closed. */
  readonly exclusiveBrowsers: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * How far back the counters of months are added up: not at all, from the month before this one on (nearly all
 * that can still change), or from the first.
 */
export type UsageScope = "none" | "recent" | "all";

const STEPS = ["sessions", "browsers", "usage", "keys"] as const;
export type ReconcileStep = (typeof STEPS)[number];

/** What was found to be wrong, and was put right. */
export interface ReconcileReport {
  /** Sessions that held a slot and were lost. */
  readonly endedSessions: readonly ReapedSession[];
  readonly closedBrowsers: readonly ClosedBrowser[];
  /** Old browsers without a connection that belong to no session, and may belong to somebody else. */
  readonly unknownBrowsers: number;
  readonly correctedUsage: readonly UsageCorrection[];
  readonly deletedIdempotencyKeys: number;
  /** Steps that failed; the next run tries them again. */
  readonly failedSteps: readonly ReconcileStep[];
}

export type Reconcile = (scope: { readonly usage: UsageScope }) => Promise<ReconcileReport>;

const NO_STRAYS: StrayBrowsers = { closed: [], unknown: 0 };
const FIRST_MONTH = "0000-00";

/**
 * Finds what has drifted apart (index, objects, browsers, counters) and repairs it. Every step may run at any
 * time, twice at once too, and none keeps another from running.
 */
export function createReconcile(deps: ReconcileDeps): Reconcile {
  const { index, clock, logger } = deps;
  return async ({ usage }) => {
    const now = clock.now();
    const failedSteps: ReconcileStep[] = [];
    const attempt = async <T>(step: ReconcileStep, run: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await run();
      } catch (error) {
        logger.error("reconcile.step_failed", { step, error });
        failedSteps.push(step);
        return otherwise;
      }
    };
    // In this order: an end that is found here is what makes a browser a stray later, and counts in its month.
    const endedSessions = await attempt("sessions", () => reapSessions(deps), []);
    const strays = await attempt(
      "browsers",
      () => closeStrayBrowsers({ ...deps, exclusive: deps.exclusiveBrowsers, now }),
      NO_STRAYS,
    );
    const correctedUsage = await attempt("usage", () => correctUsage(index, usage, now), []);
    const deletedIdempotencyKeys = await attempt("keys", () => index.deleteExpiredKeys(now), 0);
    const report: ReconcileReport = {
      endedSessions,
      closedBrowsers: strays.closed,
      unknownBrowsers: strays.unknown,
      correctedUsage,
      deletedIdempotencyKeys,
      failedSteps,
    };
    if (hasRepaired(report)) logger.warn("reconcile.repaired", { ...report });
    return report;
  };
}

async function correctUsage(
  index: ReconcileDeps["index"],
  scope: UsageScope,
  now: number,
): Promise<readonly UsageCorrection[]> {
  switch (scope) {
    case "none":
      return [];
    case "recent":
      return index.correctUsage(monthBefore(now));
    case "all":
      return index.correctUsage(FIRST_MONTH);
    default:
      return scope satisfies never;
  }
}

/** The last instant of the month before is the one before the first of this one. */
const monthBefore = (now: number): string => monthOf(Date.parse(`${monthOf(now)}-01T00:00:00Z`) - 1);

/** Keys that are deleted have served their time: that is housekeeping. */
const hasRepaired = ({ endedSessions, closedBrowsers, correctedUsage }: ReconcileReport): boolean =>
  endedSessions.length + closedBrowsers.length + correctedUsage.length > 0;
