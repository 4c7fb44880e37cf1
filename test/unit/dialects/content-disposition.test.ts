import { describe, it } from "vitest";
import { contentDisposition } from "../../../src/dialects/content-disposition.ts";

describe("the name of a file in an answer", () => {
  it.for([
    ["plain.txt", `attachment; filename="plain.txt"`],
    ["größe 日.txt", `attachment; filename="gr__e _.txt"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%E6%97%A5.txt`],
    ['a"\r\nX: y', `attachment; filename="a___X: y"; filename*=UTF-8''a%22%0D%0AX%3A%20y`],
    ["../../etc/passwd", `attachment; filename=".._.._etc_passwd"; filename*=UTF-8''.._.._etc_passwd`],
    ["it's (1)*.txt", `attachment; filename="it's (1)*.txt"`],
  ])("%j", ([name, expected], { expect }) => {
    expect(contentDisposition("attachment", name ?? "")).toBe(expected);
    expect(() => new Headers({ "content-disposition": contentDisposition("inline", name ?? "") })).not.toThrow();
  });
});
