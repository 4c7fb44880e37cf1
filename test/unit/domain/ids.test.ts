import { describe, expect, it } from "vitest";
import type { IdSource } from "../../../src/domain/clock.ts";
import {
  newAnchorSessionId,
  newApiKey,
  newConnectToken,
  newMeshbrowSessionId,
  parseSessionId,
  toBase32,
  toBase64Url,
} from "../../../src/domain/ids.ts";

const ids: IdSource = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("base32", () => {
  // RFC 4648 §10, lower case and without padding.
  it.for([
    ["", ""],
    ["f", "my"],
    ["fo", "mzxq"],
    ["foo", "mzxw6"],
    ["foob", "mzxw6yq"],
    ["fooba", "mzxw6ytb"],
    ["foobar", "mzxw6ytboi"],
  ] as const)("writes %o as %o", ([text, encoded], { expect }) => {
    expect(toBase32(bytesOf(text))).toBe(encoded);
  });
});

describe("base64url", () => {
  it("has neither padding nor characters that a URL would escape", () => {
    expect(toBase64Url(new Uint8Array([0xfb, 0xff, 0xfe, 0xff]))).toBe("-__-_w");
  });
});

describe("ids", () => {
  it("mints session ids that parse, in both forms", () => {
    for (const id of [newMeshbrowSessionId(ids), newAnchorSessionId(ids)]) expect(parseSessionId(id)).toBe(id);
  });

  it("gives 128 bits to a session id and 256 to keys and tokens", () => {
    expect(newMeshbrowSessionId(ids)).toMatch(/^ses_[a-z2-7]{26}$/);
    expect(newApiKey(ids)).toMatch(/^mb_live_[A-Za-z0-9_-]{43}$/);
    expect(newConnectToken(ids)).toMatch(/^ct_[A-Za-z0-9_-]{43}$/);
  });

  it.for(["", "ses_", "ses_short", "SES_abcdefghijklmnopqrstuvwxyz", "../x", "00000000-0000-0000-0000-00000000000G"])(
    "knows that %o is no session's id",
    (text, { expect }) => {
      expect(parseSessionId(text)).toBeUndefined();
    },
  );
});
