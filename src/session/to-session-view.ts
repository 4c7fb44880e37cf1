import { inForce, toPublicSpec } from "../domain/effective-spec.ts";
import type { FeatureName } from "../domain/session-spec.ts";
import type { SessionMetrics, SessionView } from "../domain/session-view.ts";
import type { SessionRecord } from "./session-record.ts";

/** What a caller may see of a session. Credentials stay behind. */
export function toSessionView(
  record: SessionRecord,
  metrics: SessionMetrics,
  available: ReadonlySet<FeatureName>,
): SessionView {
  const { id, status, endReason, endDetail, createdAt, expiresAt, endedAt, fingerprint } = record;
  return {
    id,
    status,
    endReason,
    endDetail,
    createdAt,
    expiresAt,
    endedAt,
    spec: { ...toPublicSpec(record.spec), tags: record.tags },
    inForce: inForce(record.spec, available),
    fingerprint,
    contradictions: record.contradictions,
    proxy: null,
    metrics,
  };
}
