import { describe, it } from "vitest";
import { readMultipart } from "../../../src/session/read-multipart.ts";

/** A request whose body comes in pieces of this many bytes. */
function arriving(text: string, size: number, boundary = "B"): Request {
  const bytes = new TextEncoder().encode(text.replaceAll("\n", "\r\n"));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
      controller.close();
    },
  });
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  return new Request("https://berth.example", { method: "POST", headers, body });
}

async function fileOf(request: Request) {
  const file = await readMultipart(request);
  if (file === undefined) return undefined;
  let content = "";
  for await (const chunk of file.content) content += new TextDecoder("latin1").decode(chunk);
  return { name: file.name, type: file.type, content };
}

const FIELD = '--B\nContent-Disposition: form-data; name="note"\n\nnot a file\n';
const FILE = '--B\nContent-Disposition: form-data; name="file"; filename="a b.txt"\nContent-Type: text/plain\n\n';

describe("the first file of a form", () => {
  it.for([1, 2, 3, 7, 64, 100_000])("however it arrives, in pieces of %i bytes", async (size, { expect }) => {
    const body = `${FIELD}${FILE}one\n--\n-B\n--Bet\n\n--B--\n`.replace("--Bet", "--X");
    expect(await fileOf(arriving(body, size))).toEqual({
      name: "a b.txt",
      type: "text/plain",
      content: "one\r\n--\r\n-B\r\n--X\r\n",
    });
  });

  it("may be empty, and may be followed by others", async ({ expect }) => {
    expect(await fileOf(arriving(`${FILE}\n${FIELD}--B--`, 5))).toEqual({
      name: "a b.txt",
      type: "text/plain",
      content: "",
    });
  });

  it("has the name that its client gave it, without a path", async ({ expect }) => {
    const named = (parameter: string) =>
      fileOf(arriving(`--B\ncontent-disposition: form-data; name="file"; ${parameter}\n\nx\n--B--`, 9));
    expect(await named('filename="C:\\\\dir\\\\a.txt"')).toMatchObject({ name: "a.txt" });
    expect(await named('filename="../a%22b"')).toMatchObject({ name: 'a"b' });
    expect(await named("filename*=UTF-8''gr%C3%BC%C3%9Fe.txt")).toMatchObject({ name: "grüße.txt" });
  });

  it("is none in another body, and no whole one in a body that ends early", async ({ expect }) => {
    expect(await fileOf(arriving(`${FIELD}--B--`, 8))).toBeUndefined();
    expect(await fileOf(arriving("--B--", 8))).toBeUndefined();
    expect(await fileOf(arriving("", 8))).toBeUndefined();
    expect(await fileOf(new Request("https://berth.example", { method: "POST", body: "{}" }))).toBeUndefined();
    expect(await fileOf(arriving(`--B\nX: ${"y".repeat(20_000)}\n\nz`, 1000))).toBeUndefined();
    await expect(fileOf(arriving(`${FILE}cut o`, 6))).rejects.toThrow("the body has ended within a file");
  });
});
