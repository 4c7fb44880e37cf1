import { describe, it } from "vitest";
import { isFor, mayBeReference, parseReference, type SecretItem, valueOf } from "../../../src/domain/secrets.ts";

const ITEM: SecretItem = {
  urls: [],
  fields: [
    {
      id: "username",
      label: "login name",
      section: null,
      purpose: "username",
      value: "somebody",
      oneTimePassword: null,
    },
    { id: "f1", label: "token", section: "API keys", purpose: null, value: "t1", oneTimePassword: null },
    { id: "f2", label: "token", section: "Old", purpose: null, value: "t2", oneTimePassword: null },
    {
      id: "f3",
      label: "one-time password",
      section: null,
      purpose: null,
      value: "otpauth://x",
      oneTimePassword: "123456",
    },
  ],
};

const value = (text: string): string | undefined => {
  const reference = parseReference(text);
  return reference && valueOf(ITEM, reference);
};

describe("a reference", () => {
  it("names a field by its name, its id or what it is for, in a section or in any", ({ expect }) => {
    expect(value("op://v/i/username")).toBe("somebody");
    expect(value("op://v/i/Login Name")).toBe("somebody");
    expect(value("op://v/i/token")).toBe("t1");
    expect(value("op://v/i/old/token")).toBe("t2");
    expect(value("op://v/i/f2")).toBe("t2");
    expect(value("op://v/i/password")).toBeUndefined();
    expect(value("op://v/i/nowhere/token")).toBeUndefined();
  });

  it("of one-time passwords means the code of now, never what it is computed from", ({ expect }) => {
    expect(value("op://v/i/one-time password?attribute=otp")).toBe("123456");
    expect(value("op://v/i/one-time password")).toBe("123456");
    expect(value("op://v/i/token?attribute=otp")).toBeUndefined();
  });

  it("is complete with three parts, which may hold what is encoded", ({ expect }) => {
    expect(parseReference("op://My Vault/Shop %2F EU/pass word")).toMatchObject({
      vault: "My Vault",
      item: "Shop / EU",
      field: "pass word",
    });
    for (const text of ["op://v/i", "op://v/i/", "op:///i/f", "op://v/i/s/f/x", "see op://v/i/f", "op://v/i/%zz", ""]) {
      expect(parseReference(text)).toBeUndefined();
    }
  });

  it("may be what is typed so far, until it cannot be", ({ expect }) => {
    for (const text of ["", "o", "op", "op:", "op:/", "op://", "op://any thing"])
      expect(mayBeReference(text)).toBe(true);
    for (const text of ["x", "oo", "opa", "op:x", "op://a\r", "op://a\t"]) expect(mayBeReference(text)).toBe(false);
  });
});

describe("an item's websites", () => {
  const at = (url: string, ...urls: string[]): boolean => isFor({ urls }, url);

  it("are its hosts and what is below them", ({ expect }) => {
    expect(at("https://shop.test/login", "https://shop.test")).toBe(true);
    expect(at("https://eu.shop.test/", "https://www.shop.test/account")).toBe(true);
    expect(at("https://shop.test/", "shop.test")).toBe(true);
    expect(at("https://evilshop.test/", "https://shop.test")).toBe(false);
    expect(at("https://shop.test.evil.test/", "https://shop.test")).toBe(false);
    expect(at("https://test/", "https://shop.test")).toBe(false);
    expect(at("https://shop.test/")).toBe(false);
  });

  it("are reached over HTTPS, unless the item itself says otherwise or is local", ({ expect }) => {
    expect(at("http://shop.test/", "https://shop.test")).toBe(false);
    expect(at("http://shop.test/", "http://shop.test")).toBe(true);
    expect(at("http://localhost:3000/", "https://localhost:3000")).toBe(true);
    expect(at("data:text/html,x", "https://shop.test")).toBe(false);
    expect(at("about:blank", "https://shop.test")).toBe(false);
  });

  it("have a port if the item says so", ({ expect }) => {
    expect(at("https://shop.test:8443/", "https://shop.test:8443")).toBe(true);
    expect(at("https://shop.test/", "https://shop.test:8443")).toBe(false);
    expect(at("https://shop.test:8443/", "https://shop.test")).toBe(false);
  });
});
