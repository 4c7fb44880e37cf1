import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createProfileStore } from "../../../src/accounts/profile-store.ts";
import { createProfileVersionStore, KEPT_VERSIONS } from "../../../src/accounts/profile-version-store.ts";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import type { ProfileId, ProfileVersionId } from "../../../src/domain/ids.ts";
import type { Principal } from "../../../src/domain/plan.ts";
import type { StagedVersion } from "../../../src/domain/profile-content.ts";
import { anAdmission, createTenant, cryptoIds, FakeClock, NOON } from "./tenant.ts";

const clock = new FakeClock(NOON);
const deps = { database: env.DB, clock, ids: cryptoIds };
const profiles = createProfileStore(deps);
const versions = createProfileVersionStore(deps);
const index = createSessionIndex({ database: env.DB });

const PROFILE = {
  description: null,
  tags: [],
  fingerprint: null,
  proxy: null,
  source: "empty",
  sessionId: null,
} as const;

async function createProfile(principal: Principal, name: string): Promise<ProfileId> {
  const created = await profiles.create(principal.accountId, { ...PROFILE, name });
  if (created === undefined) throw new Error("there is a profile of this name");
  return created.id;
}

const stagedAs = (name: string, shared: readonly string[] = []): StagedVersion => ({
  manifestKey: `${name}/manifest`,
  cookieCount: 3,
  storageOrigins: ["https://a.test"],
  size: 100,
  objects: [`${name}/manifest`, `${name}/0`, ...shared],
});

const save = (profileId: ProfileId, name: string, base: ProfileVersionId | null) =>
  versions.commit({ profileId, sessionId: null, base, staged: stagedAs(name) });

const headOf = async ({ accountId }: Principal, id: ProfileId) =>
  (await profiles.find(accountId, { by: "id", value: id }))?.head;

describe("saved states of a profile", () => {
  it("follow each other; one that began before the last is a conflict, and nothing is lost", async ({ expect }) => {
    const { principal } = await createTenant();
    const id = await createProfile(principal, "conflicts");
    const first = await save(id, "first", null);
    const base = first?.version.id ?? null;
    const second = await save(id, "second", base);
    const late = await save(id, "late", base);
    expect([first, second, late].map((saved) => saved?.version)).toMatchObject([
      { number: 1, isConflict: false },
      { number: 2, isConflict: false },
      { number: 3, isConflict: true },
    ]);
    expect((await headOf(principal, id))?.manifestKey).toBe("late/manifest");
    expect((await versions.list(id)).map(({ manifestKey }) => manifestKey)).toEqual([
      "late/manifest",
      "second/manifest",
      "first/manifest",
    ]);
    expect(await versions.restore(id, second?.version.id ?? ("" as ProfileVersionId))).toBe(true);
    expect((await headOf(principal, id))?.manifestKey).toBe("second/manifest");
    expect(await versions.restore(id, "ver_nobody" as ProfileVersionId)).toBe(false);
  });

  it("are committed once, however often they are", async ({ expect }) => {
    const { principal } = await createTenant();
    const id = await createProfile(principal, "repeated");
    const once = await save(id, "once", null);
    expect((await save(id, "once", null))?.version).toEqual(once?.version);
    expect(await versions.list(id)).toHaveLength(1);
  });

  it("go when there are many newer ones, with the objects that they alone need", async ({ expect }) => {
    const { principal } = await createTenant();
    const id = await createProfile(principal, "many");
    const unneeded: string[] = [];
    let base: ProfileVersionId | null = null;
    for (let at = 0; at <= KEPT_VERSIONS; at += 1) {
      const staged = stagedAs(`v${at}`, ["shared"]);
      const saved = await versions.commit({ profileId: id, sessionId: null, base, staged });
      base = saved?.version.id ?? null;
      unneeded.push(...(saved?.unneeded ?? []));
    }
    expect(await versions.list(id)).toHaveLength(KEPT_VERSIONS);
    expect(unneeded.toSorted()).toEqual(["v0/0", "v0/manifest"]);
  });

  it("stay while a running session has loaded them", async ({ expect }) => {
    const { principal } = await createTenant();
    const id = await createProfile(principal, "in use");
    const loaded = (await save(id, "loaded", null))?.version.id ?? null;
    const admission = anAdmission(clock, { profileId: id, profileVersion: loaded });
    await index.admit(principal, admission);
    let base = loaded;
    for (let at = 0; at <= KEPT_VERSIONS; at += 1) base = (await save(id, `v${at}`, base))?.version.id ?? null;
    const kept = async () => (await versions.list(id)).map(({ manifestKey }) => manifestKey);
    expect(await kept()).toContain("loaded/manifest");
    const staged = stagedAs("by the session");
    const late = await versions.commit({ profileId: id, sessionId: admission.id, base: loaded, staged });
    expect(late?.version.isConflict).toBe(true);
    // It goes on from what it has saved.
    const next = await save(id, "next", late?.version.id ?? null);
    expect(next?.version.isConflict).toBe(false);
    expect(await kept()).not.toContain("loaded/manifest");
  });

  it("are not taken for a profile that was deleted", async ({ expect }) => {
    const { principal } = await createTenant();
    const id = await createProfile(principal, "deleted");
    await save(id, "first", null);
    expect(await profiles.hide(id)).toBe(true);
    expect(await profiles.hide(id)).toBe(false);
    expect(await save(id, "too late", null)).toBeUndefined();
    expect(await profiles.find(principal.accountId, { by: "name", value: "deleted" })).toBeUndefined();
    expect(await profiles.hidden(100)).toContain(id);
    // Its name is free at once.
    await createProfile(principal, "deleted");
    await profiles.purge(id);
    expect(await versions.list(id)).toEqual([]);
    expect(await profiles.hidden(100)).not.toContain(id);
  });
});

describe("profiles", () => {
  it("have names that are unique in their account only", async ({ expect }) => {
    const [one, other] = [await createTenant(), await createTenant()];
    const id = await createProfile(one.principal, "name");
    expect(await profiles.create(one.principal.accountId, { ...PROFILE, name: "name" })).toBeUndefined();
    await createProfile(other.principal, "name");
    expect(await profiles.find(other.principal.accountId, { by: "id", value: id })).toBeUndefined();
  });
});
