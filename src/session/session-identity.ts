import { generateFingerprint } from "../capabilities/fingerprint/generate-fingerprint.ts";
import { isEmpty, type Overrides, planOverrides } from "../capabilities/stealth/overrides.ts";
import type { Failure } from "../domain/failure.ts";
import type { HostBrowser } from "../domain/fingerprint.ts";
import { localeOf, type ProxyExit } from "../domain/proxy-exit.ts";
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

export interface IdentityOptions {
  readonly host: HostBrowser;
  readonly seed: string;
  /** Where the session's proxy lets its traffic out; locale, time zone and place agree with it unless they are given. */
  readonly exit?: ProxyExit | null;
  readonly sharesBrowser: boolean;
}

/** UTC is what servers show, and hardly anybody's browser. */
const SERVER_ZONES: ReadonlySet<string> = new Set(["UTC", "Etc/UTC", "GMT"]);
/** Where most users of the engine's own locale, `en-US`, are. */
const USUAL_ZONE = "America/New_York";

/** Whether the session shows anything but the browser as it is: then the browser has to be known first. */
export function wantsIdentity({ stealth, fingerprint, viewport, fullscreen, proxy }: SessionSpec): boolean {
  return stealth !== "none" || fingerprint !== "auto" || viewport !== null || fullscreen || proxy !== null;
}

/**
 * Draws the identity of a session.
 *
 * @param seed decides everything that is drawn; the session's id, so that it is the same device for its whole life.
 * @returns `invalidRequest` for a fingerprint that this browser cannot show, with the field.
 */
export function drawIdentity(
  spec: SessionSpec,
  { host, seed, exit = null, sharesBrowser }: IdentityOptions,
): Result<SessionIdentity, Failure> {
  const { stealth: level, fingerprint: asked, viewport, fullscreen } = spec;
  const wanted = viewport === null ? asked : { ...(asked === "auto" ? {} : asked), viewport };
  const drawn = generateFingerprint({
    host,
    spec: wanted,
    seed,
    exit: level === "none" ? {} : whereabouts(host, exit),
  });
  if (!drawn.ok) return fail(drawn.failure);
  const fingerprint = drawn.value;
  const overrides = planOverrides({ level, asked, viewport, fullscreen, fingerprint, host, exit, sharesBrowser });
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

/** What a browser at that exit would be set to; without one, what most browsers are. */
function whereabouts(host: HostBrowser, exit: ProxyExit | null): { locale?: string; timezone?: string } {
  const unlikely = SERVER_ZONES.has(host.timezone) ? { timezone: USUAL_ZONE } : {};
  if (exit === null) return unlikely;
  const { country, timezone } = exit;
  return {
    ...(country !== null && { locale: localeOf(country) }),
    ...(timezone === null ? unlikely : { timezone }),
  };
}

/** Pages are told the older of a zone's names (`Asia/Calcutta`): V8 here is as V8 there. */
const asPagesSee = (timeZone: string): string => new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
