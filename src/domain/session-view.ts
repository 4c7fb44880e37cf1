import type { MetCaptcha } from "./captcha.ts";
import type { SessionExtension } from "./extension.ts";
import type { SessionId } from "./ids.ts";
import type { SessionProfileView } from "./profile.ts";
import type { FeatureName, SessionSpec } from "./session-spec.ts";
import type { EndReason, SessionStatus } from "./session-state.ts";

/** What pages of the session observe about the browser they run in. */
export interface ObservedFingerprint {
  /** `navigator.platform`. */
  readonly platform: string;
  readonly userAgent: string;
  /** BCP 47, as `navigator.language` says. */
  readonly locale: string;
  /** IANA zone, as `Intl` says. */
  readonly timezone: string;
}

/** The egress in use. Never holds a credential. */
export interface AssignedProxy {
  readonly type: string;
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  /** The exit's address, as a server on the internet sees it. */
  readonly ip: string | null;
  /** `upstream` is a proxy server; `engine` is the engine's own way out, near the country that was asked for. */
  readonly mode: "upstream" | "engine";
  /** Whether the exit answered when it was last asked. While it does not, pages fail: nothing goes around it. */
  readonly status: ProxyStatus;
}

export type ProxyStatus = "verified" | "unreachable";

/** Counters of one session since its creation. */
export interface SessionMetrics {
  /** Main-frame navigations of every page. */
  readonly pagesVisited: number;
  /** CDP bytes in both directions between clients and Berth (UTF-16 code units of text messages). */
  readonly bytesTransferred: number;
  /** CDP messages in both directions between clients and Berth. */
  readonly cdpMessages: number;
  /** Messages that no client got: it was cut off, or its command had been answered with an error. */
  readonly droppedMessages: number;
  /** Clients that came back after one had left. */
  readonly reconnects: number;
  /** Times that the session found its browser again after it had lost its socket or its memory. */
  readonly restores: number;
  /**
   * Bytes of responses and WebSocket messages that came or went through the session's proxy; 0 without one. As
   * Chromium counts them: whole responses, compressed, with their headers, without what requests take.
   */
  readonly proxyBytes: number;
  /** Requests that the ad blocker kept from leaving the browser. */
  readonly blockedRequests: number;
  /** Windows that pages tried to open without a person's doing. */
  readonly blockedPopups: number;
  /** From the admission to a browser that answers, in milliseconds; `null` while and if there is none. */
  readonly launchMs: number | null;
}

/** Of a session that has done nothing yet. */
export const NO_METRICS: SessionMetrics = {
  pagesVisited: 0,
  bytesTransferred: 0,
  cdpMessages: 0,
  droppedMessages: 0,
  reconnects: 0,
  restores: 0,
  proxyBytes: 0,
  blockedRequests: 0,
  blockedPopups: 0,
  launchMs: null,
};

/** What a caller may see of a session; a dialect renders it. Times are epoch milliseconds. */
export interface SessionView {
  readonly id: SessionId;
  readonly status: SessionStatus;
  readonly endReason: EndReason | null;
  /** Human-readable detail of a failed end; never holds a secret. */
  readonly endDetail: string | null;
  readonly createdAt: number;
  /** `null` for a session without a hard end. */
  readonly expiresAt: number | null;
  readonly endedAt: number | null;
  readonly spec: PublicSpec;
  /** Which features are on in this session, defaults resolved against what the deployment has. */
  readonly inForce: Readonly<Record<FeatureName, boolean>>;
  /** Features that are on by default and that this session goes without, each with the reason. */
  readonly lost: LostFeatures;
  readonly fingerprint: ObservedFingerprint | null;
  /** Ways in which pages can tell that the fingerprint is not the browser's own; empty for a coherent one. */
  readonly contradictions: readonly string[];
  readonly proxy: AssignedProxy | null;
  /** What the traffic through a pool's proxy costs, in millionths of a US dollar. */
  readonly proxyCostMicros: number;
  readonly profile: SessionProfileView | null;
  /** Puzzles that its pages asked for, where they are solved; the latest last. */
  readonly captchas: readonly MetCaptcha[];
  /** Uploaded extensions that it uses; empty until it has a browser. */
  readonly extensions: readonly SessionExtension[];
  readonly metrics: SessionMetrics;
}

/** Features that a session was to have and goes without: why. */
export type LostFeatures = Readonly<Partial<Record<FeatureName, string>>>;

/** The spec without credentials: a custom proxy keeps its type only. */
export type PublicSpec = Omit<SessionSpec, "proxy" | "integrations">;

/** A tab that clients may see. */
export interface PageView {
  /** CDP target id. */
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

/** One row of the session index: what lists show. */
export interface SessionSummary {
  readonly id: SessionId;
  readonly status: SessionStatus;
  readonly endReason: EndReason | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly endedAt: number | null;
  readonly tags: readonly string[];
  readonly proxyType: string | null;
  readonly proxyCountry: string | null;
  readonly headless: boolean;
  readonly recording: boolean;
  readonly apiKeyName: string | null;
}

/** Scopes of a connect token. `cdp` drives, `live_view` watches and clicks, `live_view_read_only` watches. */
export const TOKEN_SCOPES = ["cdp", "live_view", "live_view_read_only"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];
