import type { DownloadStore } from "../accounts/download-store.ts";
import type { ProfileVault } from "../accounts/profile-vault.ts";
import type { ProfileVersionStore } from "../accounts/profile-version-store.ts";
import type { ProxyPoolStore } from "../accounts/proxy-pool-store.ts";
import type { RecordingArchive } from "../accounts/recording-archive.ts";
import type { RecordingStore } from "../accounts/recording-store.ts";
import type { SignedLinks } from "../accounts/signed-links.ts";
import type { SessionEnd, StatusReport } from "../accounts/session-slots.ts";
import type { CaptchaSolver } from "../capabilities/captcha/captcha-solver.ts";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { ExtensionSource } from "../domain/extension.ts";
import type { FeatureName } from "../domain/session-spec.ts";
import type { BrowserEngine } from "../engines/engine.ts";
import type { Analytics } from "../observability/analytics.ts";
import type { Logger } from "../observability/logger.ts";
import type { Blocklists } from "./blocklists.ts";
import type { KnownExtensionSupport } from "./known-extension-support.ts";
import type { KnownFingerprints } from "./known-fingerprints.ts";
import type { KnownHosts } from "./known-hosts.ts";
import type { KnownProxySupport } from "./known-proxy-support.ts";
import type { SecretDeps } from "./session-secrets.ts";
import type { SessionTiming } from "./timing.ts";

/** The session index, as far as a session writes to it. */
export interface SessionReports {
  recordStatus(report: StatusReport): Promise<boolean>;
  recordEnd(end: SessionEnd): Promise<boolean>;
}

/** Where recordings go, and what is in them. */
export interface RecordingDeps {
  readonly archive: Pick<RecordingArchive, "put" | "putPieces">;
  readonly store: Pick<RecordingStore, "save">;
  /** Headers whose values are not recorded, in lower case. */
  readonly redactedHeaders: ReadonlySet<string>;
  /** Bodies of requests and responses up to this size are recorded. */
  readonly maxBodyBytes: number;
  /** How long recordings are kept. */
  readonly retentionMs: number;
}

/** Where downloads go. */
export interface DownloadDeps {
  readonly archive: Pick<RecordingArchive, "upload">;
  readonly store: Pick<DownloadStore, "save">;
  readonly links: Pick<SignedLinks, "sign">;
  /** Larger files are not kept. */
  readonly maxBytes: number;
  /** How long they are kept. */
  readonly retentionMs: number;
}

/** What a session's Durable Object is given by the composition root. */
export interface SessionDeps {
  readonly engine: BrowserEngine;
  readonly reports: SessionReports;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly timing: SessionTiming;
  readonly analytics: Analytics;
  /** Shared by the sessions of an isolate. */
  readonly knownFingerprints: KnownFingerprints;
  /** The same, before anything is overridden. */
  readonly knownHosts: KnownHosts;
  /** Shared by the sessions of an isolate. */
  readonly knownProxySupport: KnownProxySupport;
  readonly proxyPools: Pick<ProxyPoolStore, "find" | "unseal">;
  readonly profiles: { readonly vault: ProfileVault; readonly versions: Pick<ProfileVersionStore, "commit"> };
  readonly recordings: RecordingDeps;
  readonly downloads: DownloadDeps;
  readonly secrets: SecretDeps;
  readonly extensions: ExtensionSource;
  /** No session of this deployment loads extensions into its browser: Berth plays the browser's part. */
  readonly extensionsAreEmulated: boolean;
  /** Shared by the sessions of an isolate. */
  readonly knownExtensionSupport: Pick<KnownExtensionSupport, "of">;
  /** `undefined` where the operator has set none up. */
  readonly captchaSolver: CaptchaSolver | undefined;
  /** Shared by the sessions of an isolate. */
  readonly blocklists: Blocklists;
  /** The secret that connect tokens are derived from. */
  readonly tokenSecret: string;
  /**
   * The CDP's own description, for `/json/protocol` (JSON, about 1 MB). It comes with the deployment: not every
   * browser has it, and a headless shell crashes when it is asked for it.
   */
  readonly protocol: () => Promise<Response>;
  /** The code that answers a page as Markdown, run in it. */
  readonly markdownScript: () => Promise<string>;
  /** The code that plays the browser's part for extensions, run in pages. */
  readonly extensionScript: () => Promise<string>;
  /** CDP clients that may be connected to the session at once. */
  readonly maxClients: number;
  readonly availableFeatures: ReadonlySet<FeatureName>;
}
