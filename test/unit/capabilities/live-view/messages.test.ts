import { describe, it } from "vitest";
import { toInputCall } from "../../../../src/capabilities/live-view/input.ts";
import { parseViewerMessage } from "../../../../src/capabilities/live-view/parse-message.ts";
import { webAddress } from "../../../../src/capabilities/live-view/web-address.ts";

describe("what a viewer's socket sends", () => {
  it.for([
    "{",
    "null",
    "[]",
    '{"type":"mouse"}',
    '{"type":"mouse","event":"down","x":1e9,"y":0,"button":"left","buttons":1,"clickCount":1,"modifiers":0}',
    '{"type":"mouse","event":"down","x":"1","y":0,"button":"left","buttons":1,"clickCount":1,"modifiers":0}',
    '{"type":"key","event":"press","key":"a","code":"KeyA","keyCode":65,"location":0,"text":"a","modifiers":0,"isRepeat":false}',
    '{"type":"filePart","chooser":1,"file":0,"data":"not base64!"}',
    '{"type":"size","width":0,"height":1}',
    '{"type":"Page.navigate","url":"file:///etc/passwd"}',
  ])("is nothing when it is not one of its messages: %s", (text, { expect }) => {
    expect(parseViewerMessage(text)).toBeUndefined();
  });

  it("is nothing when it is binary", ({ expect }) => {
    expect(parseViewerMessage(new ArrayBuffer(4))).toBeUndefined();
  });

  it("is taken without what does not belong to it", ({ expect }) => {
    expect(parseViewerMessage('{"type":"back","url":"x"}')).toEqual({ type: "back" });
  });
});

describe("input", () => {
  it("is pressed with force while a button is down, and moves without", ({ expect }) => {
    const mouse = { type: "mouse", x: 1, y: 2, button: "left", clickCount: 1, modifiers: 8 } as const;
    expect(toInputCall({ ...mouse, event: "down", buttons: 1 })[1]).toMatchObject({ type: "mousePressed", force: 0.5 });
    expect(toInputCall({ ...mouse, event: "up", buttons: 0 })[1]).toMatchObject({ type: "mouseReleased", force: 0 });
  });

  it("is a key that writes, or one that does not", ({ expect }) => {
    const key = { type: "key", code: "KeyQ", keyCode: 81, location: 0, modifiers: 0, isRepeat: true } as const;
    expect(toInputCall({ ...key, event: "down", key: "@", text: "@" })[1]).toMatchObject({
      type: "keyDown",
      text: "@",
      key: "@",
      autoRepeat: true,
    });
    const control = toInputCall({ ...key, event: "down", key: "q", text: "", modifiers: 2 })[1];
    expect(control).toMatchObject({ type: "rawKeyDown", modifiers: 2 });
    expect(control).not.toHaveProperty("text");
    expect(toInputCall({ ...key, event: "up", key: "q", text: "" })[1]).not.toHaveProperty("autoRepeat");
  });
});

describe("what is written into the address bar", () => {
  it.for([
    ["example.com", "https://example.com"],
    [" https://example.com/a b ", undefined],
    [" https://example.com/a ", "https://example.com/a"],
    ["localhost:3000/x", "http://localhost:3000/x"],
    ["127.0.0.1:80", "http://127.0.0.1:80"],
    ["example.com:8443", "https://example.com:8443"],
    ["about:blank", "about:blank"],
    ["file:///etc/passwd", "file:///etc/passwd"],
    ["two words", undefined],
    ["", undefined],
  ] as const)("%j is %j", ([written, url], { expect }) => {
    expect(webAddress(written)).toBe(url);
  });
});
