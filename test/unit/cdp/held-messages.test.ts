import { describe, it } from "vitest";
import { HeldMessages } from "../../../src/cdp/held-messages.ts";

describe("held messages", () => {
  it("come in order when the work is done, however it ends; what is the root's does not wait", async ({ expect }) => {
    const delivered: string[] = [];
    const held = new HeldMessages((text) => void delivered.push(text));
    expect(held.takes("before", "S1")).toBe(false);
    const { promise: work, reject: fail } = Promise.withResolvers<string>();
    const holding = held.while(() => work);
    const other = held.while(() => Promise.resolve("done"));
    expect([held.takes("one", "S1"), held.takes("root", ""), held.takes("two", "S2")]).toEqual([true, false, true]);
    expect(await other).toBe("done");
    expect(delivered).toEqual([]);
    fail(new Error("no tab"));
    await expect(holding).rejects.toThrow("no tab");
    expect(delivered).toEqual(["one", "two"]);
    expect(held.takes("after", "S1")).toBe(false);
  });
});
