import { generateFingerprint } from "../capabilities/fingerprint/generate-fingerprint.ts";
import { isEmpty, type Overrides, planOverrides } from "../capabilities/stealth/overrides.ts";
import type { Failure } from "../domain/failure.ts";
import type { HostBrowser } from "../domain/fingerprint.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { SessionSpec } from "../domain/session-spec.ts";
import type { ObservedFingerprint } from "../domain/session-view.ts";

/** Who a session is to the pages that it visits; fixed for its life. */
export interface SessionIdentity {
  /** `null` when the browser is shown as it is. */
  readonly overrides: Overrides | null;
  /** What pages observe. */
  readonly fingerprint: ObservedFingerprint;
  /** Ways in which pages can tell that it is not true; empty for a coherent identity. */
  readonly contradictions: readonly string[];
}

/** UTC is what servers show, and hardly anybody's browser. */
const SERVER_ZONES: ReadonlySet<string> = new Set(["UTC", "Etc/UTC", "GMT"]);
/** Where most users of the engine's own locale, `en-US`, are. */
const USUAL_ZONE = "America/New_York";

/** Whether the session shows anything but the browser as it is: then the browser has to be known first. */
export function wantsIdentity({ stealth, fingerprint, viewport }: SessionSpec): boolean {
  return stealth !== "none" || fingerprint !== "auto" || viewport !== null;
}

/**
 * Draws the identity of a session.
 *
 * @param seed decides everything that is drawn; the session's id, so that it is the same device for its whole life.
 * @returns `invalidRequest` for a fingerprint that this browser cannot show, with the field.
 */
export function drawIdentity(
  spec: SessionSpec,
  { host, seed, sharesBrowser }: { host: HostBrowser; seed: string; sharesBrowser: boolean },
): Result<SessionIdentity, Failure> {
  const { stealth: level, fingerprint: asked, viewport } = spec;
  const exit = level !== "none" && SERVER_ZONES.has(host.timezone) ? { timezone: USUAL_ZONE } : undefined;
  const wanted = viewport === null ? asked : { ...(asked === "auto" ? {} : asked), viewport };
  const drawn = generateFingerprint({ host, spec: wanted, seed, ...(exit && { exit }) });
  if (!drawn.ok) return fail(drawn.failure);
  const fingerprint = drawn.value;
  const overrides = planOverrides({ level, asked, viewport, fingerprint, host, sharesBrowser });
  const shown = overrides.userAgent ?? host;
  return succeed({
    overrides: isEmpty(overrides) ? null : overrides,
    fingerprint: {
      platform: shown.platform,
      userAgent: shown.userAgent,
      locale: overrides.locale ?? host.locale,
      timezone: asPagesSee(overrides.timezone ?? host.timezone),
    },
    contradictions: level === "none" && overrides.userAgent === null ? [] : fingerprint.contradictions,
  });
}

/** Pages are told the older of a zone's names (`Asia/Calcutta`): V8 here is as V8 there. */
const asPagesSee = (timeZone: string): string => new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
