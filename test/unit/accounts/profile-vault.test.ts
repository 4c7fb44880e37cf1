import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createProfileVault } from "../../../src/accounts/profile-vault.ts";
import { newProfileId } from "../../../src/domain/ids.ts";
import { EMPTY_MANIFEST } from "../../../src/domain/profile-content.ts";
import { cryptoIds } from "./tenant.ts";

const OLD = "the secret of last year, long enough";
const NEW = "the secret of this year, long enough";
const vaultOf = (...secrets: string[]) => createProfileVault({ bucket: env.ARTIFACTS, ids: cryptoIds, secrets });
const keysOf = async (prefix: string) => (await env.ARTIFACTS.list({ prefix })).objects.map(({ key }) => key);

describe("a profile's objects", () => {
  it("hold what was put there, encrypted", async ({ expect }) => {
    const vault = vaultOf(NEW);
    const id = newProfileId(cryptoIds);
    const staging = vault.stage(id);
    const text = `{"local":[["name","ключ 🔑"]]}\n`;
    const part = await staging.put(text);
    const cookies = [{ name: "a", value: "b", domain: "c.test", path: "/", expires: -1, httpOnly: true, secure: true }];
    const manifest = { ...EMPTY_MANIFEST, cookies, origins: [{ origin: "https://c.test", parts: [part] }] };
    const staged = await staging.finish(manifest);
    expect(staged).toMatchObject({ cookieCount: 1, storageOrigins: ["https://c.test"] });
    expect(staged.objects.toSorted()).toEqual((await keysOf(`profiles/${id}/`)).toSorted());
    expect(await vault.read(part)).toBe(text);
    expect(await vault.readManifest(staged.manifestKey)).toEqual(manifest);
    for (const key of staged.objects) {
      const stored = await (await env.ARTIFACTS.get(key))?.text();
      expect(stored).not.toContain("c.test");
    }
  });

  it("are kept by later saves that hold the same, and sealed anew under a new secret", async ({ expect }) => {
    const id = newProfileId(cryptoIds);
    const first = await vaultOf(OLD).stage(id).put("the same text");
    expect(await vaultOf(OLD).stage(id).put("the same text", first)).toEqual(first);
    expect((await vaultOf(OLD).stage(id).put("another text", first)).key).not.toBe(first.key);
    expect(await vaultOf(OLD).stage(id).keep(first)).toEqual(first);
    const rotated = await vaultOf(NEW, OLD).stage(id).keep(first);
    expect(rotated.key).not.toBe(first.key);
    expect(await vaultOf(NEW).read(rotated)).toBe("the same text");
    await expect(vaultOf(NEW).read(first)).rejects.toThrow("whose secret is not among those set");
  });

  it("are copied for another profile: each one's go with it alone", async ({ expect }) => {
    const vault = vaultOf(NEW);
    const [one, other] = [newProfileId(cryptoIds), newProfileId(cryptoIds)];
    const part = await vault.stage(one).put("a text");
    const copy = await vault.stage(other).keep(part);
    await vault.removeAll(one);
    expect(await keysOf(`profiles/${one}/`)).toEqual([]);
    expect(await vault.read(copy)).toBe("a text");
    await expect(vault.read(part)).rejects.toThrow("the object is not there");
  });

  it("are gone when the save that put them is given up", async ({ expect }) => {
    const vault = vaultOf(NEW);
    const id = newProfileId(cryptoIds);
    const staging = vault.stage(id);
    await staging.put("a text");
    await staging.abandon();
    expect(await keysOf(`profiles/${id}/`)).toEqual([]);
  });

  it("are refused beyond the limit of a profile", async ({ expect }) => {
    const vault = vaultOf(NEW);
    const staging = vault.stage(newProfileId(cryptoIds));
    const part = { key: "profiles/x/y", keyId: await keyIdOf(), size: 299_999_990, digest: "" };
    await expect(staging.keep(part)).rejects.toThrow("the object is not there");
    await expect(staging.put("eleven more")).rejects.toThrow("the profile would be larger than 300 MB");
    await staging.abandon();
  });
});

const keyIdOf = async (): Promise<string> => (await vaultOf(NEW).stage(newProfileId(cryptoIds)).put("x")).keyId;
