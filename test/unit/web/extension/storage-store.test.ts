import { describe, expect, it } from "vitest";
import { type AreaName, type Changes, type Keeper, StorageStore } from "../../../../src/web/extension/storage-store.ts";

/** What would be in the document's storage. */
function keeperOf(kept: Record<string, string> = {}): Keeper & { readonly kept: Record<string, string> } {
  return {
    kept,
    read: (area) =>
      Object.entries(kept).flatMap(([name, json]) => {
        const [of, key = ""] = name.split(":");
        return of === area ? [[key, json] as const] : [];
      }),
    write: (area, key, json) => {
      if (json === undefined) delete kept[`${area}:${key}`];
      else kept[`${area}:${key}`] = json;
    },
  };
}

function open({ keeper = keeperOf(), isUnlimited = false } = {}) {
  const changes: [AreaName, Changes][] = [];
  const store = new StorageStore({ keeper, isUnlimited, onChanged: (...change) => void changes.push(change) });
  return {
    keeper,
    changes,
    run: (method: string, given?: unknown, area: AreaName = "local") => store.run(area, method, [given]),
    store,
  };
}

describe("storage", () => {
  it("answers what is asked for: all, by name, by names, or with what stands in for it", () => {
    const { run } = open();
    run("set", { a: 1, b: { c: [2] } });
    expect(run("get")).toEqual({ a: 1, b: { c: [2] } });
    expect(run("get", null)).toEqual({ a: 1, b: { c: [2] } });
    expect(run("get", "a")).toEqual({ a: 1 });
    expect(run("get", ["b", "none"])).toEqual({ b: { c: [2] } });
    expect(run("get", { a: 0, none: "default" })).toEqual({ a: 1, none: "default" });
    expect(run("get", [])).toEqual({});
    expect(run("getKeys")).toEqual(["a", "b"]);
  });

  it("tells what changed, and only what did", () => {
    const { run, changes } = open();
    run("set", { a: 1, b: 2 });
    run("set", { a: 1, b: 3, left: undefined });
    run("remove", ["a", "none"]);
    run("clear");
    run("clear");
    expect(changes).toEqual([
      ["local", { a: { newValue: 1 }, b: { newValue: 2 } }],
      ["local", { b: { oldValue: 2, newValue: 3 } }],
      ["local", { a: { oldValue: 1 } }],
      ["local", { b: { oldValue: 3 } }],
    ]);
  });

  it("is there again for whoever opens it later, area by area", () => {
    const { run, keeper } = open();
    run("set", { a: 1 });
    run("set", { a: 2 }, "sync");
    const later = open({ keeper });
    expect([later.run("get"), later.run("get", null, "sync"), later.run("get", null, "session")]).toEqual([
      { a: 1 },
      { a: 2 },
      {},
    ]);
  });

  it("has Chrome's limits, and its words", () => {
    const large = "x".repeat(6_000_000);
    const { run } = open();
    run("set", { a: large });
    expect(() => run("set", { b: large })).toThrow("QUOTA_BYTES quota exceeded");
    expect(run("getKeys")).toEqual(["a"]);
    expect(run("getBytesInUse", "a")).toBe(1 + 6_000_002);
    run("remove", "a");
    expect(run("getBytesInUse")).toBe(0);
    expect(() => run("set", { a: "x".repeat(8192) }, "sync")).toThrow("QUOTA_BYTES_PER_ITEM quota exceeded");
    expect(() => run("set", { a: 1 }, "managed")).toThrow("This is a read-only store.");
    const unlimited = open({ isUnlimited: true });
    unlimited.run("set", { a: large });
    expect(() => unlimited.run("set", { b: large })).not.toThrow();
  });

  it("keeps an area from content scripts, as its access level says", () => {
    const { store, run } = open();
    expect([store.isShared("local"), store.isShared("session")]).toEqual([true, false]);
    run("setAccessLevel", { accessLevel: "TRUSTED_AND_UNTRUSTED_CONTEXTS" }, "session");
    run("setAccessLevel", { accessLevel: "TRUSTED_CONTEXTS" });
    expect([store.isShared("local"), store.isShared("session")]).toEqual([false, true]);
  });
});
