import type { SessionView } from "../domain/session-view.ts";

/**
 * SQL for the last view of a row of `sessions`, as JSON: the final one of a session that ended in order; else as
 * much as its admission and its row tell. NULL for a row from before admissions kept a view.
 */
export const LAST_VIEW = `
  COALESCE(sessions.final_view,
           json_set(sessions.admitted_view, '$.status', sessions.status, '$.endReason', sessions.end_reason,
                                            '$.endedAt', sessions.ended_at, '$.spec.tags', json(sessions.tags)))`;

/** What older rows know nothing of. */
const LATER = { profile: null, extensions: [] } as const satisfies Partial<SessionView>;

/** What LAST_VIEW has answered. The index alone writes these columns. */
export const toLastView = (json: string | null): SessionView | null =>
  json === null
    ? null
    : { ...LATER, ...(JSON.parse(json) as Omit<SessionView, keyof typeof LATER> & Partial<SessionView>) };
