import type { BrandVersion, ClientHints, Fingerprint, HostBrowser } from "../../domain/fingerprint.ts";
import type { ProxyExit } from "../../domain/proxy-exit.ts";
import type { FingerprintSpec, StealthLevel, Viewport } from "../../domain/session-spec.ts";

/** What is told to the browser of a session. Kept with the session: after a restore the same holds again. */
export interface Overrides {
  /**
   * The browser's own, as they stand in requests that no override reaches; names in lower case. Absent in a session
   * that an earlier version of Berth started.
   */
  readonly hostHeaders?: Readonly<Record<string, string>>;
  readonly userAgent: {
    readonly userAgent: string;
    readonly platform: string;
    readonly metadata: ClientHints;
    /** The browser says the same of itself, apart from `metadata`. */
    readonly isHosts: boolean;
  } | null;
  /** Comma-separated languages, the first one preferred. */
  readonly acceptLanguage: string | null;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly hardwareConcurrency: number | null;
  /** CSS pixels; of the whole browser's one screen. `availHeight` is what a task bar leaves. */
  readonly screen: { readonly width: number; readonly height: number; readonly availHeight: number } | null;
  /** Outer size of the window; its inner size is what the browser's own bars leave. */
  readonly window: Viewport | null;
  /** Inner size of the window, where it was asked for. */
  readonly viewport: Viewport | null;
  /** The window covers the whole screen, without bars. */
  readonly fullscreen: boolean;
  /** `navigator.webdriver` says `true` by itself, and no native override changes it. */
  readonly hidesWebdriver: boolean;
  /** Where pages are told that they are; accuracy in metres. */
  readonly geolocation: { readonly latitude: number; readonly longitude: number; readonly accuracy: number } | null;
  /** A proxy is to carry everything: its traffic is counted, and WebRTC kept from passing it by. */
  readonly proxied: boolean;
  /** Pages are focused and visible, whichever tab is in front. */
  readonly focus: boolean;
}

/** The browser is shown as it is. */
export const NO_OVERRIDES: Overrides = {
  hostHeaders: {},
  userAgent: null,
  acceptLanguage: null,
  locale: null,
  timezone: null,
  hardwareConcurrency: null,
  screen: null,
  window: null,
  viewport: null,
  fullscreen: false,
  hidesWebdriver: false,
  geolocation: null,
  proxied: false,
  focus: false,
};

export interface OverridesOptions {
  readonly level: StealthLevel;
  readonly asked: "auto" | FingerprintSpec;
  /** Asked for apart from a fingerprint. */
  readonly viewport: Viewport | null;
  readonly fullscreen: boolean;
  readonly fingerprint: Fingerprint;
  readonly host: HostBrowser;
  /** Where a proxy lets the traffic out; `null` without one. */
  readonly exit: ProxyExit | null;
  /** Other sessions use the browser too: its screen is not this session's to change. */
  readonly sharesBrowser: boolean;
}

/**
 * Only what differs from the browser itself: an override that says what is true anyway costs a command on every
 * target, and may leave a trace. At `none` only what the caller named; else the whole fingerprint.
 */
export function planOverrides(options: OverridesOptions): Overrides {
  const { level, asked, viewport, fullscreen, fingerprint, host, exit, sharesBrowser } = options;
  const named = asked === "auto" ? {} : asked;
  const all = level !== "none";
  const differs = all || named.userAgent !== undefined || named.platform !== undefined;
  const { userAgent, platform, metadata } = fingerprint;
  const isHosts = userAgent === host.userAgent && platform === host.platform;
  const showsAnother = differs && !(isHosts && hasHintsOf(metadata, host));
  const locale = (all || named.locale !== undefined) && fingerprint.locale !== host.locale ? fingerprint.locale : null;
  const zone = (all || named.timezone !== undefined) && fingerprint.timezone !== host.timezone;
  const cores = all && fingerprint.hardwareConcurrency !== host.hardwareConcurrency;
  const wanted = viewport ?? named.viewport ?? null;
  // A window in fullscreen mode is as large as its screen; beside a task bar Chromium makes it smaller now and then.
  const { width, height } = (fullscreen ? wanted : null) ?? fingerprint.screen;
  const availHeight = fullscreen ? height : fingerprint.screen.availHeight;
  return {
    hostHeaders: host.headers,
    userAgent: showsAnother ? { userAgent, platform, metadata, isHosts } : null,
    acceptLanguage: locale === null ? null : fingerprint.acceptLanguage,
    locale,
    timezone: zone ? fingerprint.timezone : null,
    hardwareConcurrency: cores ? fingerprint.hardwareConcurrency : null,
    screen: (all || fullscreen) && !sharesBrowser ? { width, height, availHeight } : null,
    window: all && wanted === null && !fullscreen ? windowOn(fingerprint.screen) : null,
    viewport: fullscreen ? null : wanted,
    fullscreen,
    hidesWebdriver: all && host.webdriver,
    geolocation: all ? placeOf(exit) : null,
    proxied: exit !== null,
    focus: all,
  };
}

/** Whether the browser gives these hints by itself. */
function hasHintsOf(hints: ClientHints, host: HostBrowser): boolean {
  const { brands, fullVersionList, platformVersion, architecture, bitness } = hints;
  return (
    textOf(brands) === textOf(host.brands) &&
    textOf(fullVersionList) === textOf(host.fullVersionList) &&
    platformVersion === host.platformVersion &&
    architecture === host.architecture &&
    bitness === host.bitness
  );
}

const textOf = (brands: readonly BrandVersion[]): string =>
  brands.map(({ brand, version }) => `${brand} ${version}`).join();

/** An address is known to a city at best; browsers on desktops say some ten metres, from the networks around. */
const ACCURACY_M = 25;

const placeOf = (exit: ProxyExit | null): Overrides["geolocation"] =>
  exit === null || exit.latitude === null || exit.longitude === null
    ? null
    : { latitude: exit.latitude, longitude: exit.longitude, accuracy: ACCURACY_M };

/** Nobody has to maximise a window on a large screen, and every pixel costs memory and the time of a screenshot. */
const LARGEST_WINDOW: Viewport = { width: 1920, height: 1040 };

/** A window as people have it: the whole screen, or most of a large one. */
const windowOn = ({ availWidth, availHeight }: Fingerprint["screen"]): Viewport => ({
  width: Math.min(availWidth, LARGEST_WINDOW.width),
  height: Math.min(availHeight, LARGEST_WINDOW.height),
});

/** Whether there is anything to do at all. */
export function isEmpty({ hostHeaders: _unused, ...overrides }: Overrides): boolean {
  return Object.values(overrides).every((value) => value === null || value === false);
}
