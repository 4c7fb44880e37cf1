import type { Extension, ExtensionPackage, ExtensionSource } from "../domain/extension.ts";
import type { AccountId } from "../domain/ids.ts";
import { createExtensionArchive, type ExtensionArchive } from "./extension-archive.ts";
import { createExtensionStore } from "./extension-store.ts";
import { openZipPackage } from "./zip-package.ts";

export interface ExtensionSourceDeps {
  readonly database: D1Database;
  readonly bucket: R2Bucket;
}

/** Where sessions find extensions: one question to D1, and one upload after the other from R2. */
export function createExtensionSource({ database, bucket }: ExtensionSourceDeps): ExtensionSource {
  const store = createExtensionStore({ database });
  const archive = createExtensionArchive({ bucket });
  return {
    async load(accountId, ids) {
      if (ids.length === 0) return [];
      const found = new Map((await store.findAll(accountId, ids)).map((each) => [each.id, each]));
      const packages: ExtensionPackage[] = [];
      for (const id of ids) {
        const extension = found.get(id);
        if (extension !== undefined) packages.push(await unpack(archive, accountId, extension));
      }
      return packages;
    },
  };
}

async function unpack(
  archive: ExtensionArchive,
  accountId: AccountId,
  { id, name, manifest, analysis }: Extension,
): Promise<ExtensionPackage> {
  const content = await archive.read(accountId, id);
  if (content === undefined) throw new Error(`what is in extension ${id} is gone`);
  const opened = openZipPackage(content);
  if (!opened.ok) throw new Error(`extension ${id} cannot be read: ${opened.failure}`);
  const files = new Map<string, Uint8Array>();
  for (const path of opened.value.paths) {
    const file = await opened.value.read(path);
    if (!file.ok) throw new Error(`extension ${id} cannot be read: ${file.failure}`);
    files.set(path, file.value);
  }
  return { id, name, manifest, analysis, files };
}
