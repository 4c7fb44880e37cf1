/** `navigator.platform` values that a session may show. */
export const DESKTOP_PLATFORMS = ["Win32", "MacIntel", "Linux x86_64"] as const;
export type DesktopPlatform = (typeof DESKTOP_PLATFORMS)[number];

/** How people, and `navigator.userAgentData.platform`, call each platform. */
export const OPERATING_SYSTEM = {
  Win32: "Windows",
  MacIntel: "macOS",
  "Linux x86_64": "Linux",
} as const satisfies Record<DesktopPlatform, string>;

/** One entry of `navigator.userAgentData.brands` or of the full version list. */
export interface BrandVersion {
  readonly brand: string;
  readonly version: string;
}

/** What is known of the browser itself, before any override; the same for every browser of one build. */
export interface HostBrowser {
  /** `navigator.userAgent`, maybe with `HeadlessChrome` in it. */
  readonly userAgent: string;
  /** `user-agent` and the `sec-ch-ua…` hints of a request that nothing was overridden for; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Such as `156.0.8078.79`. */
  readonly fullVersion: string;
  /** `navigator.platform`. */
  readonly platform: string;
  /** `navigator.language`. */
  readonly locale: string;
  /** IANA name. */
  readonly timezone: string;
  /** `navigator.userAgentData.brands`, in the browser's own order. */
  readonly brands: readonly BrandVersion[];
  /** `navigator.userAgentData.platform`. */
  readonly uaPlatform: string;
  // A browser that was given a user agent at its launch leaves these empty.
  readonly fullVersionList: readonly BrandVersion[];
  /** Empty on Linux. */
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
  /** Logical cores. */
  readonly hardwareConcurrency: number;
  /** GiB, as `navigator.deviceMemory` rounds it. */
  readonly deviceMemory: number;
  /** Whether `navigator.webdriver` is true. */
  readonly webdriver: boolean;
  /** Whether `window.open` answers `null` to a page that nobody has touched. */
  readonly blocksPopups: boolean;
}

/** Client hints, in the shape of CDP's `Emulation.UserAgentMetadata`. */
export interface ClientHints {
  readonly brands: readonly BrandVersion[];
  readonly fullVersionList: readonly BrandVersion[];
  readonly platform: string;
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
  readonly model: "";
  readonly mobile: false;
  readonly wow64: false;
  readonly formFactors: readonly ["Desktop"];
}

/** CSS pixels. The work area (`avail…`) is the screen without task bars and docks. */
export interface ScreenSize {
  readonly width: number;
  readonly height: number;
  readonly availWidth: number;
  readonly availHeight: number;
  readonly devicePixelRatio: number;
}

/** The identity that a session shows; fixed for its life. */
export interface Fingerprint {
  readonly platform: DesktopPlatform;
  readonly userAgent: string;
  readonly metadata: ClientHints;
  /** `navigator.language`. */
  readonly locale: string;
  /** `navigator.languages`: the locale, then its base language, as Chrome derives them. */
  readonly languages: readonly string[];
  /**
   * The languages with commas and without q values, as CDP's `Emulation.setUserAgentOverride` wants them: Chrome
   * puts the q values into the header itself, but adds no base language here.
   */
  readonly acceptLanguage: string;
  /** IANA name. */
  readonly timezone: string;
  readonly screen: ScreenSize;
  /** Inner size of the window in CSS pixels. */
  readonly viewport: { readonly width: number; readonly height: number };
  /** Logical cores. */
  readonly hardwareConcurrency: number;
  /** What a page can find that does not agree with the rest, in stable sentences; empty when all agrees. */
  readonly contradictions: readonly string[];
}
