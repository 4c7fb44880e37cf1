import type { ExtensionStanding, ExtensionStore } from "../accounts/extension-store.ts";
import { unplayable } from "../domain/extension-refusal.ts";
import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { SessionSpec } from "../domain/session-spec.ts";

export interface ExtensionDeps {
  readonly extensions: Pick<ExtensionStore, "standings">;
  /** No session of this deployment loads extensions into its browser: Berth plays the browser's part. */
  readonly extensionsAreEmulated: boolean;
}

/** Those of a request, as asked; asks nothing for a request without any. `notFound` for the first that is missing. */
export async function askedExtensions(
  { extensions }: ExtensionDeps,
  { accountId }: Principal,
  { extensions: asked }: SessionSpec,
): Promise<Result<readonly ExtensionStanding[], Failure>> {
  if (asked.length === 0) return succeed([]);
  const existing = await extensions.standings(accountId, asked);
  const missing = asked.find((id) => existing.every((extension) => extension.id !== id));
  return missing === undefined ? succeed(existing) : fail({ kind: "notFound", what: "extension", id: missing });
}

/** The refusal of the first that would not run, where it is certain that no browser loads it. */
export function unplayableExtension(
  { extensionsAreEmulated }: ExtensionDeps,
  { proxy }: SessionSpec,
  asked: readonly ExtensionStanding[],
): Failure | undefined {
  if (!extensionsAreEmulated && proxy === null) return undefined;
  return asked.map(unplayable).find((refusal) => refusal !== undefined);
}
