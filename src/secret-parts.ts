import { createIntegrationStore, type IntegrationStore } from "./accounts/integration-store.ts";
import { createSecretUseStore } from "./accounts/secret-use-store.ts";
import { ConnectProvider } from "./capabilities/secrets/connect-provider.ts";
import type { SecretProvider } from "./capabilities/secrets/secret-provider.ts";
import { ServiceAccountProvider, type ServiceAccountWorker } from "./capabilities/secrets/service-account-provider.ts";
import type { Clock, IdSource } from "./domain/clock.ts";
import type { IntegrationCredentials } from "./domain/secrets.ts";
import { createIntegrationService, type IntegrationService } from "./service/integration-service.ts";
import type { SecretDeps } from "./session/session-secrets.ts";

/** What secrets stand on. */
export interface SecretBindings {
  readonly database: D1Database;
  /** `undefined` in a deployment without one. */
  readonly serviceAccounts: ServiceAccountWorker | undefined;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The Worker's BERTH_SECRET. */
  readonly secret: string;
}

/** What a session fills in is found with. */
export function createSecretDeps(bindings: SecretBindings): SecretDeps {
  const store = createIntegrationStore(bindings);
  return {
    credentials: (accountId, id) => store.credentials(accountId, id),
    provider: (credentials) => providerOf(bindings, credentials),
    uses: createSecretUseStore(bindings),
  };
}

function providerOf({ serviceAccounts }: SecretBindings, credentials: IntegrationCredentials): SecretProvider {
  if (credentials.kind === "connect") {
    const { host, token } = credentials;
    return new ConnectProvider({ host, token, fetch: (url, init) => fetch(url, init) });
  }
  if (serviceAccounts === undefined) throw new Error("this deployment has no Worker for service accounts");
  return new ServiceAccountProvider(serviceAccounts, credentials.token);
}

/** Integrations, for the dialects and for creates that name them. */
export function createIntegrationParts(
  bindings: SecretBindings,
  limits: { readonly allowPrivateNetwork: boolean; readonly missingSecret: string | undefined },
): { readonly store: IntegrationStore; readonly service: IntegrationService } {
  const store = createIntegrationStore(bindings);
  const hasServiceAccounts = bindings.serviceAccounts !== undefined;
  const uses = createSecretUseStore(bindings);
  const service = createIntegrationService({ integrations: store, uses, hasServiceAccounts, ...limits });
  return { store, service };
}
