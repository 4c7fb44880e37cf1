import { describe, it } from "vitest";
import { SecretMask } from "../../../../src/capabilities/secrets/secret-mask.ts";

const SECRET = `pa&ss "w/örd"+<1>`;

function masking(...values: readonly string[]): SecretMask {
  const mask = new SecretMask();
  for (const value of values) mask.add(value);
  return mask;
}

describe("the mask of secrets", () => {
  it.for([
    ["as it is", SECRET],
    ["in JSON", JSON.stringify({ SECRET })],
    ["in JSON within JSON", JSON.stringify({ body: JSON.stringify({ SECRET }) })],
    ["in an address", `https://x.test/?p=${encodeURIComponent(SECRET)}`],
    ["in an address, in lower case", `p=${encodeURIComponent(SECRET).toLowerCase()}`],
    ["in a form", new URLSearchParams({ p: SECRET }).toString()],
    ["in HTML", `<p>pa&amp;ss &quot;w/örd&quot;+&lt;1&gt;</p>`],
    ...[0, 1, 2].map((at) => [
      `in Base64, ${at} bytes in`,
      Buffer.from(`${"u".repeat(at)}${SECRET}:x`).toString("base64"),
    ]),
  ])("leaves nothing of a value %s", ([, text = ""], { expect }) => {
    const masked = masking(SECRET).text(text);
    expect(masked).toContain("[secret]");
    expect(masked).not.toContain(SECRET);
    expect(decodeURIComponent(masked.replaceAll("+", " "))).not.toContain("örd");
  });

  it("looks into data, keys included, and leaves the rest as it is", ({ expect }) => {
    const data = { url: "https://x.test/", n: 1, none: null, list: [true, { hunter22: "xhunter22x" }] };
    expect(masking("hunter22").data(data)).toEqual({
      url: "https://x.test/",
      n: 1,
      none: null,
      list: [true, { "[secret]": "x[secret]x" }],
    });
    expect(new SecretMask().data(data)).toBe(data);
  });

  it("takes the longest of values that begin alike, and none that is everywhere by chance", ({ expect }) => {
    expect(masking("hunter2", "hunter22", "a").text("hunter22 hunter2 a")).toBe("[secret] [secret] a");
  });

  it("takes what means something in a pattern for what it is", ({ expect }) => {
    expect(masking("a.*b[c").text("axxb a.*b[c")).toBe("axxb [secret]");
  });
});
