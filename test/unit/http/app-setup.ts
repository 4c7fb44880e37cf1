import { createDownloadStore } from "../../../src/accounts/download-store.ts";
import { createDownloadService } from "../../../src/service/download-service.ts";
import { env } from "cloudflare:workers";
import { createAccountStore } from "../../../src/accounts/account-store.ts";
import { createApiKeyStore } from "../../../src/accounts/api-key-store.ts";
import { createPlanStore } from "../../../src/accounts/plan-store.ts";
import { createProfileStore } from "../../../src/accounts/profile-store.ts";
import { createProfileVault } from "../../../src/accounts/profile-vault.ts";
import { createProfileVersionStore } from "../../../src/accounts/profile-version-store.ts";
import { createRecordingArchive } from "../../../src/accounts/recording-archive.ts";
import { createRecordingStore } from "../../../src/accounts/recording-store.ts";
import { createSignedLinks } from "../../../src/accounts/signed-links.ts";
import { createRecordingService } from "../../../src/service/recording-service.ts";
import { createProfileService } from "../../../src/service/profile-service.ts";
import { createProxyPoolStore } from "../../../src/accounts/proxy-pool-store.ts";
import { createIntegrationStore } from "../../../src/accounts/integration-store.ts";
import { createSecretUseStore } from "../../../src/accounts/secret-use-store.ts";
import { createIntegrationService } from "../../../src/service/integration-service.ts";
import { createExtensionArchive } from "../../../src/accounts/extension-archive.ts";
import { createExtensionStore } from "../../../src/accounts/extension-store.ts";
import { createExtensionService } from "../../../src/service/extension-service.ts";
import { createUsageLedger } from "../../../src/accounts/usage-ledger.ts";
import { DIALECTS, selectDialect } from "../../../src/dialects/index.ts";
import type { AppDeps } from "../../../src/http/app.ts";
import { createApp } from "../../../src/http/app.ts";
import type { RateLimiterObject, RateWindow } from "../../../src/http/rate-limit.ts";
import { createRateLimit, takeFrom } from "../../../src/http/rate-limit.ts";
import { createAccountService } from "../../../src/service/account-service.ts";
import { createProxyPoolService } from "../../../src/service/proxy-pool-service.ts";
import { createTestPool } from "../../../src/service/test-pool.ts";
import { createReconcile } from "../../../src/service/reconcile.ts";
import { createUsageService } from "../../../src/service/usage-service.ts";
import { createTenant, cryptoIds } from "../accounts/tenant.ts";
import type { ServiceOptions } from "../service/fake-sessions.ts";
import { createServiceSetup } from "../service/fake-sessions.ts";

export const ADMIN_TOKEN = "operator-token-for-tests";
const ORIGIN = "https://berth.example";

/** A limiter in memory, with the real arithmetic. */
const SECRET = "a secret of the test, long enough";

class FakeLimiter implements RateLimiterObject {
  #window: RateWindow | undefined;

  async take(limit: number, now: number) {
    const { window, answer } = takeFrom(this.#window, limit, now);
    this.#window = window;
    return answer;
  }
}

/** The app on real D1 with real dialects, fake session objects and a tenant of its own. */
export async function createAppSetup(changes: Partial<AppDeps> = {}, options: ServiceOptions = {}) {
  const { service, index, clock, sessions, logger } = await createServiceSetup(options);
  const stores = { database: env.DB, clock, ids: cryptoIds };
  const keys = createApiKeyStore(stores);
  const usage = createUsageService({ index, ledger: createUsageLedger(stores), clock });
  const limiters = new Map<string, FakeLimiter>();
  const limiterOf = (accountId: string): FakeLimiter => {
    const limiter = limiters.get(accountId) ?? new FakeLimiter();
    limiters.set(accountId, limiter);
    return limiter;
  };
  const works: Promise<void>[] = [];
  const vault = createProfileVault({ bucket: env.ARTIFACTS, ids: cryptoIds, secrets: [SECRET] });
  const app = createApp({
    dialects: DIALECTS,
    selectDialect,
    installers: [],
    keys,
    sessions: service,
    eventHub: (accountId) => env.EVENTS.getByName(accountId),
    integrations: createIntegrationService({
      integrations: createIntegrationStore({ ...stores, secret: SECRET }),
      uses: createSecretUseStore(stores),
      allowPrivateNetwork: false,
      hasServiceAccounts: false,
      missingSecret: undefined,
    }),
    extensions: createExtensionService({
      ...stores,
      extensions: createExtensionStore(stores),
      archive: createExtensionArchive({ bucket: env.ARTIFACTS }),
    }),
    profiles: createProfileService({
      profiles: createProfileStore(stores),
      versions: createProfileVersionStore(stores),
      vault,
      sessionObject: (id) => sessions.object(id),
      logger,
      background: (work) => void works.push(work),
    }),
    downloads: createDownloadService({
      store: createDownloadStore(stores),
      archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
      links: createSignedLinks({ to: "download", secret: SECRET, clock }),
      describe: (principal, id) => service.describe(principal, id),
    }),
    recordings: createRecordingService({
      store: createRecordingStore(stores),
      archive: createRecordingArchive({ bucket: env.ARTIFACTS }),
      links: createSignedLinks({ to: "recording", secret: SECRET, clock }),
      describe: (principal, sessionId) => service.describe(principal, sessionId),
      sessionObject: (id) => sessions.object(id),
      videoMaker: () => ({ make: () => Promise.resolve({ status: "failed", detail: "no videos here" }) }),
      logger,
      background: (work) => void works.push(work),
    }),
    usage,
    accounts: createAccountService({
      accounts: createAccountStore(stores),
      keys,
      plans: createPlanStore(stores),
      usage,
    }),
    reconcile: createReconcile({
      index,
      sessionObject: (id) => sessions.object(id),
      browsers: { list: async () => [], close: async () => undefined },
      exclusiveBrowsers: true,
      clock,
      logger,
    }),
    proxyPools: createProxyPoolService({
      pools: createProxyPoolStore({ ...stores, secret: env.BERTH_SECRET ?? "" }),
      allowPrivateNetwork: false,
      missingSecret: undefined,
    }),
    testPool: createTestPool({
      pools: createProxyPoolStore({ ...stores, secret: "a secret of the test, long enough" }),
      probe: () => Promise.reject(new Error("no browser in this test")),
      exitCheckUrl: undefined,
    }),
    adminToken: ADMIN_TOKEN,
    rateLimit: createRateLimit({ limiterOf, clock, logger }),
    clock,
    ids: cryptoIds,
    logger,
    background: (work) => void works.push(work),
    ...changes,
  });
  const { key, principal } = await createTenant(options.limits, clock);
  const request = async (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(`${ORIGIN}${path}`, init));
  /** Waits for everything handed to the background. */
  const settle = async () => void (await Promise.all(works));
  return { request, key: key.key, apiKeyId: key.id, principal, keys, clock, logger, sessions, vault, settle };
}

export const meshbrowAuth = (key: string) => ({ authorization: `Bearer ${key}` });
export const anchorAuth = (key: string) => ({ "anchor-api-key": key });

/** Both ways to show a key: every shared rule holds for both. */
export const CREDENTIALS = [
  ["meshbrow", meshbrowAuth],
  ["anchor", anchorAuth],
] as const;
