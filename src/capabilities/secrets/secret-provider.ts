import type { SecretItem } from "../../domain/secrets.ts";

/** Where secrets are kept. Nothing that it answers is kept longer than it is used. */
export interface SecretProvider {
  /**
   * The item by its name or id, in a vault by its name or id; `undefined` when there is none.
   *
   * @throws SecretsUnavailable when the store does not answer as it should.
   */
  item(vault: string, item: string): Promise<SecretItem | undefined>;
}

/** The store cannot be asked; the message holds no credential and no value. */
export class SecretsUnavailable extends Error {
  override readonly name = "SecretsUnavailable";
}
