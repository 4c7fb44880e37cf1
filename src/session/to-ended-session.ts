import type { EndedSession } from "../observability/analytics.ts";
import type { SessionRecord } from "./session-record.ts";

/** What is counted of a session that has ended. */
export function toEndedSession(record: SessionRecord, engine: string, endedAt: number): EndedSession {
  const { id, accountId, spec, status, createdAt, endReason, metrics } = record;
  return {
    accountId,
    sessionId: id,
    dialect: spec.dialect,
    engine,
    status,
    endReason: endReason ?? "",
    durationMs: endedAt - createdAt,
    launchMs: metrics.launchMs ?? 0,
    messages: metrics.cdpMessages,
    bytes: metrics.bytesTransferred,
    droppedMessages: metrics.droppedMessages,
    reconnects: metrics.reconnects,
    restores: metrics.restores,
  };
}
