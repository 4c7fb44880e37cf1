import type { IdSource } from "../domain/clock.ts";
import type { ProfileId } from "../domain/ids.ts";
import { MAX_PROFILE_SIZE } from "../domain/profile.ts";
import { type ContentPart, type ProfileManifest, sizeOf, type StagedVersion } from "../domain/profile-content.ts";
import { createKeyRing, UnreadableObject } from "./key-ring.ts";

/** The content is larger than a profile may be. */
export class ProfileTooLarge extends Error {
  override readonly name = "ProfileTooLarge";

  constructor() {
    super(`the profile would be larger than ${MAX_PROFILE_SIZE / 1_000_000} MB`);
  }
}

/** One save on its way: objects that nobody refers to before it is finished and committed. */
export interface Staging {
  /**
   * Stores the text, unless it is what an earlier part holds.
   *
   * @throws {ProfileTooLarge}
   */
  put(text: string, earlier?: ContentPart): Promise<ContentPart>;
  /**
   * Takes over what an earlier version holds, under the newest key.
   *
   * @throws {ProfileTooLarge} {@link UnreadableObject}
   */
  keep(part: ContentPart): Promise<ContentPart>;
  finish(manifest: ProfileManifest): Promise<StagedVersion>;
  /** Removes what it has put. */
  abandon(): Promise<void>;
}

/** What profiles hold: objects in R2, compressed and encrypted, each readable under its own name only. */
export interface ProfileVault {
  /** @throws {UnreadableObject} when it is not there, or cannot be decrypted. */
  readManifest(key: string): Promise<ProfileManifest>;
  /** @throws {UnreadableObject} when it is not there, or cannot be decrypted. */
  read(part: ContentPart): Promise<string>;
  stage(profileId: ProfileId): Staging;
  remove(keys: readonly string[]): Promise<void>;
  /** Removes every object of a profile, of unfinished saves too. */
  removeAll(profileId: ProfileId): Promise<void>;
}

export interface ProfileVaultDeps {
  readonly bucket: R2Bucket;
  readonly ids: IdSource;
  /** The Worker's BERTH_SECRET, and those before it. */
  readonly secrets: readonly string[];
}

/** R2 deletes this many at once. */
const DELETE_BATCH = 1000;
const prefixOf = (profileId: ProfileId): string => `profiles/${profileId}/`;

async function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Response(bytes).body?.pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function createProfileVault({ bucket, ids, secrets }: ProfileVaultDeps): ProfileVault {
  const ring = createKeyRing({ secrets, purpose: "berth profiles v1", ids });

  async function write(key: string, text: string): Promise<void> {
    const packed = await through(new TextEncoder().encode(text), new CompressionStream("gzip"));
    await bucket.put(key, await ring.seal(packed, key));
  }

  async function load(key: string): Promise<string> {
    const object = await bucket.get(key);
    if (object === null) throw new UnreadableObject("the object is not there");
    const packed = await ring.open(new Uint8Array(await object.arrayBuffer()), key);
    return new TextDecoder().decode(await through(packed, new DecompressionStream("gzip")));
  }

  async function remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_BATCH) await bucket.delete(keys.slice(at, at + DELETE_BATCH));
  }

  return {
    // Authenticated: only `finish` can have written it.
    readManifest: async (key) => JSON.parse(await load(key)) as ProfileManifest,
    read: ({ key }) => load(key),
    stage: (profileId) => {
      const prefix = `${prefixOf(profileId)}${ids.uuid()}/`;
      const owns = (key: string): boolean => key.startsWith(prefixOf(profileId));
      return createStaging({ prefix, owns, keyId: () => ring.currentId(), write, load, remove });
    },
    remove,
    async removeAll(profileId) {
      const prefix = prefixOf(profileId);
      for (;;) {
        const { objects } = await bucket.list({ prefix, limit: DELETE_BATCH });
        if (objects.length === 0) return;
        await bucket.delete(objects.map(({ key }) => key));
      }
    },
  };
}

interface StagingOptions {
  readonly prefix: string;
  /** Whether an object is the profile's: another one's goes when that profile is deleted. */
  readonly owns: (key: string) => boolean;
  readonly keyId: () => Promise<string>;
  readonly write: (key: string, text: string) => Promise<void>;
  readonly load: (key: string) => Promise<string>;
  readonly remove: (keys: readonly string[]) => Promise<void>;
}

async function digestOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function createStaging({ prefix, owns, keyId, write, load, remove }: StagingOptions): Staging {
  const own: string[] = [];
  let total = 0;

  function count(size: number): void {
    total += size;
    if (total > MAX_PROFILE_SIZE) throw new ProfileTooLarge();
  }

  async function store(name: string, text: string): Promise<string> {
    const key = prefix + name;
    // Before it is written: `abandon` must find what a failed write may have left.
    own.push(key);
    await write(key, text);
    return key;
  }

  const canKeep = async (part: ContentPart): Promise<boolean> => owns(part.key) && part.keyId === (await keyId());

  return {
    async put(text, earlier) {
      count(text.length);
      const digest = await digestOf(text);
      if (earlier?.digest === digest && (await canKeep(earlier))) return earlier;
      return { key: await store(String(own.length), text), keyId: await keyId(), size: text.length, digest };
    },
    async keep(part) {
      count(part.size);
      if (await canKeep(part)) return part;
      const key = await store(String(own.length), await load(part.key));
      return { ...part, key, keyId: await keyId() };
    },
    async finish(manifest) {
      const text = JSON.stringify(manifest);
      count(text.length);
      const manifestKey = await store("manifest", text);
      const parts = manifest.origins.flatMap((origin) => origin.parts);
      return {
        manifestKey,
        cookieCount: manifest.cookies.length,
        storageOrigins: manifest.origins.map(({ origin }) => origin),
        size: text.length + manifest.origins.reduce((sum, origin) => sum + sizeOf(origin), 0),
        objects: [manifestKey, ...parts.map(({ key }) => key)],
      };
    },
    abandon: () => remove(own),
  };
}
