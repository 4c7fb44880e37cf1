import type { ProfileVersion, ProfileView } from "../../domain/profile.ts";
import type { Profile, Version } from "./profile-schemas.ts";

const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();

export const renderProfile = (profile: ProfileView): Profile => ({
  name: profile.name,
  description: profile.description,
  source: profile.source,
  session_id: profile.sessionId,
  status: profile.head === null ? "empty" : "ready",
  created_at: isoTime(profile.createdAt),
  updated_at: isoTime(profile.updatedAt),
  cookie_count: profile.head?.cookieCount ?? 0,
  storage_origins: [...(profile.head?.storageOrigins ?? [])],
});

export const renderVersion = (version: ProfileVersion): Version => ({
  id: version.id,
  number: version.number,
  created_at: isoTime(version.createdAt),
  session_id: version.sessionId,
  conflict: version.isConflict,
  cookie_count: version.cookieCount,
  storage_origins: [...version.storageOrigins],
  size: version.size,
});
