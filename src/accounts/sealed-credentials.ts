import type { IdSource } from "../domain/clock.ts";
import type { PoolCredentials } from "../domain/proxy-pool.ts";

/** A pool's credentials cannot be decrypted: the secret is another one than when they were stored. */
export class UnreadableCredentials extends Error {
  readonly poolId: string;

  constructor(poolId: string) {
    super(`The credentials of proxy pool ${poolId} cannot be read: they were stored under another BERTH_SECRET`);
    this.name = "UnreadableCredentials";
    this.poolId = poolId;
  }
}

/** Encrypts what pools' vendors take, so that a copy of the database is not a copy of the credentials. */
export interface CredentialSeal {
  /** Base64 of a fresh nonce and the ciphertext; it can be opened for the same pool only. */
  seal(poolId: string, credentials: PoolCredentials): Promise<string>;
  /** @throws {UnreadableCredentials} */
  unseal(poolId: string, sealed: string): Promise<PoolCredentials>;
}

export interface CredentialSealDeps {
  /** The Worker's BERTH_SECRET. */
  readonly secret: string;
  readonly ids: IdSource;
}

const KEY_INFO = "berth proxy pools v1";
const NONCE_BYTES = 12;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function createCredentialSeal({ secret, ids }: CredentialSealDeps): CredentialSeal {
  const parameters = (poolId: string, nonce: Uint8Array) => ({
    name: "AES-GCM",
    iv: nonce,
    additionalData: utf8(poolId),
  });
  return {
    async seal(poolId, { username, password }) {
      const nonce = ids.bytes(NONCE_BYTES);
      const clear = utf8(JSON.stringify({ username, password }));
      const key = await deriveKey(secret);
      const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(poolId, nonce), key, clear));
      return toBase64([...nonce, ...sealed]);
    },
    async unseal(poolId, sealed) {
      try {
        const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
        const [nonce, ciphertext] = [bytes.slice(0, NONCE_BYTES), bytes.slice(NONCE_BYTES)];
        const clear = await crypto.subtle.decrypt(parameters(poolId, nonce), await deriveKey(secret), ciphertext);
        // Authenticated: only `seal` can have written it.
        return JSON.parse(new TextDecoder().decode(clear)) as PoolCredentials;
      } catch {
        throw new UnreadableCredentials(poolId);
      }
    },
  };
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(KEY_INFO) };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const toBase64 = (bytes: readonly number[]): string => btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
