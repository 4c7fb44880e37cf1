import type { AccountId } from "./ids.ts";
import type { EgressProblem } from "./proxy-exit.ts";
import type { RecordingType } from "./recording.ts";
import type { PlanName } from "./plan.ts";
import type { FeatureName, ProxyType } from "./session-spec.ts";

/**
 * Everything that may go wrong and that a caller can be told. A dialect alone turns one into a status
 * and a body; each arm carries the evidence that the body needs and nothing secret.
 */
export type Failure =
  | { readonly kind: "unauthorized"; readonly message: string }
  /** `field` is the dotted path in the caller's own spelling, absent when the whole body is wrong. */
  | { readonly kind: "invalidRequest"; readonly message: string; readonly field?: string }
  | { readonly kind: "bodyTooLarge"; readonly limitBytes: number }
  | { readonly kind: "unsupportedMediaType"; readonly expected: string }
  | { readonly kind: "methodNotAllowed"; readonly allowed: readonly string[] }
  /** A documented feature that this deployment does not have: refused by name, never ignored. */
  | { readonly kind: "unsupported"; readonly feature: FeatureName; readonly field: string; readonly reason: string }
  | {
      readonly kind: "quotaExceeded";
      readonly accountId: AccountId;
      readonly plan: PlanName;
      readonly used: number;
      readonly limit: number;
    }
  | {
      readonly kind: "concurrencyLimitReached";
      readonly plan: PlanName;
      readonly active: number;
      readonly requested: number;
      readonly limit: number;
    }
  | {
      readonly kind: "proxyAccessDenied";
      readonly accountId: AccountId;
      readonly plan: PlanName;
      readonly proxyType: ProxyType | "custom";
    }
  | { readonly kind: "rateLimited"; readonly limit: number; readonly retryAfterMs: number }
  | { readonly kind: "sessionNotFound"; readonly sessionId: string }
  | { readonly kind: "notFound"; readonly what: string; readonly id: string }
  | { readonly kind: "conflict"; readonly message: string }
  /** The session exists, but no longer (or not yet) has a browser. */
  | { readonly kind: "sessionNotRunning"; readonly sessionId: string; readonly status: string }
  /** The engine had no browser to give. Safe to retry after `retryAfterMs`. */
  | { readonly kind: "launchFailed"; readonly reason: string; readonly retryAfterMs: number }
  /** The session's way out could not be had: `reason` says what was found, and holds no credential. */
  | { readonly kind: "proxyFailed"; readonly problem: EgressProblem; readonly reason: string }
  /** A profile could not be read or saved: `reason` says why. What was saved before is as it was. */
  | { readonly kind: "profileFailed"; readonly problem: ProfileProblem; readonly reason: string }
  /** It is still being recorded, or made. Safe to retry after `retryAfterMs`. */
  | { readonly kind: "recordingNotReady"; readonly recording: RecordingType; readonly retryAfterMs: number }
  /** What was recorded could not be made into what was asked for. */
  | { readonly kind: "recordingFailed"; readonly recording: RecordingType; readonly reason: string }
  /** A range request beyond the end. */
  | { readonly kind: "rangeNotSatisfiable"; readonly sizeBytes: number }
  /** The browser, or the page, did not do what was asked of it. */
  | { readonly kind: "pageFailed"; readonly message: string }
  /** What was waited for did not happen in its time. */
  | { readonly kind: "timedOut"; readonly what: "page" | "event" | "person"; readonly message: string }
  /** A signed link is wrong, or too old. */
  | { readonly kind: "linkRefused"; readonly isExpired: boolean }
  /** A part that Berth stands on does not answer. Nothing was done; safe to retry after `retryAfterMs`. */
  | { readonly kind: "unavailable"; readonly message: string; readonly retryAfterMs: number }
  /** The operator has not finished setting this deployment up. */
  | { readonly kind: "notConfigured"; readonly message: string };

/** `unreadable`: its content is gone, or sealed under another secret. `too_large`: a save beyond the limit. */
export type ProfileProblem = "unreadable" | "too_large" | "save_failed";

export type FailureKind = Failure["kind"];
