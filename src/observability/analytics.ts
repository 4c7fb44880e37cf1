import type { Logger } from "./logger.ts";

/** The part of a Workers Analytics Engine binding in use. */
export interface AnalyticsDataset {
  writeDataPoint(point: { readonly indexes: string[]; readonly blobs: string[]; readonly doubles: number[] }): void;
}

/** A session that has ended, as it is counted. Nothing of what it did, and no secret. */
export interface EndedSession {
  readonly accountId: string;
  readonly sessionId: string;
  readonly dialect: string;
  readonly engine: string;
  readonly status: string;
  readonly endReason: string;
  readonly durationMs: number;
  /** Zero for a session that never had a browser. */
  readonly launchMs: number;
  /** CDP messages and their size, in both directions. */
  readonly messages: number;
  readonly bytes: number;
  /** Messages that no client got. */
  readonly droppedMessages: number;
  /** Clients that came back after one had left. */
  readonly reconnects: number;
  /** How often the browser was found again after its socket was lost. */
  readonly restores: number;
}

/** Numbers for an operator's dashboards. Never throws, and never waits. */
export interface Analytics {
  sessionEnded(session: EndedSession): void;
}

export interface AnalyticsOptions {
  /** The optional binding `ANALYTICS`; without one nothing is written. */
  readonly dataset: AnalyticsDataset | undefined;
  readonly logger: Logger;
}

/** Writes one data point a session. The order of the columns is documented in the README: only add at the end. */
export function createAnalytics({ dataset, logger }: AnalyticsOptions): Analytics {
  return {
    sessionEnded(session) {
      try {
        dataset?.writeDataPoint(toPoint(session));
      } catch (error) {
        // Numbers about the work must not stop the work.
        logger.warn("analytics.not_written", { sessionId: session.sessionId, error });
      }
    },
  };
}

const toPoint = (session: EndedSession) => ({
  indexes: [session.accountId],
  blobs: [session.sessionId, session.dialect, session.engine, session.status, session.endReason],
  doubles: [
    session.durationMs,
    session.launchMs,
    session.messages,
    session.bytes,
    session.droppedMessages,
    session.reconnects,
    session.restores,
  ],
});
