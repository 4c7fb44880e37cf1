import type { IdSource } from "../domain/clock.ts";

/** Credentials cannot be decrypted: the secret is another one than when they were stored. */
export class UnreadableCredentials extends Error {
  /** Of whose they are. */
  readonly id: string;

  constructor(of: CredentialOwner, id: string) {
    super(`The credentials of ${of} ${id} cannot be read: they were stored under another BERTH_SECRET`);
    this.name = "UnreadableCredentials";
    this.id = id;
  }
}

/** What has credentials. */
export type CredentialOwner = "proxy pool" | "integration";

/** Encrypts what others take, so that a copy of the database is not a copy of the credentials. */
export interface CredentialSeal<Credentials> {
  /** Base64 of a fresh nonce and the ciphertext; it can be opened for the same owner only. */
  seal(id: string, credentials: Credentials): Promise<string>;
  /** @throws {UnreadableCredentials} */
  unseal(id: string, sealed: string): Promise<Credentials>;
}

export interface CredentialSealDeps {
  /** The Worker's BERTH_SECRET. */
  readonly secret: string;
  readonly ids: IdSource;
  readonly of: CredentialOwner;
}

/** Names of the keys: what was sealed for one kind of owner opens for no other. */
const KEY_INFO: Readonly<Record<CredentialOwner, string>> = {
  "proxy pool": "berth proxy pools v1",
  integration: "berth integrations v1",
};
const NONCE_BYTES = 12;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function createCredentialSeal<Credentials>({
  secret,
  ids,
  of,
}: CredentialSealDeps): CredentialSeal<Credentials> {
  const parameters = (id: string, nonce: Uint8Array) => ({ name: "AES-GCM", iv: nonce, additionalData: utf8(id) });
  return {
    async seal(id, credentials) {
      const nonce = ids.bytes(NONCE_BYTES);
      const clear = utf8(JSON.stringify(credentials));
      const key = await deriveKey(secret, KEY_INFO[of]);
      const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(id, nonce), key, clear));
      return toBase64([...nonce, ...sealed]);
    },
    async unseal(id, sealed) {
      try {
        const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
        const [nonce, ciphertext] = [bytes.slice(0, NONCE_BYTES), bytes.slice(NONCE_BYTES)];
        const clear = await crypto.subtle.decrypt(
          parameters(id, nonce),
          await deriveKey(secret, KEY_INFO[of]),
          ciphertext,
        );
        // Authenticated: only `seal` can have written it.
        return JSON.parse(new TextDecoder().decode(clear)) as Credentials;
      } catch {
        throw new UnreadableCredentials(of, id);
      }
    },
  };
}

async function deriveKey(secret: string, info: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const toBase64 = (bytes: readonly number[]): string => btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
