import { waitUntil } from "cloudflare:workers";
import { createAccountStore } from "./accounts/account-store.ts";
import { createApiKeyStore } from "./accounts/api-key-store.ts";
import { createDownloadStore } from "./accounts/download-store.ts";
import { createPlanStore } from "./accounts/plan-store.ts";
import { createProfileStore } from "./accounts/profile-store.ts";
import { createProfileVault, type ProfileVault } from "./accounts/profile-vault.ts";
import { createProfileVersionStore } from "./accounts/profile-version-store.ts";
import { createProxyPoolStore, type ProxyPoolStore } from "./accounts/proxy-pool-store.ts";
import { createRecordingArchive } from "./accounts/recording-archive.ts";
import { createRecordingStore } from "./accounts/recording-store.ts";
import { probeSchema } from "./accounts/schema-probe.ts";
import { createSessionIndex } from "./accounts/session-index.ts";
import { createUsageLedger } from "./accounts/usage-ledger.ts";
import type { Clock, IdSource } from "./domain/clock.ts";
import type { AccountId, SessionId } from "./domain/ids.ts";
import type { EventHub } from "./domain/events.ts";
import { fail } from "./domain/result.ts";
import type { FeatureName } from "./domain/session-spec.ts";
import { createEngine } from "./engines/index.ts";
import { featuresWith } from "./features.ts";
import { createRateLimit } from "./http/rate-limit.ts";
import { createAnalytics } from "./observability/analytics.ts";
import { createLogger } from "./observability/logger.ts";
import { deleteExpiredDownloads } from "./service/download-deletion.ts";
import { createDownloadService } from "./service/download-service.ts";
import { createAccountService } from "./service/account-service.ts";
import { finishDeletions } from "./service/profile-deletion.ts";
import { createProfileService } from "./service/profile-service.ts";
import { deleteUnneededRecordings } from "./service/recording-deletion.ts";
import { createSignedLinks } from "./accounts/signed-links.ts";
import { createRecordingService } from "./service/recording-service.ts";
import { createProxyPoolService, type ProxyPoolService } from "./service/proxy-pool-service.ts";
import { createReconcile } from "./service/reconcile.ts";
import { createSessionService, type SessionService } from "./service/session-service.ts";
import type { RunningBrowsers } from "./service/stray-browsers.ts";
import { createTestPool, type TestPool } from "./service/test-pool.ts";
import { createUsageService } from "./service/usage-service.ts";
import { Blocklists } from "./session/blocklists.ts";
import { KnownFingerprints } from "./session/known-fingerprints.ts";
import { KnownHosts } from "./session/known-hosts.ts";
import { KnownProxySupport } from "./session/known-proxy-support.ts";
import type { SessionObject } from "./session/session-object.ts";
import { probeExit } from "./session/probe-exit.ts";
import type { DownloadDeps, RecordingDeps, SessionDeps } from "./session/session-deps.ts";
import { DEFAULT_TIMING } from "./session/timing.ts";
import {
  frameAncestorsOf,
  isOn,
  maxBodyBytesOf,
  maxClientsOf,
  maxDownloadBytesOf,
  redactedHeadersOf,
  retentionMsOf,
} from "./settings.ts";
import type { VideoQueueOptions } from "./video/video-queue.ts";

/** Shorter secrets can be guessed offline from one connect token. */
const MIN_SECRET_LENGTH = 32;

/** The only reader of the time. */
export const systemClock: Clock = { now: () => Date.now() };
const clock = systemClock;
const ids: IdSource = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
};
const logger = createLogger();
const knownFingerprints = new KnownFingerprints();
const knownHosts = new KnownHosts();
const knownProxySupport = new KnownProxySupport();
/** Assets are the same for every object of a deployment. */
let blocklists: Blocklists | undefined;

/** What this version and the deployment's engine have. */
function featuresOf(env: Cloudflare.Env): ReadonlySet<FeatureName> {
  return featuresWith({
    sharesBrowser: missingConfiguration(env) === undefined && engineOf(env).features.sharesBrowser,
  });
}

function engineOf(env: Cloudflare.Env) {
  return createEngine(env.ENGINE, {
    browser: env.BROWSER,
    cdpEndpoint: env.CDP_ENDPOINT,
    fetch: (url, init) => fetch(url, init),
  });
}

/** What a session's Durable Object works with. */
export function createSessionDeps(env: Cloudflare.Env): SessionDeps {
  return {
    engine: engineOf(env),
    reports: createSessionIndex({ database: env.DB }),
    clock,
    ids,
    logger,
    timing: DEFAULT_TIMING,
    analytics: createAnalytics({ dataset: env.ANALYTICS, logger }),
    knownFingerprints,
    knownHosts,
    knownProxySupport,
    proxyPools: poolStoreOf(env),
    profiles: { vault: vaultOf(env), versions: createProfileVersionStore({ database: env.DB, clock, ids }) },
    recordings: recordingsOf(env),
    downloads: downloadsOf(env),
    protocol: () => env.ASSETS.fetch("https://assets/devtools/protocol.json"),
    markdownScript: async () => (await env.ASSETS.fetch("https://assets/control/markdown.js")).text(),
    tokenSecret: env.BERTH_SECRET ?? "",
    maxClients: maxClientsOf(env),
    blocklists: (blocklists ??= new Blocklists((name) => readAsset(env, `adblock/${name}.bin`))),
    availableFeatures: featuresOf(env),
  };
}

/** @throws when this deployment has no such file. */
async function readAsset(env: Cloudflare.Env, path: string): Promise<Uint8Array> {
  const answer = await env.ASSETS.fetch(`https://assets/${path}`);
  if (!answer.ok) throw new Error(`the asset ${path} is missing (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** The newest first. */
const secretsOf = ({ BERTH_SECRET = "", BERTH_SECRET_PREVIOUS = "" }: Cloudflare.Env): readonly string[] => [
  BERTH_SECRET,
  ...BERTH_SECRET_PREVIOUS.split(/\r?\n/).filter((secret) => secret !== ""),
];

const vaultOf = (env: Cloudflare.Env): ProfileVault =>
  createProfileVault({ bucket: env.ARTIFACTS, ids, secrets: secretsOf(env) });

const recordingsOf = (env: Cloudflare.Env): RecordingDeps => ({
  archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
  store: createRecordingStore({ database: env.DB, clock }),
  redactedHeaders: redactedHeadersOf(env),
  maxBodyBytes: maxBodyBytesOf(env),
  retentionMs: retentionMsOf(env),
});

const downloadsOf = (env: Cloudflare.Env): DownloadDeps => ({
  archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
  store: createDownloadStore({ database: env.DB, clock }),
  links: createSignedLinks({ to: "download", secret: env.BERTH_SECRET ?? "", clock }),
  maxBytes: maxDownloadBytesOf(env),
  retentionMs: retentionMsOf(env),
});

function downloadParts(env: Cloudflare.Env, sessions: SessionService) {
  const archive = createRecordingArchive({ bucket: env.ARTIFACTS });
  const store = createDownloadStore({ database: env.DB, clock });
  return {
    downloads: createDownloadService({
      store,
      archive,
      links: createSignedLinks({ to: "download", secret: env.BERTH_SECRET ?? "", clock }),
      describe: (principal, sessionId) => sessions.describe(principal, sessionId),
    }),
    deleteExpiredDownloads: (): Promise<void> => deleteExpiredDownloads({ archive, store, logger }),
  };
}

function missingSecret(env: Cloudflare.Env): string | undefined {
  if ((env.BERTH_SECRET ?? "").length >= MIN_SECRET_LENGTH) return undefined;
  return `set the BERTH_SECRET secret of this deployment to ${MIN_SECRET_LENGTH} characters or more`;
}

const poolStoreOf = (env: Cloudflare.Env): ProxyPoolStore =>
  createProxyPoolStore({ database: env.DB, clock, ids, secret: env.BERTH_SECRET ?? "" });

function poolsOf(env: Cloudflare.Env): { proxyPools: ProxyPoolService; testPool: TestPool } {
  const missing = missingSecret(env);
  const pools = poolStoreOf(env);
  return {
    proxyPools: createProxyPoolService({
      pools,
      allowPrivateNetwork: isOn(env.ALLOW_PRIVATE_NETWORK),
      missingSecret: missing && `Credentials cannot be stored: ${missing}`,
    }),
    testPool: createTestPool({
      pools,
      probe: (upstream, exitCheckUrl) => probeExit({ engine: engineOf(env), clock }, upstream, exitCheckUrl),
      exitCheckUrl: env.EXIT_CHECK_URL,
    }),
  };
}

interface ProfileParts {
  readonly sessionObject: (id: SessionId) => SessionObject;
  readonly background: (work: Promise<void>) => void;
}

function profilesOf(env: Cloudflare.Env, parts: ProfileParts) {
  const stored = { database: env.DB, clock, ids };
  const profiles = createProfileStore(stored);
  const deps = { profiles, vault: vaultOf(env), logger };
  return {
    profiles: createProfileService({ ...deps, ...parts, versions: createProfileVersionStore(stored) }),
    finishDeletions: (): Promise<void> => finishDeletions(deps),
  };
}

/** What an account's videos are made with. */
export function createVideoDeps(env: Cloudflare.Env): Omit<VideoQueueOptions, "jobs"> {
  return {
    engine: engineOf(env),
    archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
    store: createRecordingStore({ database: env.DB, clock }),
    script: async () => (await env.ASSETS.fetch("https://assets/recordings/encoder.js")).text(),
    clock,
    logger,
  };
}

function recordingParts(env: Cloudflare.Env, sessions: SessionService, parts: ProfileParts) {
  const archive = createRecordingArchive({ bucket: env.ARTIFACTS });
  const store = createRecordingStore({ database: env.DB, clock });
  return {
    recordings: createRecordingService({
      ...parts,
      archive,
      store,
      links: createSignedLinks({ to: "recording", secret: env.BERTH_SECRET ?? "", clock }),
      describe: (principal, sessionId) => sessions.describe(principal, sessionId),
      videoMaker: (accountId) => env.VIDEOS.getByName(accountId),
      logger,
    }),
    deleteUnneededRecordings: (): Promise<void> => deleteUnneededRecordings({ archive, store, logger }),
  };
}

const egressOf = (env: Cloudflare.Env) => ({
  allowPrivateNetwork: isOn(env.ALLOW_PRIVATE_NETWORK),
  proxyPools: poolStoreOf(env),
  // An engine that is not set up has none: its sessions are refused for that.
  engineHasLocations: missingConfiguration(env) === undefined && engineOf(env).features.hasLocations,
  draw: (n: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % n,
  exitCheckUrl: env.EXIT_CHECK_URL,
});

/** What the operator has yet to set up before sessions can be created, in one sentence. */
function missingConfiguration(env: Cloudflare.Env): string | undefined {
  const missing = missingSecret(env);
  if (missing !== undefined) return `Sessions are off: ${missing}`;
  try {
    engineOf(env);
    return undefined;
  } catch (error) {
    return `Sessions are off: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Types say that these are there; a deployment's own configuration may say otherwise. */
const BINDINGS = ["DB", "ARTIFACTS", "SESSIONS", "RATE_LIMITS", "VIDEOS", "EVENTS", "ASSETS"] as const;

function missingBinding(env: Partial<Cloudflare.Env>): string | undefined {
  const missing = BINDINGS.filter((name) => env[name] === undefined);
  return missing.length === 0 ? undefined : `Missing from the Worker's configuration: ${missing.join(", ")}`;
}

const readinessOf = (env: Cloudflare.Env) => ({
  configuration: () => missingBinding(env) ?? missingConfiguration(env),
  database: () => probeSchema(env.DB),
});

/** Refuses every create of a deployment that is not set up, before anything is admitted. */
function whenConfigured(sessions: SessionService, missing: string | undefined): SessionService {
  if (missing === undefined) return sessions;
  const refuse = () => Promise.resolve(fail({ kind: "notConfigured", message: missing } as const));
  return { ...sessions, create: refuse };
}

/** An engine that is not set up fails when it is asked, not when the Worker starts. */
function browsersOf(env: Cloudflare.Env): RunningBrowsers {
  return {
    list: async () => engineOf(env).list(),
    close: async (browserId) => engineOf(env).resume(browserId).close(),
  };
}

const httpParts = (env: Cloudflare.Env) => ({
  eventHub: (accountId: AccountId): EventHub => env.EVENTS.getByName(accountId),
  adminToken: env.ADMIN_TOKEN,
  assets: env.ASSETS,
  readiness: readinessOf(env),
  frameAncestors: frameAncestorsOf(env),
});

const background = (work: Promise<void>): void => waitUntil(work);

/** What the Worker works with; also for the cron. */
export function createWorkerDeps(env: Cloudflare.Env) {
  const database = env.DB;
  const index = createSessionIndex({ database });
  const keys = createApiKeyStore({ database, clock, ids });
  const sessionObject = (id: SessionId) => env.SESSIONS.getByName(id);
  const usage = createUsageService({ index, ledger: createUsageLedger({ database }), clock });
  const service = createSessionService({
    index,
    profiles: createProfileStore({ database, clock, ids }),
    sessionObject,
    sessionDoor: sessionObject,
    availableFeatures: featuresOf(env),
    ...egressOf(env),
    clock,
    ids,
    logger,
    background,
  });
  return {
    ...profilesOf(env, { sessionObject, background }),
    ...recordingParts(env, service, { sessionObject, background }),
    ...downloadParts(env, service),
    reconcile: createReconcile({
      index,
      sessionObject,
      browsers: browsersOf(env),
      exclusiveBrowsers: isOn(env.EXCLUSIVE_BROWSERS),
      clock,
      logger,
    }),
    sessionObject,
    accountOf: async (apiKey: string): Promise<AccountId | undefined> => (await keys.authenticate(apiKey))?.accountId,
    keys,
    sessions: whenConfigured(service, missingConfiguration(env)),
    usage,
    accounts: createAccountService({
      accounts: createAccountStore({ database, clock, ids }),
      keys,
      plans: createPlanStore({ database }),
      usage,
    }),
    ...poolsOf(env),
    ...httpParts(env),
    rateLimit: createRateLimit({ limiterOf: (id) => env.RATE_LIMITS.getByName(id), clock, logger }),
    clock,
    ids,
    logger,
    background,
  };
}

export type WorkerDeps = ReturnType<typeof createWorkerDeps>;
