import type { AssignedProxy, SessionSummary, SessionView } from "../../domain/session-view.ts";
import type { CursorPage } from "../../service/session-service.ts";
import type { OwnedSession } from "../../session/session-object.ts";
import { meshbrowCdpUrl } from "../connect-urls.ts";
import type { CreatedSession, DestroyedSession, Session, SessionList } from "./response-schemas.ts";

const MS_PER_SECOND = 1000;
const MICROS_PER_DOLLAR = 1_000_000;

export const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();
const isoTimeOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : isoTime(epochMs));
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / MS_PER_SECOND);

/** The documented session object. A feature that the deployment does not have shows as switched off. */
export function renderCreatedSession({ view, connectToken: token }: OwnedSession, origin: string): CreatedSession {
  const { spec, inForce } = view;
  const { har, screenshots, video } = inForce;
  return {
    id: view.id,
    status: view.status,
    cdpUrl: token === null ? null : meshbrowCdpUrl({ origin, sessionId: view.id, token }),
    proxy: renderProxy(view.proxy),
    fingerprint: view.fingerprint,
    expiresAt: isoTimeOrNull(view.expiresAt),
    createdAt: isoTime(view.createdAt),
    stealth: inForce.stealth ? spec.stealth : "none",
    ...(inForce.stealth && spec.stealth === "max" && { console: spec.console }),
    coherence: view.contradictions.length === 0 ? "full" : "partial",
    ...(view.contradictions.length > 0 && { contradictions: [...view.contradictions] }),
    recording: { har, screenshots, video },
    profileId: view.profile?.id ?? null,
    timeout: seconds(spec.lifetimeMs),
    idleTimeout: seconds(spec.idleMs),
  };
}

export function renderSession(owned: OwnedSession, origin: string): Session {
  const { view } = owned;
  return {
    ...renderCreatedSession(owned, origin),
    ...(view.profile !== null && { profile: renderSessionProfile(view.profile) }),
    metrics: { ...view.metrics },
    ...(view.endedAt !== null && { endedAt: isoTime(view.endedAt) }),
    ...(view.endReason !== null && { endReason: view.endReason }),
    ...(view.endDetail !== null && { endDetail: view.endDetail }),
  };
}

function renderSessionProfile(profile: NonNullable<SessionView["profile"]>): NonNullable<Session["profile"]> {
  const { id, name, persist, saved, safeAt, saveError } = profile;
  return {
    id,
    name,
    persist,
    savedAt: isoTimeOrNull(saved?.at ?? null),
    safeAt: isoTimeOrNull(safeAt),
    saveError,
  };
}

export function renderDestroyed(view: SessionView): DestroyedSession {
  const { pagesVisited, bytesTransferred } = view.metrics;
  const livedMs = (view.endedAt ?? view.createdAt) - view.createdAt;
  return {
    id: view.id,
    status: view.status,
    duration: Math.max(0, Math.floor(livedMs / MS_PER_SECOND)),
    metrics: { pagesVisited, bytesTransferred, proxyCost: view.proxyCostMicros / MICROS_PER_DOLLAR },
  };
}

export function renderList({ items, total, nextCursor }: CursorPage): SessionList {
  return {
    items: items.map(renderListItem),
    hasMore: nextCursor !== null,
    ...(nextCursor !== null && { nextCursor }),
    total,
  };
}

function renderListItem(summary: SessionSummary): SessionList["items"][number] {
  const { proxyType, proxyCountry } = summary;
  return {
    id: summary.id,
    status: summary.status,
    proxy: proxyType === null ? null : { type: proxyType, ...(proxyCountry !== null && { country: proxyCountry }) },
    createdAt: isoTime(summary.createdAt),
    expiresAt: isoTimeOrNull(summary.expiresAt),
  };
}

function renderProxy(proxy: AssignedProxy | null): CreatedSession["proxy"] {
  if (proxy === null) return null;
  const { type, country, region, city, ip, mode, status } = proxy;
  return {
    type,
    ...(country !== null && { country }),
    ...(region !== null && { region }),
    ...(city !== null && { city }),
    ...(ip !== null && { ip }),
    mode,
    status,
  };
}
