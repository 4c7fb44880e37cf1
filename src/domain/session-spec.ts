/** Egress types of the two documents under one set of names (`anchor_proxy` is `datacenter`). */
export const PROXY_TYPES = ["residential", "datacenter", "isp", "mobile", "gov"] as const;
export type ProxyType = (typeof PROXY_TYPES)[number];

export const STEALTH_LEVELS = ["none", "standard", "max"] as const;
export type StealthLevel = (typeof STEALTH_LEVELS)[number];

/**
 * What clients hear of pages' consoles at stealth `max`: everything, which pages can notice; words only; or nothing.
 */
export const CONSOLE_CHOICES = ["all", "quiet", "off"] as const;
export type ConsoleChoice = (typeof CONSOLE_CHOICES)[number];

export type DialectName = "meshbrow" | "anchor";

/**
 * Features that a session may ask for. Each is either available in this deployment or refused by this
 * name; `GET` shows what is in force.
 */
export const FEATURES = [
  "proxy",
  "stealth",
  "fingerprint",
  "profile",
  "har",
  "screenshots",
  "video",
  "adblock",
  "popupBlocker",
  "captchaSolver",
  "headful",
  "viewport",
  "fullscreen",
  "p2pDownload",
  "extensions",
  "disableWebSecurity",
  "crossOriginSupport",
  "popupsAsTabs",
  "noDialogs",
  "pdfDownload",
  "secrets",
  "liveView",
] as const;
export type FeatureName = (typeof FEATURES)[number];

/** An egress drawn from the operator's pools. */
export interface PooledProxy {
  readonly type: ProxyType;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  /** Keep one exit for the whole session. */
  readonly sticky: boolean;
}

/** The caller's own proxy. The password must never leave the session. */
export interface CustomProxy {
  readonly type: "custom";
  /** `PROTOCOL://HOST:PORT` with http, https or socks5. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** What a caller asked the browser to look like; absent properties are derived to agree. */
export interface FingerprintSpec {
  readonly platform?: string;
  readonly userAgent?: string;
  readonly locale?: string;
  readonly timezone?: string;
  readonly viewport?: Viewport;
}

/** CSS pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** Which profile to load, and whether to save it at the end. */
export interface ProfileSpec {
  readonly by: "id" | "name";
  readonly value: string;
  readonly persist: boolean;
}

/** One external secret store that the session may draw from. */
export interface IntegrationSpec {
  readonly id: string;
  readonly type: "1PASSWORD";
  /** `"all"`, or the `op://vault/item/field` references that may be used. */
  readonly secrets: "all" | readonly string[];
}

/**
 * The canonical request: what both dialects parse into. Every default is resolved and every duration is
 * in milliseconds, so that nothing behind a dialect knows its units or its words.
 */
export interface SessionSpec {
  readonly dialect: DialectName;
  /** Hard end after creation; `null` for none. */
  readonly lifetimeMs: number | null;
  /** End after this long without a connection; `null` for never. */
  readonly idleMs: number | null;
  /** Opened before the first client attaches; `null` for a blank page. */
  readonly initialUrl: string | null;
  readonly proxy: PooledProxy | CustomProxy | null;
  readonly stealth: StealthLevel;
  /** Means something at stealth `max` only; at other levels clients hear everything. */
  readonly console: ConsoleChoice;
  readonly fingerprint: "auto" | FingerprintSpec;
  readonly profile: ProfileSpec | null;
  readonly recording: { readonly har: boolean; readonly screenshots: boolean; readonly video: boolean };
  readonly liveViewReadOnly: boolean;
  readonly adblock: boolean;
  readonly popupBlocker: boolean;
  readonly captchaSolver: boolean;
  readonly headless: boolean;
  readonly viewport: Viewport | null;
  readonly fullscreen: boolean;
  readonly p2pDownload: boolean;
  /** Ids of uploaded extensions. */
  readonly extensions: readonly string[];
  readonly disableWebSecurity: boolean;
  /** Pages may read what other origins answer, and show their documents in frames. */
  readonly crossOriginSupport: boolean;
  /** Windows that pages ask for with a size of their own open as tabs. */
  readonly popupsAsTabs: boolean;
  /** Pages' `alert`, `confirm`, `prompt` and `print` show nothing. */
  readonly noDialogs: boolean;
  /** PDFs are downloaded, not shown. */
  readonly pdfDownload: boolean;
  readonly integrations: readonly IntegrationSpec[];
  readonly tags: readonly string[];
}

/** A feature that the caller named, and where. Defaults are not asked for. */
export interface AskedFeature {
  readonly feature: FeatureName;
  /** Dotted path in the caller's own spelling. */
  readonly field: string;
}

/** What a dialect's parser answers. */
export interface RequestedSession {
  readonly spec: SessionSpec;
  /** Features switched on explicitly; each must be available or the request is refused by this field. */
  readonly asked: readonly AskedFeature[];
  /** The field that sets the lifetime, for messages about it. */
  readonly lifetimeField: string;
}
