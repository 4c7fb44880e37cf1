import type { Overrides } from "../capabilities/stealth/overrides.ts";
import type { OwnContext } from "../cdp/targets.ts";
import type { MetCaptcha } from "../domain/captcha.ts";
import type { SessionExtension } from "../domain/extension.ts";
import type { AccountId, SessionId } from "../domain/ids.ts";
import type { FeatureName, SessionSpec } from "../domain/session-spec.ts";
import type { EndReason, SessionStatus } from "../domain/session-state.ts";
import type { HiddenTab } from "./hidden-tab.ts";
import { NO_STORAGE, type ProfileRecord, type StorageRecord, toProfileRecord } from "./profile-record.ts";
import type { CreateSession } from "./session-object.ts";
import type { ProxyExit } from "../domain/proxy-exit.ts";
import {
  type LostFeatures,
  NO_METRICS,
  type ObservedFingerprint,
  type ProxyStatus,
  type SessionMetrics,
} from "../domain/session-view.ts";

/** The truth about one session, as its Durable Object keeps it. Times are epoch milliseconds. */
export interface SessionRecord {
  readonly id: SessionId;
  readonly accountId: AccountId;
  readonly spec: SessionSpec;
  /** Of the address that the deployment was reached at. */
  readonly origin: string;
  readonly status: SessionStatus;
  /** Grows with every change of status, so that late writes to the index can be told from new ones. */
  readonly revision: number;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** The engine's name for the browser; set as soon as it has started. */
  readonly browserId: string | null;
  /** The session's own browser context, when it does not use the browser's default one. */
  readonly context: OwnContext | null;
  /** Contexts that clients made, to be disposed of where the browser outlives the session. */
  readonly madeContexts: readonly string[];
  readonly fingerprint: ObservedFingerprint | null;
  /** What the browser was told to show; `null` while it is not known, or when it is shown as it is. */
  readonly overrides: Overrides | null;
  /** Ways in which pages can tell that the fingerprint is not the browser's own. */
  readonly contradictions: readonly string[];
  /** The way of the session's traffic; `null` without a proxy, and until one is established. */
  readonly egress: EgressRecord | null;
  /** `null` for a session that loads none. */
  readonly profile: ProfileRecord | null;
  readonly storage: StorageRecord;
  /** `null` for a session of which nothing is recorded. */
  readonly recording: RecordingRecord | null;
  readonly metrics: SessionMetrics;
  readonly tags: readonly string[];
  /** Features that were asked for by name: the session does not go on without them. */
  readonly asked: readonly FeatureName[];
  readonly lost: LostFeatures;
  /** Puzzles that its pages asked for, the latest last. */
  readonly captchas: readonly MetCaptcha[];
  /** References whose values have been filled in: what they are is to be kept out of recordings. */
  readonly usedSecrets: readonly string[];
  /** Files on the browser's machine, by the names that they were uploaded as. */
  readonly uploads: Readonly<Record<string, string>>;
  /** Extensions that it uses and how, as its launch found; empty before. */
  readonly extensions: readonly ExtensionRecord[];
  /** From the first scoped token on, the account's API key alone opens no CDP socket. */
  readonly tokenOnly: boolean;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly endDetail: string | null;
}

/** An extension in use. */
export interface ExtensionRecord extends SessionExtension {
  /** What Chrome calls one that it has loaded; `null` before, and for one that is emulated. */
  readonly chromeId: string | null;
  /** Berth's own tab, in which the background script of one that is emulated runs; `null` while there is none. */
  readonly background: HiddenTab | null;
}

/** What records of earlier versions do not have: a session may be older than the version that runs it. */
export const LATER_FIELDS: Pick<SessionRecord, "extensions"> = { extensions: [] };

/** How a session's traffic leaves. No credentials: they are read where they are kept, when they are needed. */
export interface EgressRecord {
  readonly mode: "upstream" | "engine";
  /** `null` for a caller's own proxy and for the engine's way out. */
  readonly poolId: string | null;
  /** What the vendor knows the session's exit by. */
  readonly session: string | null;
  /** As Chromium is told: `http://HOST:PORT`. */
  readonly proxyServer: string | null;
  /** Millionths of a US dollar for 10^9 bytes; `null` where nobody charges. */
  readonly microsPerGb: number | null;
  readonly exitCheckUrl: string;
  /** A tab of Berth's own, from which the exit is asked. */
  readonly checkTab: HiddenTab;
  /** As last verified. */
  readonly exit: ProxyExit;
  readonly status: ProxyStatus;
}

/** How far the recording of a session is. Times are epoch milliseconds. */
export interface RecordingRecord {
  /** `null` while there is no browser. */
  readonly startedAt: number | null;
  /** A moment after the session's end: the last picture is from then. `null` while it runs, and where it was lost. */
  readonly stoppedAt: number | null;
  readonly isPaused: boolean;
}

const isRecorded = ({ recording: { har, screenshots, video } }: SessionSpec): boolean => har || screenshots || video;

/** Of a session that has just been admitted. */
export function newRecord({ id, accountId, spec, asked, profile, origin, createdAt }: CreateSession): SessionRecord {
  return {
    id,
    accountId,
    spec,
    origin,
    status: "launching",
    revision: 0,
    createdAt,
    expiresAt: spec.lifetimeMs === null ? null : createdAt + spec.lifetimeMs,
    browserId: null,
    context: null,
    madeContexts: [],
    fingerprint: null,
    overrides: null,
    contradictions: [],
    egress: null,
    profile: profile === null ? null : toProfileRecord(profile),
    storage: NO_STORAGE,
    recording: isRecorded(spec) ? { startedAt: null, stoppedAt: null, isPaused: false } : null,
    metrics: NO_METRICS,
    tags: spec.tags,
    asked,
    lost: {},
    usedSecrets: [],
    captchas: [],
    uploads: {},
    ...LATER_FIELDS,
    tokenOnly: false,
    endedAt: null,
    endReason: null,
    endDetail: null,
  };
}
