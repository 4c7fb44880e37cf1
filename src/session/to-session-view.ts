import { inForce, toPublicSpec } from "../domain/effective-spec.ts";
import type { FeatureName } from "../domain/session-spec.ts";
import type { AssignedProxy, LostFeatures, SessionMetrics, SessionView } from "../domain/session-view.ts";
import type { SessionRecord } from "./session-record.ts";

const BYTES_PER_GB = 1e9;

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
    inForce: inForce(record.spec, withoutLost(available, record.lost)),
    lost: record.lost,
    captchas: record.captchas,
    extensions: record.extensions.map(({ id: of, name, mode }) => ({ id: of, name, mode })),
    fingerprint,
    contradictions: record.contradictions,
    proxy: assignedProxy(record),
    proxyCostMicros: Math.round((metrics.proxyBytes * (record.egress?.microsPerGb ?? 0)) / BYTES_PER_GB),
    profile: profileView(record),
    metrics,
  };
}

const withoutLost = (available: ReadonlySet<FeatureName>, lost: LostFeatures): ReadonlySet<FeatureName> =>
  new Set([...available].filter((feature) => lost[feature] === undefined));

function profileView({ spec, profile }: SessionRecord): SessionView["profile"] {
  if (profile === null) return null;
  const { id, name, saved, safeAt, saveError } = profile;
  return { id, name, persist: spec.profile?.persist ?? false, saved, safeAt, saveError };
}

/** Where the exit was found; what is not known of it, as it was asked for. */
function assignedProxy({ spec: { proxy }, egress }: SessionRecord): AssignedProxy | null {
  if (proxy === null || egress === null) return null;
  const asked = proxy.type === "custom" ? { country: null, region: null, city: null } : proxy;
  const { exit, mode, status } = egress;
  return {
    type: proxy.type,
    country: exit.country ?? asked.country,
    region: exit.region ?? asked.region,
    city: exit.city ?? asked.city,
    ip: exit.ip,
    mode,
    status,
  };
}
