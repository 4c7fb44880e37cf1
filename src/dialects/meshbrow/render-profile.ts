import type { ProfileVersion as DomainVersion, ProfileView } from "../../domain/profile.ts";
import type { Profile, ProfileSummary, ProfileVersion } from "./profile-schemas.ts";

const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();
const isoTimeOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : isoTime(epochMs));

export function renderProfileSummary(profile: ProfileView): ProfileSummary {
  const { id, name, tags, head, lastUsedAt, usageCount } = profile;
  const cookieCount = head?.cookieCount ?? 0;
  return { id, name, tags: [...tags], cookieCount, lastUsedAt: isoTimeOrNull(lastUsedAt), usageCount };
}

export function renderProfile(profile: ProfileView): Profile {
  const { description, fingerprint, proxy, source, sessionId, head } = profile;
  return {
    ...renderProfileSummary(profile),
    description,
    fingerprint: fingerprint as Profile["fingerprint"],
    proxy: renderProxy(proxy),
    source,
    sessionId,
    storageOrigins: [...(head?.storageOrigins ?? [])],
    version: head?.number ?? null,
    size: head?.size ?? 0,
    createdAt: isoTime(profile.createdAt),
    updatedAt: isoTime(profile.updatedAt),
  };
}

function renderProxy(proxy: ProfileView["proxy"]): Profile["proxy"] {
  if (proxy === null) return null;
  const { type, country, region, city, sticky } = proxy;
  return {
    type,
    ...(country !== null && { country }),
    ...(region !== null && { region }),
    ...(city !== null && { city }),
    sticky,
  };
}

export const renderVersion = (version: DomainVersion): ProfileVersion => ({
  id: version.id,
  number: version.number,
  createdAt: isoTime(version.createdAt),
  sessionId: version.sessionId,
  conflict: version.isConflict,
  cookieCount: version.cookieCount,
  storageOrigins: [...version.storageOrigins],
  size: version.size,
});
