import type { SessionStatus } from "../../domain/session-state.ts";
import type { ConsoleChoice } from "../../domain/session-spec.ts";
import type { PageView, SessionMetrics, SessionSummary, SessionView } from "../../domain/session-view.ts";
import { type ConnectTarget, anchorCdpUrl, liveViewUrl } from "../connect-urls.ts";
import { anchorProxyType } from "./proxy-types.ts";
import type {
  AllStatusResponse,
  AnchorStatus,
  PagesResponse,
  SessionCreateResponse,
  SessionListResponse,
  SessionRetrieveResponse,
} from "./response-schemas.ts";
import type { ConnectTargets } from "./targets.ts";

const MS_PER_SECOND = 1000;
const MS_PER_MINUTE = 60_000;
const NO_LIMIT = -1;

/** Domain statuses by what Anchor calls them. */
export const STATUSES_BY_WORD: Readonly<Record<AnchorStatus, readonly SessionStatus[]>> = {
  running: ["launching", "ready", "active", "idle"],
  completed: ["destroyed"],
  failed: ["failed"],
};

export function anchorStatus(status: SessionStatus): AnchorStatus {
  if (status === "destroyed") return "completed";
  return status === "failed" ? "failed" : "running";
}

const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();

/** Whole seconds from creation to the end, or to now. */
const durationSeconds = ({ createdAt, endedAt }: Pick<SessionView, "createdAt" | "endedAt">, now: number): number =>
  Math.max(0, Math.floor(((endedAt ?? now) - createdAt) / MS_PER_SECOND));

export function renderCreated({ cdp, liveView }: ConnectTargets): SessionCreateResponse {
  return { data: { id: cdp.sessionId, cdp_url: anchorCdpUrl(cdp), live_view_url: liveViewUrl(liveView) } };
}

/** The same once the session has ended: its addresses are gone. */
export const renderCreatedAndEnded = ({ id }: SessionView): SessionCreateResponse => ({ data: { id } });

/** Who asks, and when: what a view does not know. */
export interface Reading {
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

export function renderSession(view: SessionView, { accountId, now }: Reading): SessionRetrieveResponse {
  return {
    data: {
      session_id: view.id,
      team_id: accountId,
      duration: durationSeconds(view, now),
      status: anchorStatus(view.status),
      credits_used: 0,
      configuration: renderConfiguration(view),
      playground: false,
      proxy_bytes: view.metrics.proxyBytes,
      tokens: {},
      steps: [],
      tags: [...view.spec.tags],
      created_at: isoTime(view.createdAt),
      end_reason: view.endReason,
      end_detail: view.endDetail,
      ...(view.inForce.captchaSolver && { captchas: view.captchas.map(renderCaptcha) }),
      ...(view.extensions.length > 0 && { extensions: view.extensions.map((each) => ({ ...each })) }),
      metrics: renderMetrics(view.metrics),
    },
  };
}

const renderCaptcha = ({ kind, host, status, reason, at, durationMs }: SessionView["captchas"][number]) => ({
  kind,
  host,
  status,
  ...(reason !== null && { reason }),
  detected_at: isoTime(at),
  duration_ms: durationMs,
});

const renderMetrics = (metrics: SessionMetrics): SessionRetrieveResponse["data"]["metrics"] => ({
  pages_visited: metrics.pagesVisited,
  cdp_bytes: metrics.bytesTransferred,
  cdp_messages: metrics.cdpMessages,
  dropped_messages: metrics.droppedMessages,
  reconnects: metrics.reconnects,
  restores: metrics.restores,
  blocked_requests: metrics.blockedRequests,
  blocked_popups: metrics.blockedPopups,
  launch_ms: metrics.launchMs,
});

/** In the form of the create request; what is not in force is off, whatever was the default. */
function renderConfiguration({ spec, inForce, lost, proxy, profile }: SessionView): Record<string, unknown> {
  return {
    session: {
      ...(spec.initialUrl !== null && { initial_url: spec.initialUrl }),
      tags: spec.tags,
      recording: { active: inForce.video },
      proxy:
        proxy === null
          ? { active: false }
          : {
              active: true,
              type: anchorProxyType(proxy.type),
              ...(proxy.country !== null && { country_code: proxy.country.toLowerCase() }),
              ...(proxy.region !== null && { region: proxy.region }),
              ...(proxy.city !== null && { city: proxy.city }),
              ...(proxy.ip !== null && { ip: proxy.ip }),
              mode: proxy.mode,
              status: proxy.status,
            },
      timeout: { max_duration: toMinutes(spec.lifetimeMs), idle_timeout: toMinutes(spec.idleMs) },
      live_view: { read_only: inForce.liveView && spec.liveViewReadOnly },
    },
    browser: {
      ...(profile !== null && { profile: renderProfile(profile) }),
      adblock: { active: inForce.adblock, ...reasonFor(lost.adblock) },
      popup_blocker: { active: inForce.popupBlocker, ...reasonFor(lost.popupBlocker) },
      captcha_solver: { active: inForce.captchaSolver },
      headless: { active: !inForce.headful },
      ...(inForce.viewport && spec.viewport !== null && { viewport: spec.viewport }),
      fullscreen: { active: inForce.fullscreen },
      p2p_download: { active: inForce.p2pDownload },
      extensions: inForce.extensions ? spec.extensions : [],
      disable_web_security: { active: inForce.disableWebSecurity },
      cross_origin_support: { active: inForce.crossOriginSupport },
      force_popups_as_tabs: { active: inForce.popupsAsTabs },
      disable_dialogs: { active: inForce.noDialogs },
      pdf_viewer: { active: !inForce.pdfDownload },
      extra_stealth: renderStealth(spec, inForce),
    },
  };
}

/** Why something is off that is on by default. */
const reasonFor = (reason: string | undefined): { readonly reason?: string } =>
  reason === undefined ? {} : { reason };

const renderProfile = ({ name, persist, saved, safeAt, saveError }: NonNullable<SessionView["profile"]>) => ({
  name,
  persist,
  ...(saved !== null && { saved_at: isoTime(saved.at) }),
  ...(safeAt !== null && { safe_at: isoTime(safeAt) }),
  ...(saveError !== null && { save_error: saveError }),
});

function renderStealth(
  spec: SessionView["spec"],
  inForce: SessionView["inForce"],
): { active: boolean; console?: ConsoleChoice } {
  const active = inForce.stealth && spec.stealth === "max";
  return active ? { active, console: spec.console } : { active };
}

/** A Meshbrow session's seconds need not be whole minutes. */
const toMinutes = (ms: number | null): number => (ms === null ? NO_LIMIT : ms / MS_PER_MINUTE);

interface ListedPage {
  readonly items: readonly SessionSummary[];
  readonly total: number;
  readonly page: number;
  readonly limit: number;
  readonly now: number;
}

export function renderList({ items, total, page, limit, now }: ListedPage): SessionListResponse {
  const sessions = items.map((summary) => renderListItem(summary, now));
  return { data: { sessions, total, page, total_pages: Math.ceil(total / limit) } };
}

function renderListItem(summary: SessionSummary, now: number): SessionListResponse["data"]["sessions"][number] {
  const { proxyType, proxyCountry, tags, headless, recording } = summary;
  const proxy =
    proxyType === null
      ? { active: false }
      : {
          active: true,
          type: anchorProxyType(proxyType),
          ...(proxyCountry !== null && { country_code: proxyCountry.toLowerCase() }),
        };
  return {
    id: summary.id,
    status: anchorStatus(summary.status),
    tags: [...tags],
    headless,
    recording,
    used_credits: 0,
    proxy_bytes: null,
    proxy_type: proxyType === null ? null : anchorProxyType(proxyType),
    steps: null,
    duration: durationSeconds(summary, now),
    created_at: isoTime(summary.createdAt),
    user_configuration: {
      session: { tags, recording: { active: recording }, proxy },
      browser: { headless: { active: headless } },
    },
    task_initiated: false,
    task_executions_count: 0,
    api_key_name: summary.apiKeyName ?? "",
    browser_ip: null,
    domains: null,
  };
}

export function renderAllStatus(items: readonly SessionSummary[]): AllStatusResponse {
  return {
    data: {
      count: items.length,
      items: items.map(({ id, status, tags, createdAt }) => ({
        session_id: id,
        status: anchorStatus(status),
        tags: [...tags],
        created_at: isoTime(createdAt),
      })),
    },
  };
}

export const renderPages = (pages: readonly PageView[], target: ConnectTarget): PagesResponse =>
  pages.map(({ id, title, url }) => ({ id, title, url, frontend_url: liveViewUrl(target, id) }));
