import type { IntegrationStore, NewIntegration } from "../accounts/integration-store.ts";
import type { SecretUseStore } from "../accounts/secret-use-store.ts";
import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import { isPrivateHost } from "../domain/private-host.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { Integration, SecretUse } from "../domain/secrets.ts";

export type { NewIntegration } from "../accounts/integration-store.ts";

/** The secret stores of accounts. */
export interface IntegrationService {
  create(principal: Principal, integration: NewIntegration): Promise<Result<Integration, Failure>>;
  list(principal: Principal): Promise<readonly Integration[]>;
  find(principal: Principal, id: string): Promise<Result<Integration, Failure>>;
  /** Sessions that use it can fill in nothing more from it. */
  remove(principal: Principal, id: string): Promise<Result<{ readonly id: string }, Failure>>;
  /** What was done with its secrets, the newest first. */
  uses(principal: Principal, id: string): Promise<Result<readonly SecretUse[], Failure>>;
}

export interface IntegrationServiceDeps {
  readonly integrations: IntegrationStore;
  readonly uses: Pick<SecretUseStore, "ofIntegration">;
  /** Connect servers may be on this machine. */
  readonly allowPrivateNetwork: boolean;
  /** Whether this deployment has what service accounts need. */
  readonly hasServiceAccounts: boolean;
  /** What the operator has to do before credentials can be stored, in one sentence. */
  readonly missingSecret: string | undefined;
}

const MAX_INTEGRATIONS = 100;
const MAX_USES = 1000;

const noSuch = (id: string) => fail({ kind: "notFound", what: "integration", id } as const);

export function createIntegrationService(deps: IntegrationServiceDeps): IntegrationService {
  const { integrations, uses } = deps;
  return {
    async create({ accountId }, integration) {
      const refused = refusal(deps, integration);
      if (refused !== undefined) return fail(refused);
      if ((await integrations.list(accountId)).length >= MAX_INTEGRATIONS) {
        return fail({
          kind: "conflict",
          message: `The account has ${MAX_INTEGRATIONS} integrations: delete some first`,
        });
      }
      return succeed(await integrations.create(accountId, integration));
    },
    list: ({ accountId }) => integrations.list(accountId),
    async find({ accountId }, id) {
      const found = await integrations.find(accountId, id);
      return found === undefined ? noSuch(id) : succeed(found);
    },
    async remove({ accountId }, id) {
      return (await integrations.remove(accountId, id)) ? succeed({ id }) : noSuch(id);
    },
    async uses({ accountId }, id) {
      const found = await integrations.find(accountId, id);
      return found === undefined ? noSuch(id) : succeed(await uses.ofIntegration(accountId, id, MAX_USES));
    },
  };
}

function refusal(deps: IntegrationServiceDeps, { credentials }: NewIntegration): Failure | undefined {
  if (deps.missingSecret !== undefined) return { kind: "notConfigured", message: deps.missingSecret };
  if (credentials.kind === "serviceAccount") {
    if (deps.hasServiceAccounts) return undefined;
    const reason = "this deployment has no Worker for service accounts (docs/secrets.md)";
    return { kind: "unsupported", feature: "secrets", field: "credentials.type", reason };
  }
  const { protocol, hostname } = new URL(credentials.host);
  const isPrivate = isPrivateHost(hostname);
  const isRefused = !deps.allowPrivateNetwork && (isPrivate || protocol !== "https:");
  if (!isRefused) return undefined;
  const field = "credentials.data.host";
  const message = `${field} must be an https address on the internet`;
  return { kind: "invalidRequest", field, message };
}
