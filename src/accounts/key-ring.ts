import type { IdSource } from "../domain/clock.ts";

/** The bytes cannot be read with any of the deployment's secrets, or are not what was sealed. */
export class UnreadableObject extends Error {
  override readonly name = "UnreadableObject";
}

/** AES-256-GCM under the newest of several secrets; what older ones sealed can be read until they are removed. */
export interface KeyRing {
  /** Names the key that new objects are sealed under. */
  currentId(): Promise<string>;
  /** @param context what the bytes are; they open for the same only. */
  seal(clear: Uint8Array, context: string): Promise<Uint8Array>;
  /** @throws {UnreadableObject} */
  open(sealed: Uint8Array, context: string): Promise<Uint8Array>;
}

export interface KeyRingOptions {
  /** The newest first. */
  readonly secrets: readonly string[];
  /** What the keys are for: those of one purpose open nothing of another. */
  readonly purpose: string;
  readonly ids: IdSource;
}

interface NamedKey {
  readonly id: string;
  readonly key: CryptoKey;
}

/** "BSO1": a sealed object of this form, the key's id, the nonce, the ciphertext. */
const MAGIC = Uint8Array.of(0x42, 0x53, 0x4f, 0x31);
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + NONCE_BYTES;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));

export function createKeyRing({ secrets, purpose, ids }: KeyRingOptions): KeyRing {
  let derived: Promise<readonly NamedKey[]> | undefined;
  const keys = (): Promise<readonly NamedKey[]> =>
    (derived ??= Promise.all(secrets.map((secret) => deriveKey(secret, purpose))));

  async function current(): Promise<NamedKey> {
    const [newest] = await keys();
    if (newest === undefined) throw new Error("there is no secret to seal with");
    return newest;
  }

  return {
    currentId: async () => (await current()).id,
    async seal(clear, context) {
      const { id, key } = await current();
      const nonce = ids.bytes(NONCE_BYTES);
      const parameters = { name: "AES-GCM", iv: nonce, additionalData: utf8(context) };
      const ciphertext = new Uint8Array(await crypto.subtle.encrypt(parameters, key, clear));
      const sealed = new Uint8Array(HEADER_BYTES + ciphertext.length);
      sealed.set(MAGIC);
      sealed.set(fromHex(id), MAGIC.length);
      sealed.set(nonce, MAGIC.length + KEY_ID_BYTES);
      sealed.set(ciphertext, HEADER_BYTES);
      return sealed;
    },
    async open(sealed, context) {
      if (MAGIC.some((byte, at) => sealed[at] !== byte)) throw new UnreadableObject("not a sealed object");
      const id = hex(sealed.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES));
      const found = (await keys()).find((each) => each.id === id);
      if (found === undefined)
        throw new UnreadableObject(`sealed under key ${id}, whose secret is not among those set`);
      const iv = sealed.subarray(MAGIC.length + KEY_ID_BYTES, HEADER_BYTES);
      const parameters = { name: "AES-GCM", iv, additionalData: utf8(context) };
      try {
        return new Uint8Array(await crypto.subtle.decrypt(parameters, found.key, sealed.subarray(HEADER_BYTES)));
      } catch {
        throw new UnreadableObject("damaged, or another object's content");
      }
    },
  };
}

async function deriveKey(secret: string, purpose: string): Promise<NamedKey> {
  const material = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey", "deriveBits"]);
  const hkdf = (info: string) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) });
  const usage = ["encrypt", "decrypt"];
  const [key, id] = await Promise.all([
    crypto.subtle.deriveKey(hkdf(purpose), material, { name: "AES-GCM", length: 256 }, false, usage),
    crypto.subtle.deriveBits(hkdf(`${purpose} key id`), material, KEY_ID_BYTES * 8),
  ]);
  return { key, id: hex(new Uint8Array(id)) };
}
