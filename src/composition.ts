import { waitUntil } from "cloudflare:workers";
import type { CaptchaSolver } from "./capabilities/captcha/captcha-solver.ts";
import { TaskService } from "./capabilities/captcha/task-service.ts";
import { createAccountStore } from "./accounts/account-store.ts";
import { createApiKeyStore } from "./accounts/api-key-store.ts";
import { createPlanStore } from "./accounts/plan-store.ts";
import { createProfileStore } from "./accounts/profile-store.ts";
import { createProfileVault, type ProfileVault } from "./accounts/profile-vault.ts";
import { createProfileVersionStore } from "./accounts/profile-version-store.ts";
import { createProxyPoolStore, type ProxyPoolStore } from "./accounts/proxy-pool-store.ts";
import { probeSchema } from "./accounts/schema-probe.ts";
import { createSessionIndex } from "./accounts/session-index.ts";
import { createUsageLedger } from "./accounts/usage-ledger.ts";
import type { AccountId, SessionId } from "./domain/ids.ts";
import type { EventHub } from "./domain/events.ts";
import { fail } from "./domain/result.ts";
import type { FeatureName } from "./domain/session-spec.ts";
import { downloadParts, downloadsOf, recordingParts, recordingsOf, type SessionReach } from "./artifacts.ts";
import { extensionServiceOf, extensionsForCreates, extensionsOf } from "./extension-parts.ts";
import { featuresWith } from "./features.ts";
import { engineOf, ids, logger, systemClock as clock } from "./platform.ts";
import { createRateLimit } from "./http/rate-limit.ts";
import { createAnalytics } from "./observability/analytics.ts";
import { createIntegrationParts, createSecretDeps, type SecretBindings } from "./secret-parts.ts";
import { type AccountServiceDeps, createAccountService } from "./service/account-service.ts";
import { finishDeletions } from "./service/profile-deletion.ts";
import { createProfileService } from "./service/profile-service.ts";
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
import { probeExit } from "./session/probe-exit.ts";
import type { SessionDeps } from "./session/session-deps.ts";
import { DEFAULT_TIMING } from "./session/timing.ts";
import { captchaServiceOf, frameAncestorsOf, isOn, maxClientsOf } from "./settings.ts";

/** Shorter secrets can be guessed offline from one connect token. */
const MIN_SECRET_LENGTH = 32;

const knownFingerprints = new KnownFingerprints();
const knownHosts = new KnownHosts();
const knownProxySupport = new KnownProxySupport();
/** Assets are the same for every object of a deployment. */
let blocklists: Blocklists | undefined;

const sharesBrowserOf = (env: Cloudflare.Env): boolean =>
  missingConfiguration(env) === undefined && engineOf(env).features.sharesBrowser;

/** What this version and the deployment's engine have. */
function featuresOf(env: Cloudflare.Env): ReadonlySet<FeatureName> {
  return featuresWith({ sharesBrowser: sharesBrowserOf(env), solvesCaptchas: captchaServiceOf(env) !== undefined });
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
    extensionScript: async () => (await env.ASSETS.fetch("https://assets/control/extension.js")).text(),
    tokenSecret: env.BERTH_SECRET ?? "",
    maxClients: maxClientsOf(env),
    secrets: createSecretDeps(secretBindings(env)),
    ...extensionsOf(env, sharesBrowserOf(env)),
    captchaSolver: captchaSolverOf(env),
    blocklists: (blocklists ??= new Blocklists((name) => readAsset(env, `adblock/${name}.bin`))),
    availableFeatures: featuresOf(env),
  };
}

function captchaSolverOf(env: Cloudflare.Env): CaptchaSolver | undefined {
  const service = captchaServiceOf(env);
  const pollMs = Number(env.CAPTCHA_POLL_MS ?? 0);
  const polling = pollMs > 0 ? { pollMs } : {};
  return service && new TaskService({ ...service, ...polling, fetch: (url, init) => fetch(url, init) });
}

const secretBindings = (env: Cloudflare.Env): SecretBindings => ({
  database: env.DB,
  serviceAccounts: (env as { ONEPASSWORD?: SecretBindings["serviceAccounts"] }).ONEPASSWORD,
  clock,
  ids,
  secret: env.BERTH_SECRET ?? "",
});

const integrationsOf = (env: Cloudflare.Env) =>
  createIntegrationParts(secretBindings(env), {
    allowPrivateNetwork: isOn(env.ALLOW_PRIVATE_NETWORK),
    missingSecret: missingSecretMessage(env),
  });

function missingSecretMessage(env: Cloudflare.Env): string | undefined {
  const missing = missingSecret(env);
  return missing && `Credentials cannot be stored: ${missing}`;
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

function missingSecret(env: Cloudflare.Env): string | undefined {
  if ((env.BERTH_SECRET ?? "").length >= MIN_SECRET_LENGTH) return undefined;
  return `set the BERTH_SECRET secret of this deployment to ${MIN_SECRET_LENGTH} characters or more`;
}

const poolStoreOf = (env: Cloudflare.Env): ProxyPoolStore =>
  createProxyPoolStore({ database: env.DB, clock, ids, secret: env.BERTH_SECRET ?? "" });

function poolsOf(env: Cloudflare.Env): { proxyPools: ProxyPoolService; testPool: TestPool } {
  const pools = poolStoreOf(env);
  return {
    proxyPools: createProxyPoolService({
      pools,
      allowPrivateNetwork: isOn(env.ALLOW_PRIVATE_NETWORK),
      missingSecret: missingSecretMessage(env),
    }),
    testPool: createTestPool({
      pools,
      probe: (upstream, exitCheckUrl) => probeExit({ engine: engineOf(env), clock }, upstream, exitCheckUrl),
      exitCheckUrl: env.EXIT_CHECK_URL,
    }),
  };
}

function profilesOf(env: Cloudflare.Env, parts: SessionReach) {
  const stored = { database: env.DB, clock, ids };
  const profiles = createProfileStore(stored);
  const deps = { profiles, vault: vaultOf(env), logger };
  return {
    profiles: createProfileService({ ...deps, ...parts, versions: createProfileVersionStore(stored) }),
    finishDeletions: (): Promise<void> => finishDeletions(deps),
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

const accountsOf = ({ DB: database }: Cloudflare.Env, parts: Pick<AccountServiceDeps, "keys" | "usage">) =>
  createAccountService({
    ...parts,
    accounts: createAccountStore({ database, clock, ids }),
    plans: createPlanStore({ database }),
  });

/** What the Worker works with; also for the cron. */
export function createWorkerDeps(env: Cloudflare.Env) {
  const database = env.DB;
  const index = createSessionIndex({ database });
  const keys = createApiKeyStore({ database, clock, ids });
  const sessionObject = (id: SessionId) => env.SESSIONS.getByName(id);
  const usage = createUsageService({ index, ledger: createUsageLedger({ database }), clock });
  const integrations = integrationsOf(env);
  const service = createSessionService({
    index,
    integrations: integrations.store,
    ...extensionsForCreates(env, sharesBrowserOf(env)),
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
    integrations: integrations.service,
    extensions: extensionServiceOf(env),
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
    accounts: accountsOf(env, { keys, usage }),
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
