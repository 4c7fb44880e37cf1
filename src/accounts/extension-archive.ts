import type { AccountId } from "../domain/ids.ts";

/** The uploads themselves: R2, below `extensions/`. */
export interface ExtensionArchive {
  put(accountId: AccountId, id: string, content: Uint8Array): Promise<void>;
  read(accountId: AccountId, id: string): Promise<Uint8Array | undefined>;
  remove(accountId: AccountId, id: string): Promise<void>;
}

const keyOf = (accountId: AccountId, id: string): string => `extensions/${accountId}/${id}.zip`;

export function createExtensionArchive({ bucket }: { readonly bucket: R2Bucket }): ExtensionArchive {
  return {
    async put(accountId, id, content) {
      await bucket.put(keyOf(accountId, id), content, { httpMetadata: { contentType: "application/zip" } });
    },
    read: async (accountId, id) => (await bucket.get(keyOf(accountId, id)))?.bytes(),
    remove: (accountId, id) => bucket.delete(keyOf(accountId, id)),
  };
}
