import { describe, it } from "vitest";
import { createKeyRing } from "../../../src/accounts/key-ring.ts";
import { cryptoIds } from "./tenant.ts";

const OLD = "the secret of last year, long enough";
const NEW = "the secret of this year, long enough";
const ringOf = (...secrets: string[]) => createKeyRing({ secrets, purpose: "a test", ids: cryptoIds });
const clear = new TextEncoder().encode("what nobody else may read");

describe("a key ring", () => {
  it("opens what it has sealed, and nothing of it is readable in between", async ({ expect }) => {
    const ring = ringOf(NEW);
    const sealed = await ring.seal(clear, "name");
    expect(new TextDecoder("latin1").decode(sealed)).not.toContain("nobody");
    expect(await ring.open(sealed, "name")).toEqual(clear);
  });

  it("opens what an older secret sealed for as long as that is kept, and seals under the newest", async ({
    expect,
  }) => {
    const sealed = await ringOf(OLD).seal(clear, "name");
    expect(await ringOf(NEW, OLD).open(sealed, "name")).toEqual(clear);
    await expect(ringOf(NEW).open(sealed, "name")).rejects.toThrow("whose secret is not among those set");
    expect(await ringOf(NEW, OLD).currentId()).toBe(await ringOf(NEW).currentId());
    expect(await ringOf(NEW).currentId()).not.toBe(await ringOf(OLD).currentId());
  });

  it("opens nothing under another name, nor anything that was changed", async ({ expect }) => {
    const ring = ringOf(NEW);
    const sealed = await ring.seal(clear, "name");
    await expect(ring.open(sealed, "another name")).rejects.toThrow("damaged, or another object's content");
    for (const at of [30, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(ring.open(changed, "name")).rejects.toThrow("damaged");
    }
    await expect(ring.open(clear, "name")).rejects.toThrow("not a sealed object");
  });

  it("has keys of its own for each purpose", async ({ expect }) => {
    const other = createKeyRing({ secrets: [NEW], purpose: "another purpose", ids: cryptoIds });
    await expect(other.open(await ringOf(NEW).seal(clear, "name"), "name")).rejects.toThrow("not among those set");
  });
});
