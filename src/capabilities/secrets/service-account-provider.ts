import type { SecretItem } from "../../domain/secrets.ts";
import { type SecretProvider, SecretsUnavailable } from "./secret-provider.ts";

/**
 * The Worker beside this one that speaks to 1Password for service accounts (workers/onepassword): its library is
 * larger than everything else together.
 */
export interface ServiceAccountWorker {
  item(token: string, vault: string, item: string): Promise<ServiceAccountAnswer>;
}

/** Plain data, so that it survives Workers RPC. */
export type ServiceAccountAnswer =
  | { readonly kind: "found"; readonly item: SecretItem }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly reason: string };

/** 1Password itself, with a service account's token. */
export class ServiceAccountProvider implements SecretProvider {
  readonly #worker: ServiceAccountWorker;
  readonly #token: string;

  constructor(worker: ServiceAccountWorker, token: string) {
    this.#worker = worker;
    this.#token = token;
  }

  async item(vault: string, item: string): Promise<SecretItem | undefined> {
    const answer = await this.#worker.item(this.#token, vault, item).catch((): ServiceAccountAnswer => {
      // The platform's own words could hold what was sent.
      return { kind: "refused", reason: "the Worker for service accounts does not answer" };
    });
    if (answer.kind === "refused") throw new SecretsUnavailable(answer.reason);
    return answer.kind === "found" ? answer.item : undefined;
  }
}
