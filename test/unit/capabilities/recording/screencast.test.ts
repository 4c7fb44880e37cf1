import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Screencast } from "../../../../src/capabilities/recording/screencast.ts";
import type { GatedTarget } from "../../../../src/cdp/target-gate.ts";
import type { Frame } from "../../../../src/domain/recording.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A tab that notes what it is told. */
function tab(targetId: string) {
  const sent: string[] = [];
  const send = (method: string): Promise<object> => {
    sent.push(method);
    return Promise.resolve({});
  };
  const info = { targetId, type: "page", title: "", url: "" };
  return { sent, target: { info, sessionId: `of ${targetId}`, pageId: targetId, send } as unknown as GatedTarget };
}

function film() {
  const frames: Frame[] = [];
  const screencast = new Screencast({ maxSide: 960, quality: 50, intervalMs: 300, onFrame: (f) => frames.push(f) });
  const draw = ({ target }: ReturnType<typeof tab>, atMs: number, data: string): void =>
    screencast.handle(target, "Page.screencastFrame", { data, metadata: { timestamp: atMs / 1000 }, sessionId: 1 });
  return { screencast, draw, shown: () => frames.map(({ at, data }) => `${data} at ${at}`) };
}

describe("a screencast", () => {
  it("keeps a picture at most every interval, and never loses the last one", () => {
    const { screencast, draw, shown } = film();
    const page = tab("A");
    screencast.follow(page.target);
    draw(page, 1000, "first");
    draw(page, 1050, "second");
    draw(page, 1100, "third");
    expect(shown()).toEqual(["first at 1000"]);
    vi.advanceTimersByTime(300);
    expect(shown()).toEqual(["first at 1000", "third at 1100"]);
  });

  it("takes a picture that is like the one before for none", () => {
    const { screencast, draw, shown } = film();
    const page = tab("A");
    screencast.follow(page.target);
    draw(page, 1000, "same");
    draw(page, 2000, "same");
    expect(shown()).toEqual(["same at 1000"]);
  });

  it("has an animated page wait for its word, and looks again when it has come to rest", async () => {
    const { screencast, draw } = film();
    const page = tab("A");
    screencast.follow(page.target);
    for (let n = 0; n < 7; n += 1) draw(page, 1000 + n * 20, `frame ${n}`);
    const words = () => page.sent.filter((method) => method === "Page.screencastFrameAck").length;
    expect(words()).toBe(4);
    await vi.advanceTimersByTimeAsync(300);
    expect(words()).toBe(5);
    await vi.advanceTimersByTimeAsync(600);
    expect(words()).toBe(7);
    await vi.advanceTimersByTimeAsync(600);
    expect(page.sent.slice(-2)).toEqual(["Page.stopScreencast", "Page.startScreencast"]);
  });

  it("films one tab only, the one it follows", () => {
    const { screencast, draw, shown } = film();
    const [a, b] = [tab("A"), tab("B")];
    screencast.follow(a.target);
    draw(a, 1000, "a");
    screencast.follow(b.target);
    draw(a, 1400, "late");
    draw(b, 1010, "b");
    expect(shown()).toEqual(["a at 1000", "b at 1010"]);
    expect(a.sent).toContain("Page.stopScreencast");
  });
});
