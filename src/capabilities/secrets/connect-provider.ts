import type { SecretField, SecretItem } from "../../domain/secrets.ts";
import { type SecretProvider, SecretsUnavailable } from "./secret-provider.ts";

export interface ConnectOptions {
  /** `https://HOST[:PORT]` of the Connect server. */
  readonly host: string;
  readonly token: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

const LIMIT_MS = 10_000;
/** 1Password's ids: 26 characters of base32 in lower case. */
const ID = /^[a-z0-9]{26}$/;

interface Named {
  readonly id: string;
}

/** As Connect's API answers an item (1Password, "Connect server API reference", `FullItem`). */
interface FullItem {
  readonly urls?: readonly { readonly href?: string }[];
  readonly fields?: readonly {
    readonly id: string;
    readonly label?: string;
    readonly purpose?: string;
    readonly value?: string;
    readonly totp?: string;
    readonly section?: { readonly id?: string };
  }[];
  readonly sections?: readonly { readonly id?: string; readonly label?: string }[];
}

/** A 1Password Connect server, over its REST API. */
export class ConnectProvider implements SecretProvider {
  readonly #options: ConnectOptions;

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  async item(vault: string, item: string): Promise<SecretItem | undefined> {
    const vaultId = ID.test(vault) ? vault : await this.#find("/v1/vaults", `name eq ${quoted(vault)}`);
    if (vaultId === undefined) return undefined;
    const items = `/v1/vaults/${vaultId}/items`;
    const itemId = ID.test(item) ? item : await this.#find(items, `title eq ${quoted(item)}`);
    if (itemId === undefined) return undefined;
    const found = await this.#ask<FullItem>(`${items}/${itemId}`);
    return found && toItem(found);
  }

  async #find(path: string, filter: string): Promise<string | undefined> {
    const found = await this.#ask<readonly Named[]>(`${path}?${new URLSearchParams({ filter }).toString()}`);
    const id = found?.[0]?.id;
    return id !== undefined && ID.test(id) ? id : undefined;
  }

  async #ask<Body>(path: string): Promise<Body | undefined> {
    const { host, token, fetch } = this.#options;
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    const answer = await fetch(new URL(path, host).href, {
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).catch(() => {
      // What the platform says of it may hold the address with its credentials.
      throw new SecretsUnavailable("the 1Password Connect server cannot be reached");
    });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new SecretsUnavailable(`the 1Password Connect server answered ${answer.status}`);
    return (await answer.json().catch(() => {
      throw new SecretsUnavailable("the 1Password Connect server answered something else than JSON");
    })) as Body;
  }
}

/** A string of SCIM's filter language (RFC 7644, 3.4.2.2). */
const quoted = (text: string): string => JSON.stringify(text);

const PURPOSES: Readonly<Record<string, SecretField["purpose"]>> = { USERNAME: "username", PASSWORD: "password" };

function toItem({ urls = [], fields = [], sections = [] }: FullItem): SecretItem {
  const labels = new Map(sections.map(({ id, label }) => [id, label]));
  return {
    urls: urls.flatMap(({ href }) => (href === undefined ? [] : [href])),
    fields: fields.map(({ id, label = "", purpose = "", value = "", totp, section }) => ({
      id,
      label,
      section: labels.get(section?.id) ?? section?.id ?? null,
      purpose: PURPOSES[purpose] ?? null,
      value,
      oneTimePassword: totp ?? null,
    })),
  };
}
