import { describe, it } from "vitest";
import { FrameFanout } from "../../../../src/capabilities/live-view/frame-fanout.ts";

/** A viewer that says when it has drawn. */
class Taker {
  readonly frames: number[] = [];

  sendFrame(frame: Uint8Array): void {
    this.frames.push(new DataView(frame.buffer).getUint32(0, true));
  }
}

function setUp() {
  let ready = 0;
  const fanout = new FrameFanout(() => (ready += 1));
  const show = () => fanout.frame({ data: btoa("jpeg"), width: 800, height: 600 });
  return { fanout, show, ready: () => ready };
}

describe("frames for several viewers", () => {
  it("carry their number, the viewport, and the picture as it is", ({ expect }) => {
    const { fanout } = setUp();
    const sent: Uint8Array[] = [];
    fanout.add({ sendFrame: (frame) => sent.push(frame) });
    fanout.frame({ data: btoa("jpeg"), width: 800, height: 600.5 });
    const [frame = new Uint8Array()] = sent;
    const header = new DataView(frame.buffer);
    expect([header.getUint32(0, true), header.getFloat32(4, true), header.getFloat32(8, true)]).toEqual([
      1, 800, 600.5,
    ]);
    expect(new TextDecoder().decode(frame.subarray(12))).toBe("jpeg");
  });

  it("come as fast as the fastest viewer draws, and wait when nobody does", ({ expect }) => {
    const { fanout, show, ready } = setUp();
    const [quick, slow] = [new Taker(), new Taker()];
    fanout.add(quick);
    fanout.add(slow);
    for (let shown = 0; shown < 4; shown += 1) {
      show();
      fanout.drawn(quick);
    }
    expect({ quick: quick.frames, slow: slow.frames, ready: ready() }).toEqual({
      quick: [1, 2, 3, 4],
      slow: [1, 2],
      ready: 4,
    });
    expect(show()).toBe(false);
    expect(show()).toBe(true);
    expect(ready()).toBe(5);
    fanout.drawn(quick);
    expect(ready()).toBe(6);
  });

  it("reach a slow viewer as the newest that there is, never as one of those that it missed", ({ expect }) => {
    const { fanout, show } = setUp();
    const [quick, slow] = [new Taker(), new Taker()];
    fanout.add(quick);
    fanout.add(slow);
    for (let shown = 0; shown < 9; shown += 1) {
      show();
      fanout.drawn(quick);
    }
    fanout.drawn(slow);
    expect(slow.frames).toEqual([1, 2, 9]);
    fanout.drawn(slow);
    expect(slow.frames).toEqual([1, 2, 9]);
  });

  it("begin with the present picture for whoever comes later", ({ expect }) => {
    const { fanout, show } = setUp();
    const [first, late] = [new Taker(), new Taker()];
    fanout.add(first);
    show();
    fanout.add(late);
    expect(late.frames).toEqual([1]);
  });

  it("go on when the viewer that was waited for leaves", ({ expect }) => {
    const { fanout, show, ready } = setUp();
    const [stuck, other] = [new Taker(), new Taker()];
    fanout.add(stuck);
    show();
    show();
    expect(ready()).toBe(1);
    fanout.add(other);
    fanout.remove(stuck);
    expect(ready()).toBe(2);
  });

  it("count no word twice", ({ expect }) => {
    const { fanout, show } = setUp();
    const taker = new Taker();
    fanout.add(taker);
    for (let word = 0; word < 5; word += 1) fanout.drawn(taker);
    for (let shown = 0; shown < 5; shown += 1) show();
    expect(taker.frames).toEqual([1, 2]);
  });
});
