import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createExtensionArchive } from "../../../src/accounts/extension-archive.ts";
import { createExtensionSource } from "../../../src/accounts/extension-source.ts";
import { createExtensionStore } from "../../../src/accounts/extension-store.ts";
import type { Extension } from "../../../src/domain/extension.ts";
import { extensionZip, MANIFEST } from "../../support/zip/extensions.ts";
import { createTenant } from "./tenant.ts";

const store = createExtensionStore({ database: env.DB });
const archive = createExtensionArchive({ bucket: env.ARTIFACTS });
const source = createExtensionSource({ database: env.DB, bucket: env.ARTIFACTS });

const anExtension = (changes: Partial<Extension> = {}): Extension => ({
  id: crypto.randomUUID(),
  name: "greeter",
  manifest: MANIFEST,
  analysis: { support: "full", unsupported: [], limits: [] },
  bytes: 3,
  createdAt: 1,
  updatedAt: 1,
  ...changes,
});

describe("an extension", () => {
  it("is kept as it is, and listed by its age", async ({ expect }) => {
    const { accountId } = (await createTenant()).principal;
    const analysis = { support: "unsupported", unsupported: ["chrome.cookies"], limits: ["a sentence"] } as const;
    const [younger, older] = [anExtension({ createdAt: 2, analysis }), anExtension()];
    for (const each of [younger, older]) expect(await store.add(accountId, each, 9)).toBe(true);
    expect(await store.list(accountId)).toEqual([older, younger]);
    expect(await store.find(accountId, younger.id)).toEqual(younger);
    expect(await store.standings(accountId, [younger.id, crypto.randomUUID()])).toEqual([
      { id: younger.id, name: "greeter", analysis },
    ]);
    expect(await store.count(accountId)).toBe(2);
  });

  it("is its account's alone", async ({ expect }) => {
    const [{ principal: owner }, { principal: stranger }] = [await createTenant(), await createTenant()];
    const extension = anExtension();
    await store.add(owner.accountId, extension, 9);
    await archive.put(owner.accountId, extension.id, await extensionZip());
    expect(await store.find(stranger.accountId, extension.id)).toBeUndefined();
    expect(await store.list(stranger.accountId)).toEqual([]);
    expect(await store.standings(stranger.accountId, [extension.id])).toEqual([]);
    expect(await source.load(stranger.accountId, [extension.id])).toEqual([]);
    expect(await store.remove(stranger.accountId, extension.id)).toBe(false);
    expect(await store.remove(owner.accountId, extension.id)).toBe(true);
    expect(await store.remove(owner.accountId, extension.id)).toBe(false);
  });

  it("finds room as often as there is, of a parallel burst", async ({ expect }) => {
    const { accountId } = (await createTenant()).principal;
    const added = await Promise.all(Array.from({ length: 7 }, () => store.add(accountId, anExtension(), 3)));
    expect(added.filter(Boolean)).toHaveLength(3);
  });
});

describe("a session", () => {
  it("is given the extensions in its order, with their files", async ({ expect }) => {
    const { accountId } = (await createTenant()).principal;
    const [first, second] = [anExtension({ name: "first" }), anExtension({ name: "second" })];
    for (const each of [first, second]) {
      await store.add(accountId, each, 9);
      await archive.put(accountId, each.id, await extensionZip({}, { "js/a.js": each.name }));
    }
    const loaded = await source.load(accountId, [second.id, crypto.randomUUID(), first.id]);
    expect(loaded.map(({ name, files }) => [name, new TextDecoder().decode(files.get("js/a.js"))])).toEqual([
      ["second", "second"],
      ["first", "first"],
    ]);
    expect([...(loaded[0]?.files.keys() ?? [])]).toEqual(["manifest.json", "js/a.js"]);
    expect(await source.load(accountId, [])).toEqual([]);
  });

  it("is told when what is in one is gone", async ({ expect }) => {
    const { accountId } = (await createTenant()).principal;
    const extension = anExtension();
    await store.add(accountId, extension, 9);
    await expect(source.load(accountId, [extension.id])).rejects.toThrow(
      `what is in extension ${extension.id} is gone`,
    );
  });
});
