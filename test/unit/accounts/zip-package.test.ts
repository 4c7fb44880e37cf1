import { describe, it } from "vitest";
import { crc32, openZipPackage } from "../../../src/accounts/zip-package.ts";
import { makeZip, type ZipFile, zipOf } from "../../support/zip/make-zip.ts";

const MIB = 1024 * 1024;
const READABLE: ZipFile = { path: "manifest.json", content: "{}" };
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function opened(files: readonly ZipFile[]) {
  const read = openZipPackage(await makeZip(files));
  if (!read.ok) throw new Error(read.failure);
  return read.value;
}

async function refusal(content: Uint8Array): Promise<string | undefined> {
  const read = openZipPackage(content);
  return read.ok ? undefined : read.failure;
}

describe("a ZIP archive", () => {
  it("has the files that were put into it, stored or deflated", async ({ expect }) => {
    const text = "const answer = 42;\n".repeat(5_000);
    const zip = await opened([
      READABLE,
      { path: "js/", mode: 0o040755 },
      { path: "js/größe.js", content: text, isDeflated: true, mode: 0o100644 },
      { path: "empty.txt", isDeflated: true },
    ]);
    expect([...zip.paths]).toEqual(["manifest.json", "js/größe.js", "empty.txt"]);
    expect(zip.bytes).toBe(text.length + 2);
    const read = await zip.read("js/größe.js");
    expect(read.ok && decode(read.value)).toBe(text);
    expect(await zip.read("empty.txt")).toEqual({ ok: true, value: new Uint8Array() });
    expect(await zip.read("other.js")).toEqual({ ok: false, failure: "other.js is missing" });
  });

  it("may have everything in one folder, and what macOS adds", async ({ expect }) => {
    const zip = await opened([
      { path: "repository-main/" },
      { path: "repository-main/manifest.json", content: "{}" },
      { path: "repository-main/js/.DS_Store", content: "x" },
      { path: "repository-main/js/a.js", content: "1" },
      { path: "__MACOSX/repository-main/._manifest.json", content: "x" },
    ]);
    expect([...zip.paths]).toEqual(["manifest.json", "js/a.js"]);
    expect((await zip.read("js/a.js")).ok).toBe(true);
  });

  it("counts as CRC-32 does", ({ expect }) => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });
});

const UNSAFE: readonly (readonly [string, readonly ZipFile[], string])[] = [
  ["a path to the folder above", [READABLE, { path: "../a.js" }], 'the path "../a.js" leads out of the package'],
  ["the same farther in", [READABLE, { path: "a/../../b.js" }], "leads out of the package"],
  ["an absolute path", [READABLE, { path: "/etc/passwd" }], 'the path "/etc/passwd" is absolute'],
  ["a drive", [READABLE, { path: "C:/a.js" }], "is absolute"],
  ["a backslash", [READABLE, { path: "js\\a.js" }], "has a backslash"],
  ["a NUL", [READABLE, { path: "a.js\0.png" }], "has control characters"],
  ["an empty name", [READABLE, { path: "js//a.js" }], "leads out of the package, or nowhere"],
  ["a path twice", [READABLE, READABLE], "is there twice"],
  ["a path in two spellings", [READABLE, { path: "Manifest.JSON" }], "or in two spellings"],
  ["a symbolic link", [READABLE, { path: "a", content: "/etc/passwd", mode: 0o120777 }], '"a" is a symbolic link'],
  ["a device", [READABLE, { path: "a", mode: 0o020666 }], "neither a file nor a folder"],
  ["an encrypted file", [READABLE, { path: "a.js", flags: 1 }], '"a.js" is encrypted'],
  ["an unknown compression", [READABLE, { path: "a.js", method: 12 }], '"a.js" is compressed by method 12'],
  ["two names for one file", [READABLE, { path: "a.js", localPath: "b.js" }], "a damaged ZIP archive"],
  ["entries over the same bytes", [READABLE, { ...READABLE, sharesWith: 0 }], "whose entries overlap"],
  ["a file that says it is huge", [READABLE, { path: "a", isDeflated: true, declaredBytes: 21 * MIB }], "20 MB"],
  ["nothing", [], "the archive is empty"],
  ["folders only", [{ path: "a/" }], "the archive is empty"],
];

describe("an archive is refused", () => {
  for (const [name, files, words] of UNSAFE) {
    it(`with ${name}`, async ({ expect }) => {
      expect(await refusal(await makeZip(files))).toContain(words);
    });
  }

  it("with more files than 2,000", async ({ expect }) => {
    const many = Array.from({ length: 2_000 }, (_, n) => ({ path: `${n}.js` }));
    expect((await opened(many)).paths.size).toBe(2_000);
    expect(await refusal(await makeZip([...many, READABLE]))).toBe("more than 2000 files");
  });

  it("with more than 50 MB in it", async ({ expect }) => {
    const filler = {
      isDeflated: true,
      declaredBytes: 17 * MIB,
      content: crypto.getRandomValues(new Uint8Array(60_000)),
    };
    // Random bytes do not pack, so the sizes are a lie; they are read all the same.
    const files = ["a", "b", "c"].map((path) => ({ ...filler, path, content: repeated(filler.content, 2) }));
    expect(await refusal(await makeZip(files))).toBe("more than 50 MB once unpacked");
  });

  it("with a file that unpacks to far more than its size", async ({ expect }) => {
    const bomb = { path: "zeros", content: new Uint8Array(2 * MIB), isDeflated: true };
    expect(await refusal(await makeZip([READABLE, bomb]))).toContain('"zeros" unpacks to more than 200 times its size');
  });

  it("when it is something else, or cut off", async ({ expect }) => {
    const zip = await zipOf({ "manifest.json": "{}", "a.js": "1" });
    expect(await refusal(new TextEncoder().encode("Hello"))).toBe("not a ZIP archive");
    expect(await refusal(new Uint8Array())).toBe("not a ZIP archive");
    expect(await refusal(zip.slice(0, -10))).toBe("not a ZIP archive");
    expect(await refusal(zip.slice(1))).toContain("not a ZIP archive");
    expect(await refusal(new TextEncoder().encode("Cr24 and so on"))).toContain("a CRX package");
  });

  it("whatever byte of it is changed, or is read as it was", async ({ expect }) => {
    const zip = await makeZip([{ path: "manifest.json", content: "{ }", isDeflated: true }]);
    const texts = new Set<string>();
    for (let at = 0; at < zip.byteLength; at++) {
      const changed = zip.slice();
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      const read = openZipPackage(changed);
      const file = read.ok ? await read.value.read("manifest.json") : undefined;
      if (file?.ok === true) texts.add(decode(file.value));
    }
    expect([...texts]).toEqual(["{ }"]);
  });
});

/** The same bytes so many times. */
function repeated(bytes: Uint8Array<ArrayBuffer>, times: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.byteLength * times);
  for (let n = 0; n < times; n++) all.set(bytes, n * bytes.byteLength);
  return all;
}

describe("a file", () => {
  it("is not unpacked beyond the size that the archive says", async ({ expect }) => {
    const zip = await opened([READABLE, { path: "a", content: "x".repeat(100), isDeflated: true, declaredBytes: 10 }]);
    expect(await zip.read("a")).toEqual({
      ok: false,
      failure: "a is damaged, or not of the size that the archive says",
    });
  });

  it("is not read when it is shorter, or another one than was packed", async ({ expect }) => {
    const short = { path: "a", content: "x", isDeflated: true, declaredBytes: 10 };
    const zip = await opened([READABLE, short, { path: "b", content: "x", crc: 1 }]);
    expect((await zip.read("a")).ok).toBe(false);
    expect((await zip.read("b")).ok).toBe(false);
  });
});
