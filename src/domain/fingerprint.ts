export interface Brand {
  readonly brand: string;
  readonly version: string;
}
export interface UserAgentMetadata {
  readonly brands: readonly Brand[];
  readonly fullVersionList: readonly Brand[];
  readonly platform: string;
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
  readonly model: string;
  readonly mobile: boolean;
  readonly wow64: boolean;
  readonly formFactors: readonly string[];
}
export interface HostBrowser {
  readonly userAgent: string;
  readonly fullVersion: string;
  readonly platform: string;
  readonly locale: string;
  readonly timezone: string;
  readonly brands: readonly Brand[];
  readonly fullVersionList: readonly Brand[];
  readonly uaPlatform: string;
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
  readonly hardwareConcurrency: number;
  readonly deviceMemory: number;
  readonly webdriver: boolean;
}
export interface Fingerprint {
  readonly platform: "Win32" | "MacIntel" | "Linux x86_64";
  readonly userAgent: string;
  readonly metadata: UserAgentMetadata;
  readonly locale: string;
  readonly languages: readonly string[];
  readonly acceptLanguage: string;
  readonly timezone: string;
  readonly screen: {
    readonly width: number;
    readonly height: number;
    readonly availWidth: number;
    readonly availHeight: number;
    readonly devicePixelRatio: number;
  };
  readonly viewport: { readonly width: number; readonly height: number };
  readonly hardwareConcurrency: number;
  readonly contradictions: readonly string[];
}
