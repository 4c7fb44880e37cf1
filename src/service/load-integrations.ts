import type { IntegrationStore } from "../accounts/integration-store.ts";
import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import type { SessionSpec } from "../domain/session-spec.ts";

/** The first integration of a request that the account does not have; asks nothing for a request without any. */
export async function missingIntegration(
  { integrations }: { readonly integrations: Pick<IntegrationStore, "existing"> },
  { accountId }: Principal,
  { integrations: asked }: SessionSpec,
): Promise<Failure | undefined> {
  if (asked.length === 0) return undefined;
  const existing = await integrations.existing(
    accountId,
    asked.map(({ id }) => id),
  );
  const missing = asked.find(({ id }) => !existing.has(id));
  return missing && { kind: "notFound", what: "integration", id: missing.id };
}
