import { describe, it } from "vitest";
import { ControlDesk } from "../../../src/session/control-desk.ts";

function setUp() {
  const events: string[] = [];
  const desk = new ControlDesk({ clock: { now: () => 1000 }, onChanged: (event) => events.push(event) });
  return { desk, events };
}

describe("who drives", () => {
  it("is a person from the moment of taking to that of returning", async ({ expect }) => {
    const { desk, events } = setUp();
    expect(desk.heldUntil("Input.dispatchKeyEvent")).toBeUndefined();
    expect([desk.take(), desk.take()]).toEqual([true, false]);
    expect(desk.state).toEqual({ isTaken: true, takenAt: 1000, request: null });
    const held = desk.heldUntil("Page.navigate");
    expect(desk.heldUntil("Runtime.evaluate")).toBeUndefined();
    expect([desk.giveBack(), desk.giveBack()]).toEqual([true, false]);
    await expect(held).resolves.toBeUndefined();
    expect(desk.heldUntil("Page.navigate")).toBeUndefined();
    expect(events).toEqual(["taken", "returned"]);
  });

  it("is asked for until it has been returned, whoever took it", async ({ expect }) => {
    const { desk, events } = setUp();
    const asked = [desk.request("one", 60_000), desk.request("two", 60_000)];
    expect(desk.state.request).toBe("two");
    desk.take();
    desk.giveBack();
    expect(await Promise.all(asked)).toEqual(["returned", "returned"]);
    expect(desk.state).toEqual({ isTaken: false, takenAt: null, request: null });
    expect(events).toEqual(["requested", "requested", "taken", "returned"]);
  });

  it("is not asked for any more when nobody comes in time", async ({ expect }) => {
    const { desk, events } = setUp();
    expect(await desk.request("", 1)).toBe("timedOut");
    expect(desk.state.request).toBeNull();
    expect(events).toEqual(["requested", "withdrawn"]);
  });

  it("has helped when what was asked is called done without being taken", async ({ expect }) => {
    const { desk } = setUp();
    const asked = desk.request("look", 60_000);
    desk.giveBack();
    expect(await asked).toBe("returned");
  });
});
