import type { Principal } from "../domain/plan.ts";
import type { Logger } from "../observability/logger.ts";

/** A principal, and when its key was last seen before this request. */
export interface Caller extends Principal {
  readonly lastUsedAt: number | null;
}

/** Who holds a key; `ApiKeyStore` is one. */
export interface Authenticator {
  authenticate(key: string): Promise<Caller | undefined>;
  touch(caller: Caller): Promise<void>;
}

export interface AuthenticateDeps {
  readonly keys: Authenticator;
  readonly logger: Logger;
  /** Keeps work going after the response, as `waitUntil` does. */
  readonly background: (work: Promise<void>) => void;
}

/** One text for a missing, malformed, unknown and revoked key: an answer tells nothing about keys. */
export const UNAUTHORIZED = { kind: "unauthorized", message: "Missing or invalid API key" } as const;

/** The holder of a credential, whose use is noted after the response. */
export async function authenticate(deps: AuthenticateDeps, credential: string): Promise<Caller | undefined> {
  const { keys, logger, background } = deps;
  const caller = await keys.authenticate(credential);
  if (caller !== undefined) {
    background(
      keys.touch(caller).catch((error: unknown) => {
        logger.warn("api_key.not_touched", { apiKeyId: caller.apiKeyId, error });
      }),
    );
  }
  return caller;
}
